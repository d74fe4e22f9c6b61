import type { Availability } from '../announce/telemetry.ts';
import { scriptHash } from '../probe/script.ts';
import type { Services } from '../services.ts';
import type { ClusterRow } from '../tables/cluster-rows.ts';
import { insertCompleted, type SweepRows } from '../tables/sweep-rows.ts';
import { effectDone } from './effect.ts';
import { coverageOf, type Ledger, sum } from './ledger.ts';

function availabilityOf(cluster: ClusterRow, sweep: string, ledger: Ledger, startedAt: string, time: string): Availability {
  const { openOutages, nodes } = cluster;
  return {
    id: `${sweep}|${cluster.cluster}`,
    name: cluster.cluster,
    time,
    success: true,
    durationMs: Date.parse(time) - Date.parse(startedAt),
    message: `${nodes.reachable} of ${nodes.known} nodes reach their API server`,
    properties: {
      cluster: cluster.cluster,
      clusterOutage: 'false',
      openNodeOutages: String(openOutages),
      blind: 'false',
      coverage: coverageOf(ledger).toFixed(4),
      reason: '',
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
  const { settings, tables, telemetry, now } = services;
  const completedAt = now().toISOString();
  const startedAt = rows.startedAt ?? sweep;
  const ledger = sum([...sealed.values()]);
  const gaps = (rows.subscriptions ?? []).filter(
    (id) => rows.listed.find((row) => row.subscription === id && row.gap === undefined) === undefined,
  );
  const coverage = coverageOf(ledger);
  if (!(await insertCompleted(tables, { sweep, startedAt, completedAt, coverage, ledger }))) return;
  effectDone('close-sweep:completed');
  const availability = clusters.flatMap((cluster) => {
    const own = sealed.get(cluster.cluster);
    return own === undefined || cluster.recordOnly !== undefined ? [] : [availabilityOf(cluster, sweep, own, startedAt, completedAt)];
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
  };
  const schedule = settings.SWEEP_SCHEDULE;
  await telemetry.report(availability, {
    name: 'SweepCompleted',
    time: completedAt,
    properties: { eventId: `${sweep}/completed`, sweep, schedule, gaps: gaps.join(','), script: scriptHash },
    measurements,
  });
}
