import type { Diagnosis } from '../../history/diagnosis.ts';
import { maintenanceAt } from '../../history/next-notification.ts';
import { maintenanceWarnings } from '../../inventory/maintenance-warnings.ts';
import { scopeWarnings } from '../../inventory/scope-warnings.ts';
import { recentMaintenance } from '../../model/cluster-maintenance.ts';
import { askedOf, coverageOf, type Ledger, sum } from '../../model/ledger.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { policyOf } from '../../model/reasons.ts';
import type { Availability } from '../../notify/envelopes.ts';
import { eventOf } from '../../notify/telemetry-event.ts';
import { scriptHash } from '../../probe/script.ts';
import type { Services } from '../../services.ts';
import { statusPageUrl } from '../../settings.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { readMaintenanceRequests } from '../../tables/maintenance-rows.ts';
import { insertCompleted } from '../../tables/sweep-list.ts';
import type { SweepRows } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { availabilityOf } from './availability-of.ts';
import { currentDiagnoses, diagnosisWarnings } from './current-diagnoses.ts';
import { judgeBlindness } from './judge-blindness.ts';
import { judgeDegraded } from './judge-degraded.ts';
import { judgeUnseen } from './judge-unseen.ts';

/** The recent stretches of maintenance of each cluster that had any. */
async function readMaintenances({ tables, now }: Services, clusters: readonly ClusterRow[]): Promise<Map<string, Stretch[]>> {
  const requests = await readMaintenanceRequests(tables);
  const all = clusters.map(({ cluster, maintenanceTag: tag }) => {
    return [cluster, recentMaintenance({ tag, request: requests.get(cluster) }, now())] as const;
  });
  return new Map(all.filter(([, stretches]) => stretches.length > 0));
}

const isWatched = ({ recordOnly }: ClusterRow) => recordOnly === undefined || !policyOf(recordOnly).endsOutage;

/**
 * Completes a sweep, once, and reports it: one availability result for each cluster that is watched, and the heartbeat.
 *
 * @param finalized - the ledgers of its clusters.
 * @param clusters - their roll-ups.
 */
export async function completeSweep(
  services: Services,
  sweep: string,
  rows: SweepRows,
  finalized: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
): Promise<void> {
  const { settings, tables, armRequests, telemetry, now } = services;
  const completedAt = now().toISOString();
  const startedAt = rows.startedAt ?? sweep;
  const ledger = sum([...finalized.values()]);
  const listed = (rows.subscriptions ?? []).map(
    (id) => rows.listed.find((row) => row.subscription === id) ?? { subscription: id, matched: [], gap: 'Lost' },
  );
  const gaps = listed.filter(({ gap }) => gap !== undefined).map(({ subscription }) => subscription);
  const [coverage, asked] = [coverageOf(ledger), askedOf(ledger)];
  const maintenance = await readMaintenances(services, clusters);
  const blindness = await judgeBlindness(services, sweep, finalized, clusters, maintenance);
  const isBlind = (cluster: string) => blindness.prober || blindness.clusters.has(cluster);
  const seen = clusters.filter(({ cluster }) => finalized.has(cluster) && !isBlind(cluster));
  const watched = new Set(clusters.filter(isWatched).map(({ cluster }) => cluster));
  const isGone = (cluster: string) => !watched.has(cluster);
  await judgeUnseen(services, sweep, seen, isGone, maintenance);
  await judgeDegraded(services, sweep, seen, isGone, maintenance);
  const diagnoses = blindness.prober ? new Map<string, Diagnosis>() : await currentDiagnoses(services, clusters, blindness.clusters);
  const warnings = [...scopeWarnings(settings, listed), ...maintenanceWarnings(clusters), ...diagnosisWarnings(diagnoses, clusters)];
  // A fleet that is listed and has nothing to probe has no tally that counts requests.
  const requests = armRequests.take();
  ledger.armRequests += requests;
  const { starter } = rows;
  const isOurs = await insertCompleted(tables, { sweep, startedAt, completedAt, starter, ledger, warnings }).catch((error: unknown) => {
    armRequests.putBack(requests);
    throw error;
  });
  if (!isOurs) return armRequests.putBack(requests);
  faultPoint('close-sweep:completed');
  const span = { startedAt, completedAt };
  const isIn = (cluster: string) => maintenanceAt(maintenance.get(cluster), Date.parse(completedAt)) !== undefined;
  // Made as it is sent.
  function* availability(): Generator<Availability> {
    // While the prober is blind there is nothing to say of any cluster, while one that cannot be listed stands as it did: its outage is not over.
    if (blindness.prober) return;
    for (const cluster of clusters) {
      const own = finalized.get(cluster.cluster);
      const blind = blindness.clusters.get(cluster.cluster);
      const result =
        own &&
        availabilityOf(cluster, sweep, own, blind, diagnoses.get(cluster.cluster), span, isIn(cluster.cluster), statusPageUrl(settings));
      if (result !== undefined) yield result;
    }
  }
  const { known, reachable, notServed, unreachable, unknown, notProbed } = ledger;
  const durationSeconds = (Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
  const measurements = {
    expected: known,
    reachable,
    notServed,
    unreachable,
    unknown,
    notProbed,
    ...(coverage !== null && { coverage }),
    ...(asked !== null && { asked }),
    durationSeconds,
    clusters: finalized.size,
    subscriptionGaps: gaps.length,
    throttled: ledger.byReason.Throttled ?? 0,
    overBudget: ledger.byReason.OverBudget ?? 0,
    excluded: ledger.byReason.Excluded ?? 0,
    armRequests: ledger.armRequests,
  };
  const schedule = settings.SWEEP_SCHEDULE;
  const properties = {
    eventId: `${sweep}/completed`,
    sweep,
    schedule,
    starter,
    gaps: gaps.join(','),
    script: scriptHash,
    blind: String(blindness.prober) as 'true' | 'false',
  };
  await telemetry.report(availability(), eventOf('SweepCompleted', new Date(completedAt), properties, measurements));
}
