import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRange, readRow } from './rows.ts';

const PARTITION = 'blind';
/** The subject that stands for the prober itself. */
export const PROBER = '*';

/** A cluster that nobody can see, or the prober itself (`*`): since which sweep, until which, and what was told of it. */
export interface BlindRow {
  subject: string;
  since: string;
  until?: string;
  unknown: number;
  planned: number;
  reason: ReasonCode;
  told: '' | 'started' | 'ended';
  /** The newest sweep that was judged: an older one never judges over it. */
  sweep: string;
}

function toBlindRow(row: Row & { etag: string }): BlindRow & { etag: string } {
  return {
    subject: row.rowKey,
    since: String(row.since),
    until: row.until ? String(row.until) : undefined,
    unknown: Number(row.unknown ?? 0),
    planned: Number(row.planned ?? 0),
    reason: reasonCode.parse(row.reason),
    told: row.told === 'started' || row.told === 'ended' ? row.told : '',
    sweep: String(row.sweep ?? ''),
    etag: row.etag,
  };
}

/** Reads all of them, by subject. */
export async function readBlindRows(tables: Tables): Promise<Map<string, BlindRow & { etag: string }>> {
  const clusters = await tables.open('clusters');
  return new Map((await readRange(clusters, PARTITION)).map((row) => [row.rowKey, toBlindRow(row)]));
}

/** Reads one that stands: of a cluster, or of the prober itself (`*`). */
export async function readStandingBlindness(tables: Tables, subject: string): Promise<BlindRow | undefined> {
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, PARTITION, subject);
  const read = row && toBlindRow(row);
  return read?.until === undefined ? read : undefined;
}

/** Writes one as it was read, or makes it. Two runs of close-sweep judge the same sweep alike: the loser's write is not needed. */
export async function putBlindRow(tables: Tables, { subject, until, ...row }: BlindRow, etag?: string): Promise<void> {
  const clusters = await tables.open('clusters');
  const entity = { partitionKey: PARTITION, rowKey: subject, ...row, until: until ?? '' };
  if (etag === undefined) await clusters.createEntity(entity);
  else await clusters.updateEntity(entity, 'Replace', { etag });
}

/** Forgets one whose end was told. */
export async function deleteBlindRow(tables: Tables, subject: string, etag: string): Promise<void> {
  const clusters = await tables.open('clusters');
  await clusters.deleteEntity(PARTITION, subject, { etag });
}
