import type { Outage } from '../history/outage.ts';
import { writeFleet } from './fleet-batch.ts';
import type { Tables } from './open-tables.ts';
import { noteSearch, type OutageRow, readOutage } from './outage-rows.ts';
import { retryLostWrites, unlessLost } from './rows.ts';

// A transaction holds at most 4 MiB: findings make rows larger.
const BATCH = 50;
const ATTEMPTS = 5;

/** Notes in outages what a search found, in batches; where a row of a batch changed meanwhile, one by one, each as it stands then. */
export async function noteFindings(
  tables: Tables,
  rows: readonly OutageRow[],
  found: Pick<Outage, 'findings' | 'changes' | 'searchedAt'>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    const writes = batch.map((row) => noteSearch(row, found));
    if (await unlessLost(writeFleet(tables, writes))) continue;
    for (const { outage } of batch)
      await retryLostWrites(ATTEMPTS, async () => {
        const current = await readOutage(tables, outage.cluster, outage.node, outage.start);
        if (current !== undefined) await writeFleet(tables, [noteSearch(current, found)]);
      });
  }
}
