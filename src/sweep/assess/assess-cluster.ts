import { archiveOutages } from '../../history/archive-outages.ts';
import { holdMs, nextSettling } from '../../history/frozen-words.ts';
import { coveredBy } from '../../history/incidents.ts';
import { maintenanceAt } from '../../history/next-notification.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { Outage } from '../../history/outage.ts';
import { countOutages } from '../../history/outage-counts.ts';
import { log } from '../../log.ts';
import { recentMaintenance, withPlanned } from '../../model/cluster-maintenance.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { intervalAt } from '../../model/schedule.ts';
import { notifyOutages } from '../../notify/notify-outages.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { hasRows, type OwnClusterRow, publishCluster, putCluster, repairMarks } from '../../tables/cluster-rows.ts';
import { writeFleet } from '../../tables/fleet-batch.ts';
import { readOpenIncidents } from '../../tables/incident-rows.ts';
import { readClusterMaintenance } from '../../tables/maintenance-rows.ts';
import { readJudgedNodes } from '../../tables/node-rows.ts';
import { type OutageRow, readOutages, replaceOutage } from '../../tables/outage-rows.ts';
import { readClusterAndPools } from '../../tables/pool-rows.ts';
import { isLostWrite, retryLostWrites } from '../../tables/rows.ts';
import { readClusterFacts, readFinalized } from '../../tables/sweep-rows.ts';
import { judgeIncidentsSoon } from '../incidents/judge-between.ts';
import { readCovering } from '../incidents/read-covering.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainSweep, isPast } from '../queue/origin.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { changeClusterOutage } from './change-cluster-outage.ts';
import { isNewest, judgeCluster, type Seen } from './judge-cluster.ts';
import { isAboutToNotify, lookAgain } from './look-again.ts';
import { notificationContext } from './notification-context.ts';
import { requestDiagnoses } from './request-diagnoses.ts';
import { type Said, sayAlerts } from './say-alerts.ts';
import { sendState } from './send-state.ts';

const ATTEMPTS = 5;
/** By which the clocks of two instances may differ. */
const SKEW_MS = 10_000;
/** A wait that a message is always sent for, however often there are sweeps. */
const SHORT_WAIT_MS = 120_000;

/** Whether a request was made well before the latest judgement, which then saw what it was made for. */
function wasSeen({ sweep, assessAt }: MessageOf<'assess-cluster'>, row: OwnClusterRow): boolean {
  return assessAt <= row.assessAt || (row.finalizedSweep >= sweep && Date.parse(assessAt) <= Date.parse(row.assessedAt) - SKEW_MS);
}

interface Judged {
  row: OwnClusterRow;
  /** Whether this process has just written it. */
  isFresh: boolean;
  /** Recent stretches of maintenance. */
  maintenance: readonly Stretch[];
  /** Active outages as they stand; absent where they have to be read again. */
  active?: OutageRow[];
  /** The outages that the judgement saw or made, those that it archives too. */
  outages: readonly Outage[];
  said: Said;
  /** Whether an outage of the cluster itself has just begun. */
  isNewOutage: boolean;
}

/** The recent stretches of maintenance of a cluster. While it is stopped, started or deleted, nobody is notified either. */
async function readMaintenance(
  { tables, settings, now }: Services,
  { cluster, maintenanceTag: tag, plannedSince }: OwnClusterRow,
): Promise<Stretch[]> {
  const recent = recentMaintenance(await readClusterMaintenance(tables, cluster, { tag }), now());
  return plannedSince === undefined ? recent : withPlanned(recent, plannedSince, intervalAt(settings.SWEEP_SCHEDULE, now()), now());
}

/** How long a message waits for a notification that is held back: what waits longer, for the end of a maintenance, is found by the sweeps until then. */
function longestWaitMs({ SWEEP_SCHEDULE, FLAP_WINDOW_MINUTES }: Settings, now: Date): number {
  return Math.max(intervalAt(SWEEP_SCHEDULE, now), FLAP_WINDOW_MINUTES * 60_000, SHORT_WAIT_MS);
}

