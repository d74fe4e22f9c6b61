import type { TableClient } from '@azure/data-tables';
import type { Outage } from '../history/outage.ts';
import { type OutageRow, readOutage, replaceOutage } from '../tables/outage-rows.ts';
import { isLostWrite, retryLostWrites, writeBatch } from '../tables/rows.ts';

const BATCH = 100;
const MARK_ATTEMPTS = 5;

export type Change = (outage: Outage) => Outage;

/** Changes outages in batches; where a row of a batch changed meanwhile, one by one, each as it stands then. */
export async function changeOutages(fleet: TableClient, changes: readonly { row: OutageRow; change: Change }[]): Promise<void> {
  for (let from = 0; from < changes.length; from += BATCH) {
    const batch = changes.slice(from, from + BATCH);
    try {
      await writeBatch(
        fleet,
        batch.map(({ row, change }) => replaceOutage({ ...row, outage: change(row.outage) })),
      );
    } catch (error) {
      if (!isLostWrite(error)) throw error;
      for (const { row, change } of batch) await changeOne(fleet, row.outage, change);
    }
  }
}

async function changeOne(fleet: TableClient, { cluster, node, start }: Outage, change: Change): Promise<void> {
  await retryLostWrites(MARK_ATTEMPTS, async () => {
    const current = await readOutage(fleet, cluster, node, start);
    if (current !== undefined) await writeBatch(fleet, [replaceOutage({ ...current, outage: change(current.outage) })]);
  });
}
