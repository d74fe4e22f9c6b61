import { rollUp } from '../../history/roll-up.ts';
import { COLLECT_GRACE_SECONDS } from '../../model/claim.ts';
import { addUp, emptyLedger, type Ledger, outstanding, type Plan } from '../../model/ledger.ts';
import { endOf, intervalAt, lastStart, MISSING_AFTER_MS } from '../../model/schedule.ts';
import { blockOf, deferredSlice } from '../../model/slice-name.ts';
import type { Services } from '../../services.ts';
import { readJudgedNodes } from '../../tables/node-rows.ts';
import { markSentAgain, type PlanAndTallies, readPlanAndTallies } from '../../tables/plan-rows.ts';
import { insertFinalized } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { requestAssessment } from '../queue/request-assessment.ts';

/**
 * Slices of one block of the plan that may have nodes without an outcome: the block itself, else what was deferred from it, which has a name of its
 * own and is looked for once its predecessor has its tally; and whatever of it was started again.
 */
function openSlices(block: string, { tallies, started }: PlanAndTallies): string[] {
  let slice = block;
  while (tallies.has(slice)) slice = deferredSlice(slice);
  const others = [...started.keys()].filter((each) => each !== slice && blockOf(each) === block && !tallies.has(each));
  return [slice, ...others];
}

/**
 * Enqueues once more what of a cluster is missing 60 s after it was due, since its message may be with a process that died: the start of a slice
 * that was neither started nor given a later slot, and the collection of one that was started and has no tally.
 */
async function sendAgain(
  services: Services,
  sweep: string,
  cluster: string,
  planned: Plan,
  found: PlanAndTallies,
  missing: ReadonlySet<string>,
): Promise<void> {
  const { settings, tables, queue, now } = services;
  const next = endOf(settings, sweep).getTime();
  const latest = Math.max(now().getTime() + settings.PROBE_DEADLINE_SECONDS * 1000, next) + COLLECT_GRACE_SECONDS * 1000;
  const isLate = (due: number) => now().getTime() >= due + MISSING_AFTER_MS;
  for (const [n, all] of planned.slices.entries())
    for (const slice of openSlices(String(n), found)) {
      const nodes = slice === String(n) ? all : all.filter((node) => missing.has(node));
      if (!nodes.some((node) => missing.has(node))) continue;
      const startedAt = found.started.get(slice);
      const slot = found.queued.get(slice);
      const isWhole = slice === String(n) && startedAt === undefined && now().getTime() < next;
      // Sent before it is noted: twice does no harm, never would.
      if (isWhole && !found.restarted.has(slice) && isLate(Date.parse(slot ?? planned.due))) {
        await queue.send({ kind: 'start-slice', sweep, cluster, slice, nodes, slot }, { deadline: lastStart(settings, sweep) });
        faultPoint('close-sweep:start-slice');
        await markSentAgain(tables, sweep, cluster, 'restarted', slice);
      }
      const collectedAt = startedAt === undefined ? next : Date.parse(startedAt) + settings.FIRST_COLLECT_SECONDS * 1000;
      if (found.recollected.has(slice) || !isLate(collectedAt)) continue;
      await queue.send({ kind: 'collect-slice', sweep, cluster, slice, nodes }, { deadline: new Date(latest) });
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

/**
 * Finalizes a cluster whose tallies equal its plan, and has it assessed.
 *
 * @param last - whether this is the last run of close-sweep: whatever is missing then counts as lost.
 * @returns its ledger, or what is missing: its plan, or (undefined) outcomes of its nodes.
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
  const missing = planned === undefined ? [] : outstanding(planned, [...tallies.values()]);
  if (planned !== undefined && missing.length > 0 && !last) {
    await sendAgain(services, sweep, cluster, planned, found, new Set(missing));
    return undefined;
  }
  const own = planned === undefined ? await lost(services, cluster) : addUp(planned, [...tallies.values()], found.armRequests);
  const { stored, first } = await insertFinalized(services.tables, sweep, cluster, own, services.now().toISOString());
  if (first) faultPoint('close-sweep:finalized');
  await requestAssessment(services, sweep, cluster, 'now');
  faultPoint('close-sweep:assess-cluster');
  return stored;
}