/**
 * Makes sure that there is something to judge, before a row is made of a message: a forged one, or one of another fleet, may name any cluster, and
 * an assessAt or a sweep ahead of time would silence the cluster until then.
 */
async function expectOurs(
  services: Services,
  { sweep, cluster, assessAt }: MessageOf<'assess-cluster'>,
  isKnown: boolean,
  isFinalized: boolean,
): Promise<void> {
  const { tables, now } = services;
  if (!isPast(assessAt, now())) throw new Error(`expected an assessment of ${cluster} that is due, got one for ${assessAt}`);
  // A sweep has begun in which the cluster was finalized.
  const fault = isFinalized ? undefined : await explainSweep(services, sweep);
  if (fault !== undefined) throw new Error(fault);
  if (isKnown || (await readClusterFacts(tables, sweep, cluster)) !== undefined) return;
  if (!(await hasRows(tables, cluster)))
    throw new Error(`expected a cluster of the fleet or of the sweep ${sweep}, got ${cluster}: nothing is known of it`);
}

/** Reads what a judgement rests on. */
async function see(
  services: Services,
  { sweep, cluster }: MessageOf<'assess-cluster'>,
  before: Seen['before'],
  shortfalls: Seen['shortfalls'],
  finalized: Seen['finalized'],
): Promise<Seen> {
  const { tables } = services;
  // Before anything is read: what is written from then on is not in this judgement.
  const now = services.now();
  const nodes = await readJudgedNodes(tables, cluster);
  const active = await readOutages(tables, cluster, { which: 'active' });
  const facts = isNewest(sweep, before) ? await readClusterFacts(tables, sweep, cluster) : undefined;
  return { before, nodes, active, facts, shortfalls, finalized, now };
}

/** Judges what was seen. Before people are notified of an outage, the cluster's state is read once more: what is planned is no outage. */
async function judgeSeen(services: Services, message: MessageOf<'assess-cluster'>, seen: Seen, sinks: readonly string[]) {
  const { settings } = services;
  const { facts } = seen;
  const judgement = judgeCluster(settings, message, seen);
  if (facts === undefined || facts.recordOnly !== undefined || !isAboutToNotify(judgement[0], seen, sinks)) return judgement;
  const recordOnly = await lookAgain(services, message.cluster);
  return recordOnly === undefined ? judgement : judgeCluster(settings, message, { ...seen, facts: { ...facts, recordOnly } });
}

/** Judges a cluster and writes the judgement under the ETag of its row, unless a judgement has seen what it was asked for. */
async function judgeOnce(services: Services, message: MessageOf<'assess-cluster'>, finalized: Seen['finalized']): Promise<Judged> {
  const { tables, settings, sinks } = services;
  const { cluster } = message;
  const { read, shortfalls } = await readClusterAndPools(tables, cluster);
  await expectOurs(services, message, read !== undefined, finalized !== undefined);
  const before = read && { ...read, row: repairMarks(read.row, services.now()) };
  if (before !== undefined && wasSeen(message, before.row)) {
    const maintenance = await readMaintenance(services, before.row);
    return { row: before.row, isFresh: false, maintenance, outages: [], said: { alerts: before.row.alerts }, isNewOutage: false };
  }
  const names = sinks.map(({ name }) => name);
  const seen = await see(services, message, before, shortfalls, finalized);
  const [judged, quorum] = await judgeSeen(services, message, seen, names);
  const own = await changeClusterOutage(tables, judged, quorum, seen);
  // What is written by this very judgement is archived with the next.
  const settled = own.writes.length > 0 ? seen.active.filter(({ outage }) => outage.node) : seen.active;
  // Where there is no outage, nothing is to be held back: most assessments need no further read.
  const hasNone = seen.active.length + own.writes.length === 0;
  let maintenance = hasNone ? [] : await readMaintenance(services, judged);
  const incident = await readCovering(services, { ...judged, outage: own.outage }, seen.active);
  const context = notificationContext(settings, { ...judged, outage: own.outage }, maintenance, incident, services.now());
  const { archived, outageDays, byReason } = archiveOutages(settled, names, context, judged.outageDays, seen.now);
  const counts = countOutages(
    judged.outageCounts,
    [...seen.active.map(({ outage }) => outage), ...(own.record === undefined ? [] : [own.record])],
    archived.map(({ outage }) => outage),
  );
  const assessed = { ...judged, outage: own.outage, outageDays, outageCounts: counts, uptime: { ...judged.uptime, byReason } };
  const ofNodes = seen.active.map(({ outage }) => outage).filter(({ node }) => node !== undefined);
  const outages = [...(own.record === undefined ? [] : [own.record]), ...ofNodes];
  const said = await sayAlerts(services, assessed, outages, async () => {
    if (hasNone) maintenance = await readMaintenance(services, judged);
    const isMaintained = maintenanceAt(maintenance, seen.now.getTime()) !== undefined;
    // Where nothing stood before, nothing was read: `incident` says nothing then.
    return isMaintained || incident !== undefined || coveredBy(await readOpenIncidents(tables)).has(cluster);
  });
  const row = { ...assessed, alerts: said.alerts };
  const writes = [...own.writes, ...archived.map((each) => replaceOutage(each, true))];
  await writeFleet(tables, [putCluster(row, before?.etag), ...writes]);
  faultPoint('assess-cluster:cluster-row');
  const isNewOutage = openEpisode(row.outage.outage) !== undefined && openEpisode(before?.row.outage.outage) === undefined;
  return { row, isFresh: true, maintenance, active: writes.length === 0 ? seen.active : undefined, outages, said, isNewOutage };
}

