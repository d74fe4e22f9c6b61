import { coveredBy, membersOf } from '../../history/incidents.ts';
import { maintenanceWarnings } from '../../inventory/maintenance-warnings.ts';
import { scopeWarnings } from '../../inventory/scope-warnings.ts';
import { log } from '../../log.ts';
import { askedOf, coverageOf, type Ledger, sum } from '../../model/ledger.ts';
import { blindnessKind } from '../../notify/blindness-kind.ts';
import type { Availability } from '../../notify/envelopes.ts';
import { incidentState } from '../../notify/incident-event.ts';
import { notifyStanding } from '../../notify/notify-standing.ts';
import { eventOf } from '../../notify/telemetry-event.ts';
import { scriptHash } from '../../probe/script.ts';
import type { Services } from '../../services.ts';
import { statusPageUrl } from '../../settings.ts';
import { type ClusterRow, isWatched } from '../../tables/cluster-rows.ts';
import { readOpenIncidents, type StoredIncident } from '../../tables/incident-rows.ts';
import { insertCompleted } from '../../tables/sweep-list.ts';
import type { SweepRows } from '../../tables/sweep-rows.ts';
import { countSweep } from '../../tables/total-rows.ts';
import { availabilityOf } from '../assess/availability-of.ts';
import { currentDiagnoses, diagnosisWarnings } from '../incidents/current-diagnoses.ts';
import { type IncidentEvidence, judgeIncidents } from '../incidents/judge-incidents.ts';
import { maintainedAt, readMaintenances } from '../incidents/read-maintenances.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { judgeBlindness, publishBlind } from './judge-blindness.ts';
import { judgeDegraded } from './judge-degraded.ts';
import { judgeUnseen } from './judge-unseen.ts';

/** Judges incidents; where that fails, those that are open stand: a sweep is completed without. */
async function judgeOrRead(services: Services, sweep: string, evidence: IncidentEvidence): Promise<StoredIncident[]> {
  try {
    return await judgeIncidents(services, sweep, evidence, () => faultPoint('close-sweep:incidents'));
  } catch (error) {
    log.error(`incidents could not be judged after the sweep ${sweep}, and are after the next one`, error);
    return readOpenIncidents(services.tables);
  }
}

/**
 * Completes a sweep, once, and reports it: one availability result for each cluster that is watched, and the heartbeat.
 *
 * @param finalized - the ledgers of its clusters.
 * @param clusters - their roll-ups, and when they were read.
 */
export async function completeSweep(
  services: Services,
  sweep: string,
  rows: SweepRows,
  finalized: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
  asOf: Date,
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
  const { blind, areAny } = await judgeBlindness(services, sweep, finalized, clusters);
  const diagnoses = await currentDiagnoses(services, clusters, blind);
  const maintained = maintainedAt(maintenance, new Date(completedAt));
  const sighting = { subscriptions: listed, ledgers: finalized, total: ledger };
  const evidence = { clusters, blind, maintained, diagnoses, sighting, asOf };
  const incidents = await judgeOrRead(services, sweep, evidence);
  faultPoint('close-sweep:incidents-notified');
  const covered = coveredBy(incidents);
  const quiet = { maintenance, covered: new Set(covered.keys()), members: membersOf(incidents) };
  await publishBlind(services, sweep, clusters, blind);
  if (areAny) await notifyStanding(services, blindnessKind, quiet);
  faultPoint('close-sweep:blindness-notified');
  const seen = clusters.filter(({ cluster }) => finalized.has(cluster) && !blind.has(cluster));
  const watched = new Set(clusters.filter(isWatched).map(({ cluster }) => cluster));
  const isGone = (cluster: string) => !watched.has(cluster);
  await judgeUnseen(services, sweep, seen, isGone, quiet);
  await judgeDegraded(services, sweep, seen, isGone, quiet);
  const unsighted = incidents.some(({ kind, until }) => kind === 'unseen' && until === undefined);
  const warnings = [...scopeWarnings(settings, listed), ...maintenanceWarnings(clusters), ...diagnosisWarnings(diagnoses, clusters)];
  // A fleet that is listed and has nothing to probe has no tally that counts requests.
  const requests = armRequests.take();
  ledger.armRequests += requests;
  const { starter } = rows;
  const complete = async () => {
    // Before: whoever completes it again, after a crash in between, finds it counted.
    await countSweep(tables, { sweep, starter, ledger });
    faultPoint('close-sweep:totals');
    return insertCompleted(tables, { sweep, startedAt, completedAt, starter, ledger, warnings });
  };
  const isOurs = await complete().catch((error: unknown) => {
    armRequests.putBack(requests);
    throw error;
  });
  if (!isOurs) return armRequests.putBack(requests);
  faultPoint('close-sweep:completed');
  // What was judged since the clusters were read has been sent, and is newer.
  const span = { startedAt, completedAt: asOf.toISOString() };
  const pageUrl = statusPageUrl(settings);
  // Made as it is sent.
  function* availability(): Generator<Availability> {
    for (const row of clusters) {
      const { cluster } = row;
      const own = finalized.get(cluster);
      const known = { blind: blind.get(cluster), diagnosis: diagnoses.get(cluster), incident: covered.get(cluster)?.subject };
      const state = { cluster: row, sweep, ledger: own, ...known, span, maintenance: maintained.has(cluster), pageUrl };
      const result = own && availabilityOf(state);
      if (result !== undefined) yield result;
    }
    // That one is over is said with each completion until the next sweep has judged it.
    for (const incident of incidents) yield incidentState(incident, sweep, pageUrl, new Date(completedAt));
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
    requests: rows.requests,
    blind: String(unsighted) as 'true' | 'false',
  };
  await telemetry.report(availability(), eventOf('SweepCompleted', new Date(completedAt), properties, measurements));
}
