import { z } from 'zod';
import type { Blindness } from '../history/blindness.ts';
import { type Columns, count, json, optionalJson, optionalText, readColumns, reason, text, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRange, readRow } from './rows.ts';
import { standingMarks } from './standing-marks.ts';

const PARTITION = 'blind';

/** A blindness with what is needed to change its row. */
export interface BlindRow {
  blindness: Blindness;
  etag: string;
}

/** The columns of a blindness, declared once. */
const columns: Columns<Omit<Blindness, 'subject'>> = {
  since: text,
  until: optionalText,
  after: optionalJson(z.object({ unknown: z.number(), planned: z.number() })),
  unknown: count,
  planned: count,
  reason,
  delivered: json(standingMarks, {}),
  sweep: text,
};

const toBlindness = (row: Row): Blindness => ({ subject: row.rowKey, ...readColumns(columns, row) });

/** Reads all of them, by subject. */
export async function readBlindRows(tables: Tables): Promise<Map<string, BlindRow>> {
  const clusters = await tables.open('clusters');
  return new Map((await readRange(clusters, PARTITION)).map((row) => [row.rowKey, { blindness: toBlindness(row), etag: row.etag }]));
}

/** Reads one that stands: of a cluster, or of the prober itself (`PROBER`). */
export async function readStandingBlindness(tables: Tables, subject: string): Promise<Blindness | undefined> {
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, PARTITION, subject);
  const read = row && toBlindness(row);
  return read?.until === undefined ? read : undefined;
}

/** Writes one as it was read, or makes it. Two runs of close-sweep judge the same sweep alike: the loser's write is not needed. */
export async function putBlindRow(tables: Tables, blindness: Blindness, etag?: string): Promise<void> {
  const clusters = await tables.open('clusters');
  const entity = { partitionKey: PARTITION, rowKey: blindness.subject, ...writeColumns(columns, blindness) };
  if (etag === undefined) await clusters.createEntity(entity);
  else await clusters.updateEntity(entity, 'Replace', { etag });
}

/** Deletes one that is over and of which every sink was notified. */
export async function deleteBlindRow(tables: Tables, subject: string, etag: string): Promise<void> {
  const clusters = await tables.open('clusters');
  await clusters.deleteEntity(PARTITION, subject, { etag });
}
