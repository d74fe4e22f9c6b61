import { archiveOutages } from '../../history/archive-outages.ts';
import type { Outage } from '../../history/outage.ts';
import { recentMaintenance, withPlanned } from '../../model/cluster-maintenance.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { intervalAt } from '../../model/schedule.ts';
import { notifyOutages } from '../../notify/notify-outages.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { hasRows, type OwnClusterRow, publishCluster, putCluster, repairMarks } from '../../tables/cluster-rows.ts';
import { writeFleet } from '../../tables/fleet-batch.ts';
import { readClusterMaintenance } from '../../tables/maintenance-rows.ts';
import { readJudgedNodes } from '../../tables/node-rows.ts';
import { type OutageRow, readOutages, replaceOutage } from '../../tables/outage-rows.ts';
import { readClusterAndPools } from '../../tables/pool-rows.ts';
import { isLostWrite, retryLostWrites } from '../../tables/rows.ts';
import { isFinalized, readClusterFacts } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainSweep, isPast } from '../queue/origin.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { changeClusterOutage } from './change-cluster-outage.ts';
import { isNewest, judgeCluster, type Seen } from './judge-cluster.ts';
import { isAboutToNotify, lookAgain } from './look-again.ts';
import { notificationContext } from './notification-context.ts';
import { requestDiagnoses } from './request-diagnoses.ts';

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
async function expectOurs(services: Services, { sweep, cluster, assessAt }: MessageOf<'assess-cluster'>, isKnown: boolean): Promise<void> {
  const { tables, now } = services;
  if (!isPast(assessAt, now())) throw new Error(`expected an assessment of ${cluster} that is due, got one for ${assessAt}`);
  const fault = await explainSweep(services, sweep);
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
  finalized: boolean,
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
async function judgeOnce(services: Services, message: MessageOf<'assess-cluster'>, finalized: boolean): Promise<Judged> {
  const { tables, settings, sinks } = services;
  const { cluster } = message;
  const { read, shortfalls } = await readClusterAndPools(tables, cluster);
  await expectOurs(services, message, read !== undefined);
  const before = read && { ...read, row: repairMarks(read.row, services.now()) };
  if (before !== undefined && wasSeen(message, before.row)) {
    return { row: before.row, isFresh: false, maintenance: await readMaintenance(services, before.row), outages: [] };
  }
  const names = sinks.map(({ name }) => name);
  const seen = await see(services, message, before, shortfalls, finalized);
  const [judged, quorum] = await judgeSeen(services, message, seen, names);
  const own = await changeClusterOutage(tables, judged, quorum, seen);
  // What is written by this very judgement is archived with the next.
  const settled = own.writes.length > 0 ? seen.active.filter(({ outage }) => outage.node) : seen.active;
  // Where there is no outage, nothing is to be held back: most assessments need no further read.
  const maintenance = seen.active.length + own.writes.length === 0 ? [] : await readMaintenance(services, judged);
  const context = notificationContext(settings, { ...judged, outage: own.outage }, maintenance, services.now());
  const { archived, outageDays, byReason } = archiveOutages(settled, names, context, judged.outageDays, seen.now);
  const row = { ...judged, outage: own.outage, outageDays, uptime: { ...judged.uptime, byReason } };
  const writes = [...own.writes, ...archived.map((each) => replaceOutage(each, true))];
  await writeFleet(tables, [putCluster(row, before?.etag), ...writes]);
  faultPoint('assess-cluster:cluster-row');
  const ofNodes = seen.active.map(({ outage }) => outage).filter(({ node }) => node !== undefined);
  const outages = [...(own.record === undefined ? [] : [own.record]), ...ofNodes];
  return { row, isFresh: true, maintenance, active: writes.length === 0 ? seen.active : undefined, outages };
}

/** Judges a cluster, again where another wrote its row meanwhile, and shows the judgement in lists. Returns what is stored. */
async function judgeAndStore(services: Services, message: MessageOf<'assess-cluster'>): Promise<Judged> {
  const { sweep, cluster } = message;
  const finalized = await isFinalized(services.tables, sweep, cluster);
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

/** Stage 6: judges one cluster as its results come in, notifies of its outages, and asks for searches for their causes. */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { sweep, cluster } = message;
  const { row, maintenance, active, outages } = await judgeAndStore(services, message);
  const now = services.now();
  const again = await notifyOutages(services, row, notificationContext(services.settings, row, maintenance, now), active);
  if (again !== undefined && again.getTime() - now.getTime() <= longestWaitMs(services.settings, now))
    await requestAssessment(services, sweep, cluster, again);
  await requestDiagnoses(services, cluster, outages);
}
