import type { Outage } from '../history/outage.ts';
import { writeFleet } from './fleet-batch.ts';
import type { Tables } from './open-tables.ts';
import { type OutageRow, readOutage, replaceOutage } from './outage-rows.ts';
import { retryLostWrites, unlessLost } from './rows.ts';

const BATCH = 100;
const MARK_ATTEMPTS = 5;

type Change = (outage: Outage) => Outage;

/** Changes outages in batches; where a row of a batch changed meanwhile, one by one, each as it stands then. */
export async function changeOutages(tables: Tables, changes: readonly { row: OutageRow; change: Change }[]): Promise<void> {
  for (let from = 0; from < changes.length; from += BATCH) {
    const batch = changes.slice(from, from + BATCH);
    const changed = batch.map(({ row, change }) => replaceOutage({ ...row, outage: change(row.outage) }));
    if (await unlessLost(writeFleet(tables, changed))) continue;
    for (const { row, change } of batch) await changeOne(tables, row.outage, change);
  }
}

async function changeOne(tables: Tables, { cluster, node, start }: Outage, change: Change): Promise<void> {
  await retryLostWrites(MARK_ATTEMPTS, async () => {
    const current = await readOutage(tables, cluster, node, start);
    if (current !== undefined) await writeFleet(tables, [replaceOutage({ ...current, outage: change(current.outage) })]);
  });
}
