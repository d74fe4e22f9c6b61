import { log } from '../log.ts';
import type { CheckResult } from '../model/check-result.ts';
import type { Claim } from '../model/claim.ts';
import { reasons } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { inconclusive } from '../model/verdict.ts';
import type { Services } from '../services.ts';
import { acquireStartSlot } from '../sweep/run/acquire-start-slot.ts';
import { claimNodes, releaseClaims } from '../sweep/run/claim.ts';
import type { Place } from '../sweep/run/decide-post.ts';
import { pauseBucket, pausedUntil } from '../sweep/run/pace.ts';
import { postRuns } from '../sweep/run/post-runs.ts';
import { saveStarts } from '../sweep/run/save-starts.ts';
import { type CheckRow, noteHindrance } from '../tables/check-rows.ts';
import { BEGIN_WITHIN_SECONDS, beginBefore, endCheck, ownRun, readNode, requeueCheck } from './end-check.ts';
import { newestFacts } from './newest-facts.ts';

/** Seconds after which a check tries again to start on a busy node. */
export const RETRY_SECONDS = 5;
/** How long a request for a check waits for a start slot; if the slot is later, the message of the check starts it. */
const AT_ONCE_MS = 2000;

const bucketOf = ({ cluster, region }: CheckRow) => ({ subscriptionId: parseClusterId(cluster)!.subscriptionId, region });

/** The place in which the node must be, according to Azure: nothing is started elsewhere, whatever its row says. Ends the check if that is not known. */
async function startPlaceOf(services: Services, check: CheckRow): Promise<Place | undefined> {
  const facts = await newestFacts(services, check.cluster);
  if (typeof facts !== 'string') return { ...bucketOf(check), nodeResourceGroup: facts.nodeResourceGroup };
  const why = `nothing was started, since the node resource group of the cluster is not known: ${reasons[facts].sentence}`;
  await endCheck(services, check, inconclusive(facts, why));
  return undefined;
}

/**
 * Claims the node and starts the script. If Azure throttles or the node is busy, that is noted in the check.
 *
 * @param onClaimed - called after the claim and before the start, so that a crash in between loses nothing.
 * @returns false if the node was not free.
 */
async function startProbe(services: Services, check: CheckRow, onClaimed: () => Promise<void>): Promise<boolean> {
  const { tables, now } = services;
  const { id, cluster, node } = check;
  const place = await startPlaceOf(services, check);
  if (place === undefined) return true;
  const own = ownRun(check);
  const claims = await claimNodes(services, { cluster, nodes: [node], sweep: id }, own);
  if (claims.length === 0) return false;
  await onClaimed();
  const deferUntil = now() < beginBefore(check) ? beginBefore(check) : undefined;
  const saver = saveStarts(tables, own);
  const posted = await postRuns(services, place, claims, { deferUntil, retryUntil: deferUntil }, saver.save);
  const { started, throttledFor, nodeThrottledFor, spareFor, unsent } = posted;
  await pauseBucket(services, bucketOf(check), Math.max(throttledFor ?? 0, spareFor));
  await saver.done();
  if (started.get(node)?.status === 'deferred') {
    await releaseClaims(services, cluster, new Map([[node, own]]));
    await noteHindrance(tables, check, (throttledFor ?? nodeThrottledFor) > 0 ? 'Throttled' : (unsent?.reason ?? 'NodeBusy'));
  }
  return true;
}

/** Starts a check if there is a start slot now, otherwise queues it again. */
export async function startCheck(services: Services, check: CheckRow, slot: string | undefined): Promise<void> {
  const before = beginBefore(check);
  const start = await acquireStartSlot(services, bucketOf(check), { nodes: 1, extra: true, before }, slot);
  if (start.when === 'never') return endCheck(services, check, inconclusive(start.reason, 'there was no start slot for the check in time'));
  if (start.when === 'later') return requeueCheck(services, check, start.delaySeconds, start.slot);
  const wasFree = await startProbe(services, check, () => requeueCheck(services, check, services.settings.FIRST_COLLECT_SECONDS));
  if (!wasFree) return requeueCheck(services, check, RETRY_SECONDS);
}

/** The result of a check that did not start in time: it says why. */
export async function neverBegan(services: Services, check: CheckRow, claim: Claim | undefined): Promise<CheckResult> {
  if (claim !== undefined || check.hindered === 'NodeBusy')
    return inconclusive('NodeBusy', `another run has been in progress for ${BEGIN_WITHIN_SECONDS} s`);
  if (check.hindered === 'Throttled' || (await pausedUntil(services, bucketOf(check))) !== undefined)
    return inconclusive('Throttled', `Azure throttled all starts in the region of the node for ${BEGIN_WITHIN_SECONDS} s`);
  if (check.hindered !== undefined) return inconclusive(check.hindered, `no request could be sent to Azure for ${BEGIN_WITHIN_SECONDS} s`);
  return inconclusive('StartLost', `the check did not start within ${BEGIN_WITHIN_SECONDS} s`);
}

/** Queues the message of a new check, which is queued again until the check has a result. Without a stored check it does nothing. */
export async function sendCheck(services: Services, check: CheckRow): Promise<void> {
  await requeueCheck(services, check, Math.min(RETRY_SECONDS, services.settings.FIRST_COLLECT_SECONDS));
}

/** Starts a check at once if its node is free and a start slot is near; otherwise its message starts it. */
export async function startAtOnce(services: Services, check: CheckRow): Promise<void> {
  const { now } = services;
  try {
    const row = await readNode(services, check);
    if (row === undefined || row.retiredAt !== undefined || row.claim !== undefined) return;
    const before = new Date(now().getTime() + AT_ONCE_MS);
    const start = await acquireStartSlot(services, bucketOf(check), { nodes: 1, extra: true, before }, undefined);
    if (start.when === 'now') await startProbe(services, check, async () => {});
  } catch (error) {
    log.error(`the check ${check.id} could not be started at once; its message in the queue starts it later`, error);
  }
}
