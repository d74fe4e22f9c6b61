import pLimit from 'p-limit';
import { addToLog, emptyLog, type NodeLog } from '../../history/log.ts';
import { foldResult, repairClock, type Transition } from '../../history/node-history.ts';
import { limitsOf } from '../../history/node-state.ts';
import type { Recheckable } from '../../history/rechecks.ts';
import { recordTransition, touchedOutages } from '../../history/record-transition.ts';
import { log } from '../../log.ts';
import { type ClusterMaintenance, recentMaintenance } from '../../model/cluster-maintenance.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { intervalAt } from '../../model/schedule.ts';
import { CHECK_SLICE, isRecheck } from '../../model/slice-name.ts';
import type { Services } from '../../services.ts';
import { type FleetWrite, writeFleet } from '../../tables/fleet-batch.ts';
import { putLog, readLogs } from '../../tables/log-rows.ts';
import { readClusterMaintenance } from '../../tables/maintenance-rows.ts';
import { mergeNode, type NodeRow, noteProperties, readNodes, stateProperties } from '../../tables/node-rows.ts';
import { deleteOutage, insertOutage, readOutage, replaceOutage } from '../../tables/outage-rows.ts';
import { writeResults } from '../../tables/result-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { grantConfirmations } from './grant-confirmations.ts';
import type { Ended } from './inspect.ts';
import { requestRechecks } from './request-rechecks.ts';
import { sendConfirmation } from './start-slice.ts';

const ATTEMPTS = 8;
const MOST_IN_A_BATCH = 100;
const CONCURRENT_READS = 16;
/** More than the intervals within which results come in any order, and for which a verdict holds. */
const OPEN_INTERVALS = 8;

const namesOf = (ended: readonly Ended[]) => ended.map(({ node }) => node);

/** A node whose probe gave a verdict, as what may be probed again. */
function toRecheckable({ ended: { result }, row, fold }: Folded): Recheckable[] {
  return result.verdict === 'unknown' ? [] : [{ ...row.facts, nonce: result.nonce, state: fold.state }];
}

interface Folded {
  ended: Ended;
  row: NodeRow;
  log: NodeLog;
  fold: Transition;
}

function foldAll(
  { settings, now }: Services,
  ended: readonly Ended[],
  rows: ReadonlyMap<string, NodeRow>,
  logs: ReadonlyMap<string, NodeLog>,
  maintenance: readonly Stretch[],
): Folded[] {
  const { FAILURE_THRESHOLD, RECOVERY_THRESHOLD, FLAP_WINDOW_MINUTES, SWEEP_SCHEDULE } = settings;
  const interval = intervalAt(SWEEP_SCHEDULE, now());
  const thresholds = { failures: FAILURE_THRESHOLD, recoveries: RECOVERY_THRESHOLD, flapWindowMs: FLAP_WINDOW_MINUTES * 60_000 };
  const limits = limitsOf(thresholds, interval, maintenance);
  return ended.flatMap((each): Folded[] => {
    const row = rows.get(each.node);
    // Only the claimed probe may be folded: any other was folded before, or its node was replaced.
    if (row === undefined || row.claim?.nonce !== each.claim.nonce) return [];
    const history = repairClock(row.history, now());
    if (history !== row.history) log.warn(`results of ${each.node} were dated in the future and were set to the current time`);
    const fold = foldResult(history, each.result, limits, interval);
    return [{ ended: each, row, log: addToLog(logs.get(each.node) ?? emptyLog, each.result), fold }];
  });
}

/** The writes of the outages that a transition touches. */
async function outageActions({ tables }: Services, cluster: string, { row, log, fold }: Folded, time: string): Promise<FleetWrite[]> {
  const { node, resourceId, os } = row.facts;
  const actions: FleetWrite[] = [];
  for (const start of touchedOutages(fold)) {
    const stored = await readOutage(tables, cluster, node, start);
    const outage = recordTransition(stored?.outage, start, fold, { cluster, node, resourceId, os }, log, time);
    if (outage === stored?.outage) continue;
    if (stored === undefined && outage !== undefined) actions.push(insertOutage(outage));
    else if (stored !== undefined) actions.push(outage === undefined ? deleteOutage(stored) : replaceOutage({ ...stored, outage }));
  }
  return actions;
}

async function nodeActions(services: Services, cluster: string, folded: Folded, time: string): Promise<FleetWrite[]> {
  const { ended, row, fold } = folded;
  const claim = ended.keepsClaim ? { ...ended.claim, overdue: true } : undefined;
  const { endpoint } = ended.result;
  // If a node does not report its endpoint this time, the earlier one is kept.
  const notes = { claim, foldedAt: time, ...(endpoint !== undefined && { endpoint }) };
  const properties = { ...stateProperties(fold.state, fold.history), ...noteProperties(notes) };
  // What is unknown is in no log. The log of 50 nodes and their rows fit into one transaction.
  const logged = ended.result.verdict === 'unknown' ? [] : [putLog(cluster, row.facts.node, folded.log)];
  return [...logged, mergeNode(cluster, row, properties), ...(await outageActions(services, cluster, folded, time))];
}

