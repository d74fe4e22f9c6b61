import { rollUp } from '../history/roll-up.ts';
import type { Services } from '../services.ts';
import { readJudgedNodes } from '../tables/node-rows.ts';
import { markRecollected, type PlanAndTallies, readPlanAndTallies } from '../tables/plan-rows.ts';
import { insertSealed } from '../tables/sweep-rows.ts';
import { COLLECT_GRACE_SECONDS } from './claim.ts';
import { effectDone } from './effect.ts';
import { addUp, emptyLedger, type Ledger, outstanding, type Plan } from './ledger.ts';
import { requestAssessment } from './request-assessment.ts';
import { endOf, intervalAt } from './schedule.ts';
import { putOff } from './slice-name.ts';

const MISSING_AFTER_MS = 60_000;

/**
 * Enqueues once more the collection of each slice that has no tally 60 s after it was due: its message may be with a process that died.
 * One that was never started waits for its slot, as long as there may be one.
 */
async function recollect(
  services: Services,
  sweep: string,
  cluster: string,
  planned: Plan,
  { tallies, started, recollected }: PlanAndTallies,
  missing: ReadonlySet<string>,
): Promise<void> {
  const { settings, tables, queue, now } = services;
  const next = endOf(settings, sweep).getTime();
  const latest = Math.max(now().getTime() + settings.PROBE_DEADLINE_SECONDS * 1000, next) + COLLECT_GRACE_SECONDS * 1000;
  const isMissing = (slice: string) => {
    const since = started.get(slice);
    const due = since === undefined ? next : Date.parse(since) + settings.FIRST_COLLECT_SECONDS * 1000;
    return now().getTime() >= due + MISSING_AFTER_MS;
  };
  for (const [n, all] of planned.slices.entries()) {
    // What was put off has a name of its own, and is looked for once the slice that it was put off from has its tally.
    let slice = String(n);
    while (tallies.has(slice)) slice = putOff(slice);
    const nodes = slice === String(n) ? all : all.filter((node) => missing.has(node));
    if (recollected.has(slice) || !isMissing(slice) || !nodes.some((node) => missing.has(node))) continue;
    // Sent before it is noted: twice does no harm, never would.
    await queue.send({ kind: 'collect-slice', sweep, cluster, slice, nodes }, { deadline: new Date(latest) });
    effectDone('close-sweep:collect-slice');
    await markRecollected(await tables.open('sweeps'), sweep, cluster, slice);
  }
}

/** The ledger of a cluster that was never planned: its known nodes, lost. */
async function lost({ tables, settings, now }: Services, cluster: string): Promise<Ledger> {
  const rows = (await readJudgedNodes(await tables.open('fleet'), cluster)).values();
  const { known } = rollUp(rows, now(), intervalAt(settings.SWEEP_SCHEDULE, now()), settings.BLIND_AFTER).nodes;
  return { ...emptyLedger, known, notProbed: known, byReason: known > 0 ? { Lost: known } : {} };
}

/**
 * Seals a cluster whose tallies equal its plan, and has it assessed.
 *
 * @param last - whether this is the last run of close-sweep: whatever is missing then counts as lost.
 * @returns its ledger, or undefined while something is missing.
 */
export async function sealCluster(services: Services, sweep: string, cluster: string, last: boolean): Promise<Ledger | undefined> {
  const sweeps = await services.tables.open('sweeps');
  const found = await readPlanAndTallies(sweeps, sweep, cluster);
  const { planned, tallies } = found;
  if (planned === undefined && !last) return undefined;
  const missing = planned === undefined ? [] : outstanding(planned, [...tallies.values()]);
  if (planned !== undefined && missing.length > 0 && !last) {
    await recollect(services, sweep, cluster, planned, found, new Set(missing));
    return undefined;
  }
  const own = planned === undefined ? await lost(services, cluster) : addUp(planned, [...tallies.values()], found.armRequests);
  const { stored, first } = await insertSealed(sweeps, sweep, cluster, own, services.now().toISOString());
  if (first) effectDone('close-sweep:sealed');
  await requestAssessment(services, sweep, cluster, 'now');
  effectDone('close-sweep:assess-cluster');
  return stored;
}
