import { unconfirmed } from '../../history/confirmations.ts';
import { rollUp } from '../../history/roll-up.ts';
import { COLLECT_GRACE_SECONDS } from '../../model/claim.ts';
import { addUp, emptyLedger, type Ledger, outstanding } from '../../model/ledger.ts';
import { endOf, intervalAt, lastStart } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { readJudgedNodes, readNodes } from '../../tables/node-rows.ts';
import { markSentAgain, type PlanAndTallies, readPlanAndTallies } from '../../tables/plan-rows.ts';
import { insertFinalized } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { findMissingWork, type MissingWork } from './missing-work.ts';

/** Enqueues once more what of a cluster is missing. Sent before it is noted: twice does no harm, never would. */
async function sendAgain(services: Services, sweep: string, cluster: string, missing: readonly MissingWork[]): Promise<void> {
  const { settings, tables, queue, now } = services;
  const next = endOf(settings, sweep).getTime();
  const latest = Math.max(now().getTime() + settings.PROBE_DEADLINE_SECONDS * 1000, next) + COLLECT_GRACE_SECONDS * 1000;
  for (const { kind, slice, nodes, slot } of missing)
    if (kind === 'start-slice') {
      await queue.send({ kind, sweep, cluster, slice, nodes: [...nodes], slot }, { deadline: lastStart(settings, sweep) });
      faultPoint('close-sweep:start-slice');
      await markSentAgain(tables, sweep, cluster, 'restarted', slice);
    } else {
      await queue.send({ kind, sweep, cluster, slice, nodes: [...nodes] }, { deadline: new Date(latest) });
      faultPoint('close-sweep:collect-slice');
      await markSentAgain(tables, sweep, cluster, 'recollected', slice);
    }
}

/** The ledger of a cluster that was never planned: its known nodes, lost. */
async function lost({ tables, settings, now }: Services, cluster: string): Promise<Ledger> {
  const rows = (await readJudgedNodes(tables, cluster)).values();
  const { known } = rollUp(rows, now(), intervalAt(settings.SWEEP_SCHEDULE, now()), settings.BLIND_AFTER).nodes;
  return { ...emptyLedger, known, notProbed: known, byReason: known > 0 ? { Lost: known } : {} };
}

/** The longest that a cluster waits for its confirmations, in seconds: those that come later than most have their say with the next sweep. */
const confirmedWithin = ({ FIRST_COLLECT_SECONDS, COLLECT_AGAIN_SECONDS }: Settings) =>
  FIRST_COLLECT_SECONDS + 4 * COLLECT_AGAIN_SECONDS + 10;

/** Whether second probes of nodes that failed for the first time are still to end. */
async function awaitsConfirmations(
  { settings, tables, now }: Services,
  cluster: string,
  { granted, at }: PlanAndTallies['confirmations'],
): Promise<boolean> {
  const nodes = Object.keys(granted);
  if (nodes.length === 0 || !(now().getTime() < Date.parse(at) + confirmedWithin(settings) * 1000)) return false;
  const rows = await readNodes(tables, cluster, nodes);
  return unconfirmed(granted, (node) => rows.get(node)?.state.latest?.nonce).length > 0;
}

/**
 * Finalizes a cluster whose tallies equal its plan and whose confirmations have ended, and has it assessed.
 *
 * @param last - whether this is the last run of close-sweep: whatever is missing then counts as lost.
 * @returns its ledger, or what is missing: its plan, or (undefined) outcomes or confirmations of its nodes.
 */
export async function finalizeCluster(
  services: Services,
  sweep: string,
  cluster: string,
  last: boolean,
): Promise<Ledger | 'unplanned' | undefined> {
  const found = await readPlanAndTallies(services.tables, sweep, cluster);
  const { planned, tallies } = found;
  if (planned === undefined && !last) return 'unplanned';
  if (planned !== undefined && !last && outstanding(planned, [...tallies.values()]).length > 0) {
    const { settings, now } = services;
    const next = endOf(settings, sweep).getTime();
    const times = { time: now().getTime(), next, firstCollectMs: (planned.collectAfter ?? settings.FIRST_COLLECT_SECONDS) * 1000 };
    await sendAgain(services, sweep, cluster, findMissingWork(planned, found, times));
    return undefined;
  }
  if (planned !== undefined && !last && (await awaitsConfirmations(services, cluster, found.confirmations))) return undefined;
  const own = planned === undefined ? await lost(services, cluster) : addUp(planned, [...tallies.values()], found.armRequests);
  const { stored, first } = await insertFinalized(services.tables, sweep, cluster, own, services.now().toISOString());
  if (first) faultPoint('close-sweep:finalized');
  await requestAssessment(services, sweep, cluster, 'now');
  faultPoint('close-sweep:assess-cluster');
  return stored;
}
