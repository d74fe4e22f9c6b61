import type { TableClient } from '@azure/data-tables';

/** How far the starts in one bucket of Compute's throttling are planned; epoch milliseconds, 0 where nothing is. */
export interface PaceRow {
  subscriptionId: string;
  region: string;
  nextFree: number;
  nextExtra: number;
  pausedUntil: number;
}

const moment = (value: unknown) => Date.parse(String(value ?? '')) || 0;

/** Reads the pace of every bucket. */
export async function readPace(pace: TableClient): Promise<PaceRow[]> {
  const rows: PaceRow[] = [];
  for await (const row of pace.listEntities<Record<string, unknown>>())
    rows.push({
      subscriptionId: String(row.partitionKey),
      region: String(row.rowKey),
      nextFree: moment(row.nextFree),
      nextExtra: moment(row.nextExtra),
      pausedUntil: moment(row.pausedUntil),
    });
  return rows;
}
