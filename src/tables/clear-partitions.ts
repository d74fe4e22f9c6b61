import { odata, type TransactionAction } from '@azure/data-tables';
import type { TableName, Tables } from './open-tables.ts';
import { unlessLost, writeBatch } from './rows.ts';

const CONCURRENT_DELETES = 32;

/**
 * Deletes the rows of partitions whose keys, which begin with a date, come before a moment; at most some of them are held at a time.
 *
 * @param mayGoOn - asked before each partition; what is left then is the oldest at the next call.
 */
export async function clearPartitionsBefore(tables: Tables, name: TableName, cutoff: string, mayGoOn: () => boolean): Promise<void> {
  const table = await tables.open(name);
  const pending = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const clear = async (actions: TransactionAction[]) => {
    if (actions.length === 0) return;
    if (pending.size >= CONCURRENT_DELETES) await Promise.race(pending);
    // Where somebody else deleted it, or it is used again, the next hour sees.
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
      if (!mayGoOn()) break;
    }
    actions.push(['delete', { partitionKey, rowKey }]);
  }
  await clear(actions);
  await Promise.all(pending);
  if (errors.length > 0) throw errors[0];
}
