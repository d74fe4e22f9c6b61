import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { resultsTableOf, sweepsTableOf } from '../tables/open-tables.ts';
import { isLostWrite, readRange, writeBatch } from '../tables/rows.ts';
import { pruneCluster } from './prune-cluster.ts';
import { watchPoison } from './watch-poison.ts';

const DAY_MS = 86_400_000;
const CONCURRENT_DELETES = 32;
const CONCURRENT_CLUSTERS = 8;
/** The rest of the host's `functionTimeout` of 5 minutes is for the clusters; what is left over waits for the next hour. */
const CLEARING_MS = 180_000;
/** The list of sweeps is read up to a month back. */
const LISTED_DAYS = 62;
/** Days for which rows are kept, and what their partition keys begin with: a moment, or a day, which goes as a whole once its last moment is old enough. */
const KEPT = [
  ['probes', 1, 'day'],
  ['sweeps', 2, 'moment'],
  ['poison', 7, 'day'],
  ['checks', 7, 'day'],
] as const;

/**
 * Deletes the rows of partitions whose keys, which begin with a date, come before a moment; at most some of them are held at a time.
 *
 * @param mayGoOn - asked before each partition; what is left then is the oldest at the next call.
 */
async function clearBefore(table: TableClient, cutoff: string, mayGoOn: () => boolean): Promise<void> {
  const pending = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const clear = async (actions: TransactionAction[]) => {
    if (actions.length === 0) return;
    if (pending.size >= CONCURRENT_DELETES) await Promise.race(pending);
    const deleting = writeBatch(table, actions)
      .catch((error) => {
        // Somebody else deleted it, or it is used again: the next hour sees.
        if (!isLostWrite(error)) errors.push(error);
      })
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

/** Prunes each cluster; one that fails is told of and keeps no other from it. */
async function pruneClusters(services: Services): Promise<void> {
  const clusters = await readRange(await services.tables.open('clusters'), 'fleet', { select: ['partitionKey', 'rowKey'] });
  const limit = pLimit(CONCURRENT_CLUSTERS);
  const errors: unknown[] = [];
  const pruneOne = (cluster: string) =>
    pruneCluster(services, cluster).catch((error: unknown) => {
      log.error(`${cluster} could not be pruned and will be in an hour`, error);
      errors.push(error);
    });
  await Promise.all(clusters.map(({ rowKey }) => limit(() => pruneOne(rowKey))));
  if (errors.length > 0) throw new AggregateError(errors, `expected to prune ${clusters.length} clusters, ${errors.length} of them failed`);
}

/**
 * Keeps storage within its bounds, once an hour: makes tomorrow's result table, drops tables past retention, clears what earlier sweeps left,
 * forgets nodes and clusters that are gone for long. Tells of what stays in the poison queue.
 *
 * @throws AggregateError that says how many clusters failed, after all the others are done.
 */
export async function prune(services: Services): Promise<void> {
  const { settings, tables, now } = services;
  await watchPoison(services);
  const time = now().getTime();
  const ago = (days: number) => new Date(time - days * DAY_MS).toISOString();
  await tables.open(resultsTableOf(ago(-1)));
  const oldest = resultsTableOf(ago(settings.RETENTION_DAYS));
  for (const name of await tables.dated('results')) if (name < oldest) await tables.drop(name);
  const oldestList = sweepsTableOf(ago(settings.RETENTION_DAYS + LISTED_DAYS));
  for (const name of await tables.dated('sweeps')) if (name < oldestList) await tables.drop(name);
  const mayGoOn = () => now().getTime() < time + CLEARING_MS;
  for (const [name, days, key] of KEPT)
    await clearBefore(await tables.open(name), key === 'moment' ? ago(days) : ago(days).slice(0, 10), mayGoOn);
  await pruneClusters(services);
}