/** Joins the writes of nodes into batches, with all writes of a node in the same batch. */
function together(byNode: readonly FleetWrite[][]): FleetWrite[][] {
  const batches: FleetWrite[][] = [[]];
  for (const actions of byNode) {
    if (batches.at(-1)!.length + actions.length > MOST_IN_A_BATCH) batches.push([]);
    batches.at(-1)!.push(...actions);
  }
  return batches;
}

/** Writes the log, the row and the outages of each node at once, and ends the claims. Repeats all of it if a row has changed meanwhile. */
async function writeFolds(
  services: Services,
  cluster: string,
  ended: readonly Ended[],
  first: Folded[],
  logs: ReadonlyMap<string, NodeLog>,
  maintenance: readonly Stretch[],
): Promise<Folded[]> {
  let folded: Folded[] | undefined = first;
  return retryLostWrites(ATTEMPTS, async () => {
    const current = folded ?? foldAll(services, ended, await readNodes(services.tables, cluster, namesOf(ended)), logs, maintenance);
    folded = undefined;
    // One time for all: outages that open together are held back, and notified, together.
    const time = services.now().toISOString();
    const limit = pLimit(CONCURRENT_READS);
    const actions = await Promise.all(current.map((each) => limit(() => nodeActions(services, cluster, each, time))));
    for (const batch of together(actions)) await writeFleet(services.tables, batch);
    if (current.length > 0) faultPoint('collect-slice:node-rows');
    return current;
  });
}

/** The maintenance of a cluster within the time that its nodes' results may still change. */
async function readMaintenance(
  { settings, tables, now }: Services,
  cluster: string,
  ended: readonly Ended[],
  planned: ClusterMaintenance | undefined,
): Promise<Stretch[]> {
  const agoMs = OPEN_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, now());
  // Where something failed, it matters at once whether that was in a maintenance.
  const isWell = ended.every(({ result }) => result.verdict === 'reachable');
  const maintenance = isWell && planned !== undefined ? planned : await readClusterMaintenance(tables, cluster);
  return recentMaintenance(maintenance, now(), agoMs);
}

/**
 * Records ended probes: result rows, confirmations, then the log, the row and the outages of each node in one batch.
 *
 * @param slice - the slice that collected them, after which its confirmation is named. Failures of a check are not confirmed.
 * @param maintenance - that of the cluster as of the plan of the sweep. The next sweep folds its results once more, with what was asked for meanwhile.
 * @param changing - whether somebody was changing the cluster then.
 * @returns whether something changed that requires an assessment: at once where an outage began or ended, or as many nodes failed as a quorum needs.
 */
export async function recordResults(
  services: Services,
  of: { sweep: string; cluster: string; slice: string; maintenance?: ClusterMaintenance; changing?: boolean },
  ended: readonly Ended[],
  rows: ReadonlyMap<string, NodeRow>,
): Promise<'no' | 'soon' | 'at once'> {
  if (ended.length === 0) return 'no';
  const { sweep, cluster, slice } = of;
  const reading = Promise.all([
    readLogs(services.tables, cluster, namesOf(ended)),
    readMaintenance(services, cluster, ended, of.maintenance),
  ]);
  const [[logs, maintenance]] = await Promise.all([reading, writeResults(services.tables, cluster, ended)]);
  faultPoint('collect-slice:result-rows');

  const folded = foldAll(services, ended, rows, logs, maintenance);
  const toConfirm = slice === CHECK_SLICE ? [] : folded.filter(({ fold }) => fold.confirm);
  const failed = toConfirm.map(({ row, ended: { result } }) => ({ ...row.facts, nonce: result.nonce }));
  const confirms = await grantConfirmations(services, sweep, cluster, slice, failed);
  if (Object.keys(confirms).length > 0) {
    await sendConfirmation(services, sweep, cluster, slice, confirms);
    faultPoint('collect-slice:confirmation');
  }

  const written = await writeFolds(services, cluster, ended, folded, logs, maintenance);
  await requestRechecks(services, of, written.flatMap(toRecheckable));
  // A second success changes nothing of its node, but may be what the outage of the cluster ends by.
  const isSecondLook = isRecheck(slice) && written.some(({ fold }) => fold.state.outage?.end !== undefined);
  if (!isSecondLook && !written.some(({ fold }) => fold.worthAssessing)) return 'no';
  const isUrgent = written.some(({ fold }) => fold.changed.length > 0) || failed.length >= services.settings.CLUSTER_QUORUM_NODES;
  return isUrgent ? 'at once' : 'soon';
}
