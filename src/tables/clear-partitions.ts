import { odata, type TransactionAction } from '@azure/data-tables';
import type { TableName, Tables } from './open-tables.ts';
import { unlessLost, writeBatch } from './rows.ts';

const CONCURRENT_DELETES = 32;

/**
 * Deletes all partitions whose keys, which begin with a date, are lower than `cutoff`. It holds only a few partitions in memory at a time.
 *
 * @param hasTime - called before each partition; if it returns false, the rest is left to the next call.
 * @throws the first error of a deletion, after the others were tried.
 */
export async function clearPartitionsBefore(tables: Tables, name: TableName, cutoff: string, hasTime: () => boolean): Promise<void> {
  const table = await tables.open(name);
  const pending = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const clear = async (actions: TransactionAction[]) => {
    if (actions.length === 0) return;
    if (pending.size >= CONCURRENT_DELETES) await Promise.race(pending);
    // A partition that changed meanwhile is left to the next hour.
    const deleting: Promise<void> = unlessLost(writeBatch(table, actions))
      .then(
        () => {},
        (error: unknown) => void errors.push(error),
      )
      .finally(() => pending.delete(deleting));
    pending.add(deleting);
  };
  let actions: TransactionAction[] = [];
  let partition = '';
  const filter = odata`PartitionKey lt ${cutoff}`;
  // Rows come in the order of their keys, partition by partition.
  for await (const row of table.listEntities({ queryOptions: { filter, select: ['partitionKey', 'rowKey'] } })) {
    const { partitionKey, rowKey } = row as { partitionKey: string; rowKey: string };
    if (partitionKey !== partition) {
      await clear(actions);
      actions = [];
      partition = partitionKey;
      if (!hasTime()) break;
    }
    actions.push(['delete', { partitionKey, rowKey }]);
  }
  await clear(actions);
  await Promise.all(pending);
  if (errors.length > 0) throw errors[0];
}
