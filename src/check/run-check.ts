import type { CheckResult } from '../model/check-result.ts';
import { isOverdue } from '../model/claim.ts';
import { formatSweepId, previousOccurrence } from '../model/schedule.ts';
import { CHECK_SLICE } from '../model/slice-name.ts';
import { inconclusive } from '../model/verdict.ts';
import type { Services } from '../services.ts';
import type { MessageOf } from '../sweep/queue/messages.ts';
import { requestAssessment } from '../sweep/queue/request-assessment.ts';
import { isTakenOut, releaseClaims } from '../sweep/run/claim.ts';
import { isOfEarlierRun } from '../sweep/run/inspect.ts';
import { inspectSlice } from '../sweep/run/inspect-slice.ts';
import { recordResults } from '../sweep/run/record-results.ts';
import { type CheckRow, isCheckId, readCheck } from '../tables/check-rows.ts';
import type { NodeRow } from '../tables/node-rows.ts';
import { readResult } from '../tables/result-rows.ts';
import { deleteStarted, readStarted } from '../tables/start-rows.ts';
import { beginBefore, endCheck, ownRun, readNode, requeueCheck } from './end-check.ts';
import { listedFacts } from './newest-facts.ts';
import { neverBegan, RETRY_SECONDS, startCheck } from './start-check.ts';

const runnerOf = (sweep: string) => (isCheckId(sweep) ? `the check ${sweep}` : `the sweep ${sweep}`);

/** The verdict of a probe that began after the check was requested, whether its own probe or another's. */
async function verdictSince({ tables }: Services, check: CheckRow, { state }: NodeRow): Promise<CheckResult | undefined> {
  const { latest } = state;
  if (latest === undefined || isOfEarlierRun(latest) || !(latest.at >= check.requestedAt)) return undefined;
  const { verdict, reason, latencyMs } = latest;
  const recorded = await readResult(tables, check, latest);
  const { message, served, evidence } = recorded ?? { ...latest, evidence: '' };
  return {
    verdict,
    reason,
    latencyMs,
    message,
    served,
    response: evidence || undefined,
    takenFrom: latest.run === ownRun(check) ? undefined : runnerOf(latest.sweep),
  };
}

/** Collects the check's own probe, or one that an earlier sweep gave up on, and records its result if it has ended. */
async function collect(services: Services, check: CheckRow, row: NodeRow): Promise<void> {
  const { settings, tables, now } = services;
  const { id, cluster, node } = check;
  const own = ownRun(check);
  const isOwn = row.claim?.id === own;
  const until = beginBefore(check);
  const run = {
    id: own,
    cluster,
    sweep: id,
    serverNames: (await listedFacts(services, cluster))?.serverNames ?? [],
    due: new Date(check.requestedAt),
    busyUntil: until,
    startUntil: until,
    mayStartAgain: now() < until,
  };
  const started = await readStarted(tables, own);
  const found = (await inspectSlice(services, run, [node], new Map([[node, row]]), started)).get(node)!;
  if (found.status === 'decided')
    return endCheck(services, check, inconclusive(found.outcome.reason, 'the result of the run is not known'));
  if (found.status === 'startLost') {
    await releaseClaims(services, cluster, new Map([[node, found.claim.id]]));
    return requeueCheck(services, check, 0);
  }
  if (found.status !== 'ended') return requeueCheck(services, check, settings.COLLECT_AGAIN_SECONDS);
  const { result, response, keepsClaim } = found.ended;
  const assess = await recordResults(services, { sweep: id, cluster, slice: CHECK_SLICE }, [found.ended], new Map([[node, row]]));
  const sweep = formatSweepId(previousOccurrence(settings.SWEEP_SCHEDULE, now()));
  if (assess !== 'no') await requestAssessment(services, sweep, cluster, assess === 'at once' ? assess : undefined);
  if (isOwn || keepsClaim) return endCheck(services, check, { ...result, response });
  // The node is now free for the check's own run.
  await deleteStarted(tables, found.ended.claim.id, [node]);
  await requeueCheck(services, check, 0);
}

/**
 * Takes a check one step further: starts it once its node is free and there is a slot, collects its probe, or uses the verdict of another probe
 * that began after the request. Queues its message again until it has a result.
 */
export async function runCheck(services: Services, { check: id, slot }: Pick<MessageOf<'check'>, 'check' | 'slot'>): Promise<void> {
  const { settings, tables, now } = services;
  const check = await readCheck(tables, id);
  if (check === undefined || check.result !== undefined) return;
  const row = await readNode(services, check);
  if (row === undefined || row.retiredAt !== undefined) return endCheck(services, check, inconclusive('NodeGone', 'the node is gone'));
  const since = await verdictSince(services, check, row);
  if (since !== undefined) return endCheck(services, check, since);
  const { claim } = row;
  if (claim?.id === ownRun(check)) {
    const early = settings.FIRST_COLLECT_SECONDS - (now().getTime() - Date.parse(claim.startedAt)) / 1000;
    return early > 1 ? requeueCheck(services, check, early) : collect(services, check, row);
  }
  if (claim !== undefined && isOverdue(claim, now())) return collect(services, check, row);
  if (isTakenOut(settings, check.cluster, row))
    return endCheck(services, check, inconclusive('Excluded', 'the node was excluded from the fleet before the check began'));
  if (now() >= beginBefore(check)) return endCheck(services, check, await neverBegan(services, check, claim));
  return claim === undefined ? startCheck(services, check, slot) : requeueCheck(services, check, RETRY_SECONDS);
}
