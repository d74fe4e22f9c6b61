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

/** Seconds after which a check looks again whether its node is free. */
export const RETRY_SECONDS = 5;
/** For how long whoever asks for a check waits for its slot; a later one is for its message. */
const AT_ONCE_MS = 2000;

const bucketOf = ({ cluster, region }: CheckRow) => ({ subscriptionId: parseClusterId(cluster)!.subscriptionId, region });

/** Where the node must lie, according to Azure's own answer about its cluster: whatever its row says, nothing is started elsewhere. Ends the check where that is not known. */
async function startPlaceOf(services: Services, check: CheckRow): Promise<Place | undefined> {
  const facts = await newestFacts(services, check.cluster);
  if (typeof facts !== 'string') return { ...bucketOf(check), nodeResourceGroup: facts.nodeResourceGroup };
  const why = `nothing was started, since nobody can tell which node resource group the cluster has: ${reasons[facts].sentence}`;
  await endCheck(services, check, inconclusive(facts, why));
  return undefined;
}

/**
 * Claims the node and starts the script; what prevents the start is noted.
 *
 * @param claimed - is done before the start, so that a crash in between loses nothing.
 * @returns false where the node was not free.
 */
async function startProbe(services: Services, check: CheckRow, claimed: () => Promise<void>): Promise<boolean> {
  const { tables, now } = services;
  const { id, cluster, node } = check;
  const place = await startPlaceOf(services, check);
  if (place === undefined) return true;
  const own = ownRun(check);
  const claims = await claimNodes(services, { cluster, nodes: [node], sweep: id }, own);
  if (claims.length === 0) return false;
  await claimed();
  const deferUntil = now() < beginBefore(check) ? beginBefore(check) : undefined;
  const saver = saveStarts(tables, own);
  const { started, throttledFor, nodeThrottledFor, spareFor } = await postRuns(services, place, claims, deferUntil, saver.save);
  await pauseBucket(services, bucketOf(check), Math.max(throttledFor ?? 0, spareFor));
  await saver.done();
  if (started.get(node)?.status === 'deferred') {
    await releaseClaims(services, cluster, new Map([[node, own]]));
    await noteHindrance(tables, check, (throttledFor ?? nodeThrottledFor) > 0 ? 'Throttled' : 'NodeBusy');
  }
  return true;
}

/** Starts a check when there is a slot, or queues it again. */
export async function startCheck(services: Services, check: CheckRow, slot: string | undefined): Promise<void> {
  const before = beginBefore(check);
  const start = await acquireStartSlot(services, bucketOf(check), { nodes: 1, extra: true, before }, slot);
  if (start.when === 'never')
    return endCheck(services, check, inconclusive(start.reason, 'there was no room for the check within its time'));
  if (start.when === 'later') return requeueCheck(services, check, start.delaySeconds, start.slot);
  const wasFree = await startProbe(services, check, () => requeueCheck(services, check, services.settings.FIRST_COLLECT_SECONDS));
  if (!wasFree) return requeueCheck(services, check, RETRY_SECONDS);
}

/** Why a check did not start in time. */
export async function neverBegan(services: Services, check: CheckRow, claim: Claim | undefined): Promise<CheckResult> {
  if (claim !== undefined || check.hindered === 'NodeBusy')
    return inconclusive('NodeBusy', `another run has been in progress for ${BEGIN_WITHIN_SECONDS} s`);
  if (check.hindered === 'Throttled' || (await pausedUntil(services, bucketOf(check))) !== undefined)
    return inconclusive('Throttled', `Azure let nothing be started in the region of the node for ${BEGIN_WITHIN_SECONDS} s`);
  return inconclusive('StartLost', `the check did not start within ${BEGIN_WITHIN_SECONDS} s`);
}

/** Sends the one message that is queued again until the check has a result. If no row is stored by then, there is nothing to do. */
export async function sendCheck(services: Services, check: CheckRow): Promise<void> {
  await requeueCheck(services, check, Math.min(RETRY_SECONDS, services.settings.FIRST_COLLECT_SECONDS));
}

/** Starts a check at once where its node is free and its slot near; else that is left to its message. */
export async function startAtOnce(services: Services, check: CheckRow): Promise<void> {
  const { now } = services;
  try {
    const row = await readNode(services, check);
    if (row === undefined || row.retiredAt !== undefined || row.claim !== undefined) return;
    const before = new Date(now().getTime() + AT_ONCE_MS);
    const start = await acquireStartSlot(services, bucketOf(check), { nodes: 1, extra: true, before }, undefined);
    if (start.when === 'now') await startProbe(services, check, async () => {});
  } catch (error) {
    log.error(`the check ${check.id} could not be started at once, and is left to its message`, error);
  }
}
