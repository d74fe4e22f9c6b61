import { parseClusterId } from '../fleet/resource-id.ts';
import type { CommonFactor } from '../history/common-factors.ts';
import { openEpisode } from '../history/node-state.ts';
import { STALE_AFTER_INTERVALS } from '../history/roll-up.ts';
import { addUptimes } from '../history/uptime.ts';
import type { ReasonCode } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { type Counts, emptyCounts } from '../sweep/ledger.ts';
import { intervalAt } from '../sweep/schedule.ts';
import { type ClusterRow, listClusterRows } from '../tables/cluster-rows.ts';
import { listSweeps, readSweep } from '../tables/sweep-rows.ts';
import { pageOf } from './paging.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './routes.ts';
import { type SweepView, viewSweep } from './sweeps.ts';
import { type UptimeView, viewUptime } from './uptime.ts';

/** A cluster in a list. */
export interface ClusterView {
  cluster: string;
  subscriptionId: string;
  resourceGroup: string;
  name: string;
  region: string;
  version: string;
  nodes: Counts;
  openOutages: number;
  /** The cluster's own outage, while it is open. */
  clusterOutage: { start: string; reason: ReasonCode; flaps: number } | null;
  /** What the failing nodes share and the healthy ones do not. */
  commonFactors: CommonFactor[];
  uptime: UptimeView;
  /** Whether Azure is upgrading or changing it, which may explain what its nodes say. */
  upgrading: boolean;
  recordOnly: string | null;
  assessedAt: string | null;
}

/** The fleet at a glance. */
export interface FleetView {
  subscriptions: Counts;
  clusters: Counts;
  nodes: Counts;
  openOutages: number;
  uptime: UptimeView;
  lastSweep: SweepView | null;
}

/** Milliseconds after which what was seen says nothing any more. */
export function staleAfterMs({ settings, now }: Services): number {
  return STALE_AFTER_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, now());
}

// Nothing fails open: a roll-up that nobody has renewed counts as unknown.
function viewCluster(services: Services, row: ClusterRow): ClusterView {
  const { cluster, subscriptionId, resourceGroup, name, region, version, openOutages } = row;
  const down = openEpisode(row.outage.outage);
  const stale = !(services.now().getTime() - Date.parse(row.assessedAt) <= staleAfterMs(services));
  const { known, reachable, unreachable, unknown, notProbed } = row.nodes;
  const nodes = stale ? { known, reachable: 0, unreachable: 0, unknown: reachable + unreachable + unknown, notProbed } : row.nodes;
  return {
    cluster,
    subscriptionId,
    resourceGroup,
    name,
    region,
    version,
    nodes,
    openOutages: openOutages + (down === undefined ? 0 : 1),
    clusterOutage: down === undefined ? null : { start: down.outage, reason: down.reason, flaps: down.episode - 1 },
    commonFactors: row.commonFactors,
    uptime: viewUptime(row.uptime),
    upgrading: row.upgrading,
    recordOnly: row.recordOnly ?? null,
    assessedAt: row.assessedAt || null,
  };
}

function worstOf({ unreachable, unknown, reachable }: Counts): Exclude<keyof Counts, 'known'> {
  return unreachable > 0 ? 'unreachable' : unknown > 0 ? 'unknown' : reachable > 0 ? 'reachable' : 'notProbed';
}

function addCounts(all: readonly Counts[]): Counts {
  const total = { ...emptyCounts };
  for (const each of all) for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += each[key];
  return total;
}

/** Counts groups by the worst that is in them. */
function countWorst(groups: readonly Counts[]): Counts {
  const total = { ...emptyCounts, known: groups.length };
  for (const group of groups) total[worstOf(group)] += 1;
  return total;
}

const severity = ({ nodes }: ClusterView) => ['unreachable', 'unknown', 'notProbed', 'reachable'].indexOf(worstOf(nodes));

async function listStandingClusters({ tables }: Services): Promise<ClusterRow[]> {
  return (await listClusterRows(await tables.open('clusters'))).filter((row) => row.recordOnly !== 'ClusterGone');
}

/** Every cluster that still counts, failures first. */
export async function viewClusters(services: Services): Promise<ClusterView[]> {
  const views = (await listStandingClusters(services)).map((row) => viewCluster(services, row));
  return views.sort((a, b) => severity(a) - severity(b) || b.nodes.unreachable - a.nodes.unreachable || (a.cluster < b.cluster ? -1 : 1));
}

/** The fleet: its latest verdicts and its last completed sweep. */
export async function viewFleet(services: Services, clusters: readonly ClusterView[]): Promise<FleetView> {
  const uptimes = (await listStandingClusters(services)).map((row) => row.uptime);
  const sweeps = await listSweeps(services.tables, services.now(), 20);
  const last = sweeps.find((line) => line.completedAt !== undefined);
  const scope = last === undefined ? [] : ((await readSweep(await services.tables.open('sweeps'), last.sweep)).subscriptions ?? []);
  const bySubscription = Map.groupBy(clusters, (cluster) => cluster.subscriptionId);
  const subscriptions = new Set([...scope, ...bySubscription.keys()]);
  return {
    subscriptions: countWorst([...subscriptions].map((id) => addCounts((bySubscription.get(id) ?? []).map(({ nodes }) => nodes)))),
    clusters: countWorst(clusters.map(({ nodes }) => nodes)),
    nodes: addCounts(clusters.map(({ nodes }) => nodes)),
    openOutages: clusters.reduce((total, { openOutages }) => total + openOutages, 0),
    uptime: viewUptime(addUptimes(uptimes)),
    lastSweep: last === undefined ? null : viewSweep(last),
  };
}

/** `GET /api/fleet` */
export async function showFleet(services: Services): Promise<Reply> {
  return { json: await viewFleet(services, await viewClusters(services)) };
}

/** `GET /api/clusters` */
export async function showClusters(services: Services, request: RouteRequest): Promise<Reply> {
  return { json: pageOf(await viewClusters(services), request) };
}

/** Reads the cluster id of a route, as it was percent-encoded there. */
export function clusterParam({ params }: RouteRequest): string {
  const id = (params.cluster ?? '').toLowerCase();
  if (parseClusterId(id) === undefined)
    throw new HttpProblem(
      400,
      'bad-cluster',
      `expected a cluster id "<subscription id>.<resource group>.<cluster name>", got "${id.slice(0, 120)}"; GET /api/clusters lists them`,
    );
  return id;
}

/** `GET /api/clusters/{cluster}` */
export async function showCluster(services: Services, request: RouteRequest): Promise<Reply> {
  const id = clusterParam(request);
  const found = (await viewClusters(services)).find((view) => view.cluster === id);
  if (found === undefined) throw new HttpProblem(404, 'unknown-cluster', `no cluster "${id}" is known; GET /api/clusters lists them`);
  return { json: found };
}
