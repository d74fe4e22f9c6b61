import type { TableClient } from '@azure/data-tables';
import { type Row, readRow } from './rows.ts';

/** One bucket of Compute's throttling: a subscription and a region. */
export interface Bucket {
  subscriptionId: string;
  region: string;
}

/** How far the starts in one bucket are planned; epoch milliseconds, 0 where nothing is. */
export interface Cursors {
  /** Moved by sweeps. */
  nextFree: number;
  /** Moved by confirmations and checks. */
  nextExtra: number;
  pausedUntil: number;
}

export type PaceRow = Bucket & Cursors;

function toCursors(row: Record<string, unknown> = {}): Cursors {
  // A cursor that cannot be read must not stop the bucket.
  const moment = (name: keyof Cursors) => Date.parse(String(row[name] ?? '')) || 0;
  return { nextFree: moment('nextFree'), nextExtra: moment('nextExtra'), pausedUntil: moment('pausedUntil') };
}

/** Reads the cursors of one bucket; without an ETag where it has no row yet. */
export async function readCursors(pace: TableClient, { subscriptionId, region }: Bucket): Promise<{ cursors: Cursors; etag?: string }> {
  const row = await readRow(pace, subscriptionId, region);
  return { cursors: toCursors(row), etag: row?.etag };
}

/** Writes the cursors of one bucket. It holds only while they are as they were read. */
export async function writeCursors(pace: TableClient, { subscriptionId, region }: Bucket, cursors: Cursors, etag?: string): Promise<void> {
  const moments = Object.entries(cursors).map(([name, time]) => [name, new Date(time).toISOString()]);
  const row = { partitionKey: subscriptionId, rowKey: region, ...Object.fromEntries(moments) };
  if (etag === undefined) await pace.createEntity(row);
  else await pace.updateEntity(row, 'Merge', { etag });
}

/** Reads the pace of every bucket. */
export async function readPace(pace: TableClient): Promise<PaceRow[]> {
  const rows: PaceRow[] = [];
  for await (const row of pace.listEntities<Row>())
    rows.push({ subscriptionId: String(row.partitionKey), region: String(row.rowKey), ...toCursors(row) });
  return rows;
}
