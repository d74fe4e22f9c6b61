import { clusterPage } from '../announce/events.ts';
import type { Availability } from '../announce/telemetry.ts';
import { gapReasons } from '../fleet/list-managed-clusters.ts';
import { scopeWarnings } from '../fleet/scope-warnings.ts';
import { openEpisode } from '../history/node-state.ts';
import type { ReasonCode } from '../probe/reasons.ts';
import { scriptHash } from '../probe/script.ts';
import type { Services } from '../services.ts';
import { statusPageUrl } from '../settings.ts';
import type { BlindRow } from '../tables/blind-rows.ts';
import type { ClusterRow } from '../tables/cluster-rows.ts';
import { insertCompleted } from '../tables/sweep-list.ts';
import type { SweepRows } from '../tables/sweep-rows.ts';
import { effectDone } from './effect.ts';
import { judgeBlindness } from './judge-blindness.ts';
import { coverageOf, type Ledger, sum } from './ledger.ts';

/** Clusters of which nothing is to be told any more. */
const over: readonly ReasonCode[] = ['Excluded', 'ClusterStopped', 'ClusterGone'];

/** The state of a cluster after a sweep. One that nobody can see has a result of another name: its own availability is not known. */
function availabilityOf(
  cluster: ClusterRow,
  sweep: string,
  ledger: Ledger,
  blind: BlindRow | undefined,
  span: { startedAt: string; completedAt: string },
  pageUrl: string | undefined,
): Availability {
  const { openOutages, outageReason, nodes, outage } = cluster;
  const down = openEpisode(outage.outage);
  const name = blind === undefined ? cluster.cluster : `${cluster.cluster}/blind`;
  return {
    id: `${sweep}|${name}`,
    name,
    time: span.completedAt,
    success: down === undefined && blind === undefined,
    durationMs: Date.parse(span.completedAt) - Date.parse(span.startedAt),
    message: blind
      ? `${blind.unknown} of ${blind.planned} nodes could not be asked`
      : `${nodes.reachable} of ${nodes.known} nodes reach their API server`,
    properties: {
      cluster: cluster.cluster,
      clusterOutage: String(down !== undefined),
      openNodeOutages: String(openOutages),
      blind: String(blind !== undefined),
      // Where the subscription could not be listed, its gap in the heartbeat tells of it once, and not each cluster.
      coverage: gapReasons.some((reason) => reason === cluster.recordOnly) ? '' : coverageOf(ledger).toFixed(4),
      reason: down?.reason ?? blind?.reason ?? outageReason ?? '',
      outageReason: outageReason ?? '',
      upgrading: String(cluster.upgrading),
      page: clusterPage(pageUrl, cluster.cluster),
    },
  };
}

/**
 * Completes a sweep, once, and tells of it: one availability result for each cluster, and the heartbeat.
 *
 * @param sealed - the ledgers of its clusters.
 * @param clusters - their roll-ups.
 */
export async function completeSweep(
  services: Services,
  sweep: string,
  rows: SweepRows,
  sealed: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
): Promise<void> {
  const { settings, tables, armRequests, telemetry, now } = services;
  const completedAt = now().toISOString();
  const startedAt = rows.startedAt ?? sweep;
  const ledger = sum([...sealed.values()]);
  // A fleet that is listed and has nothing to probe has no tally to tell of requests with.
  ledger.armRequests += armRequests.take();
  const listed = (rows.subscriptions ?? []).map(
    (id) => rows.listed.find((row) => row.subscription === id) ?? { subscription: id, matched: [], gap: 'Lost' },
  );
  const gaps = listed.filter(({ gap }) => gap !== undefined).map(({ subscription }) => subscription);
  const warnings = scopeWarnings(settings, listed);
  const coverage = coverageOf(ledger);
  const blindness = await judgeBlindness(services, sweep, sealed, clusters);
  if (!(await insertCompleted(tables, { sweep, startedAt, completedAt, coverage, ledger, warnings }))) return;
  effectDone('close-sweep:completed');
  const availability = clusters.flatMap((cluster) => {
    const own = sealed.get(cluster.cluster);
    const blind = blindness.clusters.get(cluster.cluster);
    // While the prober is blind there is nothing to say of any cluster, while one that cannot be listed stands as it did: its outage is not over.
    if (own === undefined || over.some((reason) => reason === cluster.recordOnly) || blindness.prober) return [];
    return [availabilityOf(cluster, sweep, own, blind, { startedAt, completedAt }, statusPageUrl(settings))];
  });
  const { known, reachable, unreachable, unknown, notProbed } = ledger;
  const durationSeconds = (Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
  const measurements = {
    expected: known,
    reachable,
    unreachable,
    unknown,
    notProbed,
    coverage,
    durationSeconds,
    clusters: sealed.size,
    subscriptionGaps: gaps.length,
    throttled: ledger.byReason.Throttled ?? 0,
    overBudget: ledger.byReason.OverBudget ?? 0,
    excluded: ledger.byReason.Excluded ?? 0,
    armRequests: ledger.armRequests,
  };
  const schedule = settings.SWEEP_SCHEDULE;
  await telemetry.report(availability, {
    name: 'SweepCompleted',
    time: completedAt,
    properties: {
      eventId: `${sweep}/completed`,
      sweep,
      schedule,
      gaps: gaps.join(','),
      script: scriptHash,
      blind: String(blindness.prober),
    },
    measurements,
  });
}
