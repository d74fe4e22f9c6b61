import pLimit from 'p-limit';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { clearPartitionsBefore } from '../tables/clear-partitions.ts';
import { listClusterIds } from '../tables/cluster-list.ts';
import { pruneIncidents } from '../tables/incident-rows.ts';
import { dropTablesBefore, makeResultsTable } from '../tables/open-tables.ts';
import { pruneCluster } from '../tables/prune-cluster.ts';
import { watchPoison } from './watch-poison.ts';

const DAY_MS = 86_400_000;
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
  ['webhooks', 7, 'day'],
] as const;

/** Prunes each cluster; one that fails is logged and keeps no other from it. */
async function pruneClusters(services: Services): Promise<void> {
  const clusters = await listClusterIds(services.tables);
  const limit = pLimit(CONCURRENT_CLUSTERS);
  const errors: unknown[] = [];
  const pruneOne = (cluster: string) =>
    pruneCluster(services.tables, cluster, services.now()).catch((error: unknown) => {
      log.error(`${cluster} could not be pruned and will be in an hour`, error);
      errors.push(error);
    });
  await Promise.all(clusters.map((cluster) => limit(() => pruneOne(cluster))));
  if (errors.length > 0) throw new AggregateError(errors, `expected to prune ${clusters.length} clusters, ${errors.length} of them failed`);
}

/**
 * Keeps storage within its bounds, once an hour: makes tomorrow's result table, drops tables past retention, clears what earlier sweeps left,
 * forgets nodes and clusters that are gone for long. Notifies of what stays in the poison queue.
 *
 * @throws AggregateError that says how many clusters failed, after all the others are done.
 */
export async function prune(services: Services): Promise<void> {
  const { settings, tables, now } = services;
  await watchPoison(services);
  const time = now().getTime();
  const ago = (days: number) => new Date(time - days * DAY_MS).toISOString();
  await makeResultsTable(tables, ago(-1));
  await dropTablesBefore(tables, 'results', ago(settings.RETENTION_DAYS));
  await dropTablesBefore(tables, 'sweeps', ago(settings.RETENTION_DAYS + LISTED_DAYS));
  const mayGoOn = () => now().getTime() < time + CLEARING_MS;
  for (const [name, days, key] of KEPT)
    await clearPartitionsBefore(tables, name, key === 'moment' ? ago(days) : ago(days).slice(0, 10), mayGoOn);
  await pruneIncidents(tables, ago(settings.RETENTION_DAYS));
  await pruneClusters(services);
}
