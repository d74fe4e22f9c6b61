import { LATENCY_BOUNDS_MS } from '../../history/latency.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import type { Services } from '../../services.ts';
import type { ListedCluster } from '../../tables/cluster-list.ts';
import { isFresh, viewCluster } from '../../views/clusters.ts';
import { staleBefore } from '../../views/current-interval.ts';
import type { Figures } from './figures.ts';

const VERDICTS = ['reachable', 'unreachable', 'unknown', 'notProbed'] as const;
const WINDOWS = ['24h', '7d', '30d'] as const;
const BOUNDS = LATENCY_BOUNDS_MS.map((ms) => ms / 1000);

/** What is wrong with a cluster, by the name of its alert, with the reason and since when. */
function conditionsOf(row: ListedCluster): [condition: string, reason: ReasonCode | undefined, since: string | undefined][] {
  const own = openEpisode(row.outage.outage);
  const { degraded } = row.degradation;
  return [
    ['cluster-outage', own?.reason, own?.outage],
    ['node-outages', row.outageReason, row.openOutages > 0 ? row.outagesSince : undefined],
    ['cluster-blind', row.blind?.reason, row.blind?.since],
    ['cluster-degraded', degraded?.reason, degraded?.since],
    ...row.unseen.map(({ reason, since }): [string, ReasonCode, string] => ['nodes-unseen', reason, since]),
  ];
}

/** What the latest assessment of a cluster came to, where none is older than three intervals. */
function addVerdicts({ add }: Figures, row: ListedCluster, before: number, now: Date): void {
  const cluster_id = row.cluster;
  const { nodes, uptime, maintenance } = viewCluster(row, before, now);
  for (const verdict of VERDICTS) add('nodes', { cluster_id, verdict }, nodes[verdict]);
  add('nodes_not_served', { cluster_id }, nodes.notServed);
  if (maintenance !== null) add('cluster_maintenance', { cluster_id }, 1);
  for (const window of WINDOWS) {
    if (uptime[window] !== null) add('uptime_ratio', { cluster_id, window }, uptime[window]);
    add('watched_seconds', { cluster_id, window }, uptime.watchedSeconds[window]);
    if (uptime.maintenanceSeconds[window] > 0) add('maintenance_seconds', { cluster_id, window }, uptime.maintenanceSeconds[window]);
  }
}

function addLatency({ add, distribute }: Figures, row: ListedCluster, before: number): void {
  const { cluster: cluster_id, latency, latencyCounts } = row;
  if (latency !== undefined && isFresh(row, before)) {
    add('latency_median_seconds', { cluster_id }, latency.medianMs / 1000);
    add('latency_worst_seconds', { cluster_id }, latency.worstMs / 1000);
    add('nodes_slow', { cluster_id }, latency.slowNodes);
  }
  if (latencyCounts === undefined) return;
  distribute('latency_seconds', { cluster_id }, { bounds: BOUNDS, counts: latencyCounts.counts, sum: latencyCounts.sumMs / 1000 });
}

/** Nodes, outages, conditions and latency of each cluster, as of its latest assessment. */
export function measureClusters(services: Services, figures: Figures, rows: readonly ListedCluster[]): void {
  const { add } = figures;
  const before = staleBefore(services);
  const now = services.now();
  for (const row of rows) {
    const { cluster: cluster_id, subscriptionId, resourceGroup, name, region, version, outageCounts } = row;
    add('cluster_info', { cluster_id, subscription_id: subscriptionId, resource_group: resourceGroup, name, region, version }, 1);
    addVerdicts(figures, row, before, now);
    addLatency(figures, row, before);
    for (const { reason, nodes } of row.unseen) add('unseen_nodes', { cluster_id, reason }, nodes);
    add('open_outages', { cluster_id, subject: 'node' }, row.openOutages);
    add('open_outages', { cluster_id, subject: 'cluster' }, openEpisode(row.outage.outage) === undefined ? 0 : 1);
    for (const subject of ['node', 'cluster'] as const) add('outages_total', { cluster_id, subject }, outageCounts?.[subject].begun ?? 0);
    if (row.blind !== undefined) add('cluster_blind', { cluster_id }, 1);
    if (row.degradation.degraded !== undefined) add('cluster_degraded', { cluster_id }, 1);
    for (const [condition, reason = 'Undiagnosed', since] of conditionsOf(row))
      if (since !== undefined)
        add('cluster_condition_start_timestamp_seconds', { cluster_id, condition, reason }, Date.parse(since) / 1000);
  }
}