/** Judges a cluster, again where another wrote its row meanwhile, and shows the judgement in lists. Returns what is stored. */
async function judgeAndStore(services: Services, message: MessageOf<'assess-cluster'>): Promise<Judged> {
  const { sweep, cluster } = message;
  const finalized = await readFinalized(services.tables, sweep, cluster);
  const judged = await retryLostWrites(ATTEMPTS, () => judgeOnce(services, message, finalized)).catch((cause: unknown) => {
    if (!isLostWrite(cause)) throw cause;
    throw new Error(`expected to judge ${cluster} within ${ATTEMPTS} attempts; others wrote its row each time`, { cause });
  });
  if (judged.isFresh) {
    await publishCluster(services.tables, judged.row);
    faultPoint('assess-cluster:published');
  }
  return judged;
}

/** Judges incidents if an outage of the cluster has just begun, before people are notified of it alone. The sweep judges them too. */
async function judgeIncidents(services: Services, sweep: string, cluster: string): Promise<void> {
  await judgeIncidentsSoon(services, sweep).catch((error: unknown) =>
    log.warn(`whether the outage of ${cluster} is part of an incident could not be judged, and is at the end of the sweep`, error),
  );
}

/**
 * Stage 6: judges one cluster as its results come in, notifies of its outages, sends its state if that has changed, and asks for searches for their causes.
 */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { settings } = services;
  const { sweep, cluster } = message;
  const { row, isFresh, maintenance, active, outages, said, isNewOutage } = await judgeAndStore(services, message);
  if (isNewOutage) await judgeIncidents(services, sweep, cluster);
  const incident = await readCovering(services, row, active);
  const now = services.now();
  const again = await notifyOutages(services, row, notificationContext(settings, row, maintenance, incident, now), active);
  if (isFresh) await sendState(services, sweep, row, said, incident?.subject, maintenance);
  // In maintenance, or in an incident, no alert waits for its words.
  const isQuiet = incident !== undefined || maintenanceAt(maintenance, now.getTime()) !== undefined;
  const settling = isQuiet ? undefined : nextSettling(Object.values(row.alerts), holdMs(intervalAt(settings.SWEEP_SCHEDULE, now)));
  const due = [again, settling].flatMap((time) => time ?? []).sort((a, b) => a.getTime() - b.getTime())[0];
  // A copy of a message that was judged already is not followed by another: while a sink refuses, they would become more with each copy.
  const isFollowed = isFresh || message.tries !== undefined;
  if (isFollowed && due !== undefined && due.getTime() - now.getTime() <= longestWaitMs(settings, now))
    await requestAssessment(services, sweep, cluster, due);
  await requestDiagnoses(services, cluster, outages);
}
