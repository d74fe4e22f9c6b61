import { latency } from '../history/latency.ts';
import { openEpisode } from '../history/node-state.ts';
import { sweepRun } from '../history/recent-sweeps.ts';
import { clusterIdSchema } from '../model/name-schemas.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { type ListedCluster, listStandingClusters, readStandingCluster } from '../tables/cluster-list.ts';
import * as z from '../zod.ts';
import { blindView, viewBlind } from './blindness.ts';
import { commonFactorView, components, countsView, reasonName, time } from './components.ts';
import { staleBefore } from './current-interval.ts';
import { maintenanceView, viewMaintenance } from './maintenance.ts';
import { comparePlaces, cutPage, listOf, type Page, type PageRequest, readPage } from './paging.ts';
import { degradedView, notServedGroupView } from './served.ts';
import { missingMachinesView, unseenView, viewMissingMachines, viewUnseen } from './unseen.ts';
import { uptimeView, viewUptime } from './uptime.ts';
import { WORST_FIRST, worstOf } from './worst-first.ts';

/** A cluster in a list. */
export const clusterView = z
  .object({
    cluster: z.described(z.string(), '`<subscription id>.<resource group>.<cluster name>`, in lower case.'),
    subscriptionId: z.string(),
    subscriptionName: z.described(z.nullable(z.string()), 'The display name of its subscription; null until it has been read.'),
    resourceGroup: z.string(),
    name: z.string(),
    region: z.string(),
    version: z.string(),
    nodes: countsView,
    openOutages: z.described(z.number(), 'Open outages of its nodes, plus its own.'),
    clusterOutage: z.described(
      z.nullable(z.object({ start: time, reason: reasonName, flaps: z.number() })),
      "The cluster's own outage, while it is open.",
    ),
    degraded: z.described(
      z.nullable(degradedView),
      'Since when its API server does not serve a quorum of its nodes, and why; null unless it is degraded.',
    ),
    notServed: z.described(z.array(notServedGroupView), 'Nodes that reach the API server and are not served by it, by reason.'),
    blind: z.nullable(blindView),
    maintenance: z.described(z.nullable(maintenanceView), 'The maintenance that it is in, which nobody is notified in.'),
    unseen: z.described(z.array(unseenView), 'Nodes that should have a verdict and had none for `UNSEEN_AFTER_MINUTES`, by reason.'),
    missingMachines: z.described(
      z.array(missingMachinesView),
      'Pools for which Azure has fewer machines than nodes; these nodes count as known and not probed.',
    ),
    commonFactors: z.array(commonFactorView),
    recentSweeps: z.described(
      z.array(sweepRun),
      'Nodes by verdict in the newest 50 sweeps, oldest first; equal neighbours are counted together.',
    ),
    latency: z.described(
      z.nullable(latency),
      'How long `kubectl version` takes on the nodes that reach their API server, in milliseconds.',
    ),
    uptime: uptimeView,
    upgrading: z.described(z.boolean(), 'Whether an upgrade or update is in progress, which may explain the results of its nodes.'),
    recordOnly: z.described(z.nullable(z.string()), 'Why it is not probed.'),
    assessedAt: z.nullable(time),
  })
  .register(components, { id: 'Cluster' });
export type ClusterView = z.output<typeof clusterView>;

export const clusterListSchema = listOf(clusterView).register(components, { id: 'ClusterPage' });

/** The position of a cluster in the list: its worst verdict, the number of nodes that are unreachable, or else not served, its id. */
const clusterPlace = z.tuple([z.number(), z.number(), clusterIdSchema('a cluster id')]);

/** Whether a cluster was assessed since a time, in epoch milliseconds; an invalid time counts as too old. */
export const isFresh = ({ assessedAt }: ListedCluster, before: number) => Date.parse(assessedAt) >= before;

/**
 * Shows a cluster. If its latest assessment is too old, its nodes count as unknown.
 *
 * @param before - in epoch milliseconds: an earlier assessment is too old.
 * @param now - decides whether it is in maintenance.
 */
export function viewCluster(row: ListedCluster, before: number, now: Date): ClusterView {
  const { cluster, subscriptionId, resourceGroup, name, region, version, openOutages } = row;
  const down = openEpisode(row.outage.outage);
  const { known, reachable, unreachable, unknown, notProbed } = row.nodes;
  const fresh = isFresh(row, before);
  const stale = { known, reachable: 0, notServed: 0, unreachable: 0, unknown: reachable + unreachable + unknown, notProbed };
  return {
    cluster,
    subscriptionId,
    subscriptionName: row.subscriptionName || null,
    resourceGroup,
    name,
    region,
    version,
    nodes: fresh ? row.nodes : stale,
    openOutages: openOutages + (down === undefined ? 0 : 1),
    clusterOutage: down === undefined ? null : { start: down.outage, reason: down.reason, flaps: down.episode - 1 },
    degraded: row.degradation.degraded ?? null,
    notServed: fresh ? row.notServed : [],
    blind: viewBlind(cluster, row.blind),
    maintenance: viewMaintenance({ tag: row.maintenanceTag, request: row.maintenance }, now),
    unseen: viewUnseen(row.unseen),
    missingMachines: viewMissingMachines(row.shortfalls),
    commonFactors: row.commonFactors,
    recentSweeps: [...row.recent],
    latency: row.latency ?? null,
    uptime: viewUptime(row.uptime),
    upgrading: row.upgrading,
    recordOnly: row.recordOnly ?? null,
    assessedAt: row.assessedAt || null,
  };
}

/** The position of a cluster in a list: by its worst verdict, then with most nodes first that are unreachable, or else not served. */
function clusterPlaceOf({ nodes, cluster }: ClusterView): [number, number, string] {
  return [WORST_FIRST.indexOf(worstOf(nodes)), -(nodes.unreachable || nodes.notServed), cluster];
}

/** Shows clusters, failures first. */
export function sortClusters(services: Services, rows: readonly ListedCluster[]): ClusterView[] {
  const before = staleBefore(services);
  const now = services.now();
  return rows.map((row) => viewCluster(row, before, now)).sort((a, b) => comparePlaces(clusterPlaceOf(a), clusterPlaceOf(b)));
}

/** The rows of every cluster that still counts, in no particular order. */
export async function readClusters({ tables }: Services, how?: 'measured'): Promise<ListedCluster[]> {
  return listStandingClusters(tables, how);
}

/** Shows one page of the clusters, failures first. */
export async function viewClusterList(services: Services, request: PageRequest): Promise<Page<ClusterView>> {
  const page = readPage(request, 'clusters', clusterPlace);
  return cutPage('clusters', sortClusters(services, await readClusters(services)), page, clusterPlaceOf);
}

/** The problem for a cluster that is not known. */
export function unknownCluster(id: string): Problem {
  return new Problem('unknown-cluster', `no cluster "${id}" is known; GET /api/clusters lists them`);
}

/**
 * Reads the row of one cluster.
 *
 * @throws Problem if the cluster is not known.
 */
export async function readCluster({ tables }: Services, id: string): Promise<ListedCluster> {
  const row = await readStandingCluster(tables, id);
  if (row === undefined) throw unknownCluster(id);
  return row;
}
