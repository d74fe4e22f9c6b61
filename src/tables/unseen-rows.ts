import { z } from 'zod';
import type { Unseen } from '../history/unseen-standing.ts';
import { type Columns, count, json, optionalText, readColumns, reason, text, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange } from './rows.ts';
import { standingMarks } from './standing-marks.ts';

const PARTITION = 'unseen';

/** One with what is needed to change its row. */
export interface UnseenRow {
  unseen: Unseen;
  etag: string;
}

const names = z.array(z.string());

/** The columns of unseen nodes of one cluster and reason, declared once. */
const columns: Columns<Omit<Unseen, 'subject'>> = {
  cluster: text,
  reason,
  nodes: count,
  pools: json(names, []),
  names: json(names, []),
  unseenSince: text,
  since: text,
  until: optionalText,
  delivered: json(standingMarks, {}),
  sweep: text,
};

/** Reads all of them, by subject. */
export async function readUnseenRows(tables: Tables): Promise<Map<string, UnseenRow>> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  return new Map(rows.map((row) => [row.rowKey, { unseen: { subject: row.rowKey, ...readColumns(columns, row) }, etag: row.etag }]));
}

/** Writes one as it was read, or makes it. Two runs of close-sweep judge the same sweep alike: the loser's write is not needed. */
export async function putUnseenRow(tables: Tables, unseen: Unseen, etag?: string): Promise<void> {
  const clusters = await tables.open('clusters');
  const entity = { partitionKey: PARTITION, rowKey: unseen.subject, ...writeColumns(columns, unseen) };
  if (etag === undefined) await clusters.createEntity(entity);
  else await clusters.updateEntity(entity, 'Replace', { etag });
}

/** Deletes one that is over and of which every sink was notified. */
export async function deleteUnseenRow(tables: Tables, subject: string, etag: string): Promise<void> {
  const clusters = await tables.open('clusters');
  await clusters.deleteEntity(PARTITION, subject, { etag });
}
