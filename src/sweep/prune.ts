import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import type { Services } from '../services.ts';
import { resultsTableOf, sweepsTableOf } from '../tables/open-tables.ts';
import { isLostWrite, writeBatch } from '../tables/rows.ts';

const DAY_MS = 86_400_000;
const CONCURRENT_DELETES = 16;
/** The list of sweeps is read up to a month back. */
const LISTED_DAYS = 62;
const KEPT_DAYS = { flights: 1, sweeps: 2, poison: 7 } as const;

/** Deletes the rows of partitions whose keys, which begin with a date, come before a moment. */
async function clearBefore(table: TableClient, cutoff: string): Promise<void> {
  const byPartition = new Map<string, TransactionAction[]>();
  const filter = odata`PartitionKey lt ${cutoff}`;
  for await (const row of table.listEntities({ queryOptions: { filter, select: ['partitionKey', 'rowKey'] } })) {
    const { partitionKey, rowKey } = row as { partitionKey: string; rowKey: string };
    byPartition.set(partitionKey, [...(byPartition.get(partitionKey) ?? []), ['delete', { partitionKey, rowKey }]]);
  }
  const limit = pLimit(CONCURRENT_DELETES);
  const clear = (actions: TransactionAction[]) =>
    writeBatch(table, actions).catch((error) => {
      // Somebody else deleted it, or it is used again: the next day sees.
      if (!isLostWrite(error)) throw error;
    });
  await Promise.all([...byPartition.values()].map((actions) => limit(() => clear(actions))));
}

/** Keeps storage within its bounds, once a day: makes tomorrow's result table, drops tables past retention, clears what earlier sweeps left. */
export async function prune({ settings, tables, now }: Services): Promise<void> {
  const time = now().getTime();
  const ago = (days: number) => new Date(time - days * DAY_MS).toISOString();
  await tables.open(resultsTableOf(ago(-1)));
  const oldest = resultsTableOf(ago(settings.RETENTION_DAYS));
  for (const name of await tables.dated('results')) if (name < oldest) await tables.drop(name);
  const oldestList = sweepsTableOf(ago(settings.RETENTION_DAYS + LISTED_DAYS));
  for (const name of await tables.dated('sweeps')) if (name < oldestList) await tables.drop(name);
  for (const [name, days] of Object.entries(KEPT_DAYS)) await clearBefore(await tables.open(name as keyof typeof KEPT_DAYS), ago(days));
}
