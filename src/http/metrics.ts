import type { Gauge, OpenMetricsContentType } from 'prom-client';
import { openEpisode } from '../history/node-state.ts';
import { startsBetween } from '../model/pace.ts';
import { nextOccurrence } from '../model/schedule.ts';
import type { Services } from '../services.ts';
import { readCauseCounts } from '../tables/cause-counts.ts';
import { readOpenIncidents } from '../tables/incident-rows.ts';
import { readPace } from '../tables/pace-rows.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { readFinalizedLedgers } from '../tables/sweep-rows.ts';
import { isFresh, readClusters, viewCluster } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import { viewSweep } from '../views/sweeps.ts';
import type { Reply } from './route.ts';

/** The content type of the OpenMetrics text format. */
export const METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

type Define = <L extends string>(name: string, help: string, labels?: readonly L[]) => Gauge<L>;

/** Nodes, outages and blindness of each cluster, as of its latest assessment. */
async function measureClusters(services: Services, define: Define): Promise<void> {
  const rows = await readClusters(services);
  const nodes = define('nodes', 'Nodes by their latest verdict; one older than three intervals counts as unknown.', ['cluster', 'verdict']);
  const outages = define('open_outages', 'Open outages of nodes, and of the cluster itself (0 or 1).', ['cluster', 'subject']);
  const blind = define('cluster_blind', '1 if a cluster is blind: too few of its nodes give a verdict; absent for other clusters.', [
    'cluster',
  ]);
  const notServed = define(
    'nodes_not_served',
    'Nodes that reach their API server and are not served by it: a part of the reachable ones.',
    ['cluster'],
  );
  const degraded = define(
    'cluster_degraded',
    '1 if the API server of a cluster does not serve a quorum of the nodes that reach it; absent for other clusters.',
    ['cluster'],
  );
  const latency = define(
    'latency_seconds',
    'How long kubectl version takes on the nodes of a cluster that reach their API server: on the middle one (0.5) and on the slowest (1).',
    ['cluster', 'quantile'],
  );
  const slow = define('nodes_slow', 'Nodes on which it takes three seconds or more: a part of the reachable ones.', ['cluster']);
  const maintained = define(
    'cluster_maintenance',
    '1 while a cluster is in maintenance: nobody is notified of it; absent for other clusters.',
    ['cluster'],
  );
  const labels = ['cluster', 'window'] as const;
  const uptime = define(
    'uptime_ratio',
    'The share of watched time in which no outage of a node was open; absent if nothing was watched.',
    labels,
  );
  const watched = define('watched_seconds', 'Seconds for which the nodes of a cluster were watched, added up.', labels);
  const apart = define('maintenance_seconds', 'Seconds for which they would have been watched in maintenance, added up.', labels);
  const before = staleBefore(services);
  const now = services.now();
  const unseen = define(
    'unseen_nodes',
    'Nodes that should have a verdict and had none for UNSEEN_AFTER_MINUTES, by reason; absent where there are none.',
    ['cluster', 'reason'],
  );
  for (const row of rows) {
    for (const group of row.unseen) unseen.set({ cluster: row.cluster, reason: group.reason }, group.nodes);
    const { cluster, nodes: counts, uptime: shares, maintenance } = viewCluster(row, before, now);
    for (const window of ['24h', '7d', '30d'] as const) {
      if (shares[window] !== null) uptime.set({ cluster, window }, shares[window]);
      watched.set({ cluster, window }, shares.watchedSeconds[window]);
      apart.set({ cluster, window }, shares.maintenanceSeconds[window]);
    }
    for (const verdict of ['reachable', 'unreachable', 'unknown', 'notProbed'] as const) nodes.set({ cluster, verdict }, counts[verdict]);
    notServed.set({ cluster }, counts.notServed);
    if (row.latency !== undefined && isFresh(row, before)) {
      latency.set({ cluster, quantile: '0.5' }, row.latency.medianMs / 1000);
      latency.set({ cluster, quantile: '1' }, row.latency.worstMs / 1000);
      slow.set({ cluster }, row.latency.slowNodes);
    }
    if (row.degradation.degraded !== undefined) degraded.set({ cluster }, 1);
    outages.set({ cluster, subject: 'node' }, row.openOutages);
    outages.set({ cluster, subject: 'cluster' }, openEpisode(row.outage.outage) === undefined ? 0 : 1);
    if (row.blind !== undefined) blind.set({ cluster }, 1);
    if (maintenance !== null) maintained.set({ cluster }, 1);
  }
  const incidents = await readOpenIncidents(services.tables);
  define('blind', 'Whether nobody sees the fleet (0 or 1).').set(incidents.some(({ kind }) => kind === 'unseen') ? 1 : 0);
}

/** The last completed sweep, and its results in each cluster by reason. */
async function measureLastSweep({ tables, now }: Services, define: Define): Promise<void> {
  const last = await lastCompleted(tables, now());
  if (last === undefined) return;
  const [started, completed] = [Date.parse(last.startedAt), Date.parse(last.completedAt)];
  define('last_sweep_start_timestamp_seconds', 'When the last completed sweep started.').set(started / 1000);
  define('last_sweep_completion_timestamp_seconds', 'When it was completed.').set(completed / 1000);
  define('last_sweep_duration_seconds', 'How long it took.').set((completed - started) / 1000);
  const shares = { coverage: 'gave a verdict', asked: 'were asked' };
  const view = viewSweep(last);
  for (const share of ['coverage', 'asked'] as const)
    if (view[share] !== null)
      define(
        `last_sweep_${share}_ratio`,
        `The share of nodes that ${shares[share]}, among those that are expected to give a verdict; absent if none is.`,
      ).set(view[share]);
  const byReason = define('last_sweep_nodes', 'Nodes by the reason of their outcome in the last completed sweep.', ['cluster', 'reason']);
  for (const [cluster, { byReason: counts }] of await readFinalizedLedgers(tables, last.sweep))
    for (const [reason, count] of Object.entries(counts)) byReason.set({ cluster, reason }, count);
}

/** What is left of the budget of starts in each subscription and region. */
async function measureBudget({ settings, tables, now }: Services, define: Define): Promise<void> {
  const labels = ['subscription', 'region'] as const;
  const left = define('arm_starts_left', 'Runs that a sweep may still start before the next occurrence of the schedule.', labels);
  const ahead = define('arm_planned_seconds', 'How many seconds ahead starts are planned.', [...labels, 'lane']);
  const paused = define('arm_paused_seconds', 'For how many more seconds throttling by Azure pauses starts.', labels);
  const time = now().getTime();
  const next = nextOccurrence(settings.SWEEP_SCHEDULE, now());
  const secondsTo = (moment: number) => Math.max(0, moment - time) / 1000;
  for (const { subscriptionId: subscription, region, nextFree, nextExtra, pausedUntil } of await readPace(tables)) {
    const from = new Date(Math.max(time, nextFree, pausedUntil));
    left.set({ subscription, region }, from < next ? startsBetween(settings, from, next) : 0);
    ahead.set({ subscription, region, lane: 'sweep' }, secondsTo(nextFree));
    ahead.set({ subscription, region, lane: 'extra' }, secondsTo(nextExtra));
    paused.set({ subscription, region }, secondsTo(pausedUntil));
  }
}

/** How often what a search in Azure called a cause was right. */
async function measureCauses({ tables }: Services, define: Define): Promise<void> {
  const causes = define(
    'causes',
    'Causes that searches in Azure found, of outages that have ended: confirmed, or revoked because the setting was still the same; absent where there were none.',
    ['code', 'outcome'],
  );
  for (const { code, confirmed, revoked } of await readCauseCounts(tables)) {
    causes.set({ code, outcome: 'confirmed' }, confirmed);
    causes.set({ code, outcome: 'revoked' }, revoked);
  }
}

/** `GET /api/metrics`: labels go down to clusters and buckets, never to nodes. */
export async function showMetrics(services: Services): Promise<Reply> {
  // Loaded here only, so that no other function has to wait for it.
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const define: Define = (name, help, labels = []) =>
    new Gauge({ name: `aks_fleet_prober_${name}`, help, labelNames: [...labels], registers: [registry] });
  await measureClusters(services, define);
  await measureLastSweep(services, define);
  await measureBudget(services, define);
  await measureCauses(services, define);
  return { text: { type: METRICS_TYPE, body: await registry.metrics() } };
}
