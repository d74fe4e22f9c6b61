import { type Claim, START_LOST_MS } from '../../model/claim.ts';
import type { NodeFacts } from '../../model/node.ts';
import type { Bucket } from '../../model/pace.ts';
import { parseTarget } from '../../model/resource-id.ts';
import type { Started } from '../../model/start.ts';
import { inconclusive, type Verdict } from '../../model/verdict.ts';

const SAVING_MS = 5000;

/** Where nodes must be: their subscription and region, and the node resource group of their cluster. If that is undefined, nothing is started. */
export interface Place extends Bucket {
  nodeResourceGroup: string | undefined;
}

/** Why nothing may be started on a machine: the resource ID in its row does not belong to the cluster. Undefined if it does. */
export function explainTarget(resourceId: string, { subscriptionId, nodeResourceGroup }: Place): string | undefined {
  const target = parseTarget(resourceId);
  if (target === undefined || target.subscriptionId !== subscriptionId)
    return `the row of the node holds no resource ID of its subscription: "${resourceId}"`;
  if (nodeResourceGroup === undefined) return 'the node resource group of the cluster is not known';
  if (target.resourceGroup.toLowerCase() !== nodeResourceGroup.toLowerCase())
    return `the row of the node holds a resource ID outside the node resource group ${nodeResourceGroup} of its cluster: "${resourceId}"`;
  return undefined;
}

/**
 * Whether it is too late to post the run of a claim: its response might come when the start already counts as lost and is repeated.
 *
 * @param requestMs - the timeout of a request to Azure, in milliseconds.
 */
export function isTooLateToPost({ startedAt }: Claim, requestMs: number, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) > START_LOST_MS - requestMs - SAVING_MS;
}

/** What is known when the run of a claim is about to be posted. */
export interface BeforePost {
  place: Place;
  /** Whether Azure is throttling the region. */
  isThrottled: boolean;
  /** Until when the node may be deferred; if undefined, it is given up instead. */
  deferUntil: Date | undefined;
  requestMs: number;
  now: Date;
}

/** Decides the outcome of a start whose run must not be posted; undefined if it is to be posted. Pure. */
export function decidePost(
  { resourceId }: Pick<NodeFacts, 'resourceId'>,
  claim: Claim,
  { place, isThrottled, deferUntil, requestMs, now }: BeforePost,
): Started | undefined {
  const { nonce } = claim;
  if (isThrottled) return { nonce, status: 'deferred' };
  const fault = explainTarget(resourceId, place);
  if (fault !== undefined) return { nonce, status: 'ended', verdict: inconclusive('ProberError', fault) };
  if (!isTooLateToPost(claim, requestMs, now)) return undefined;
  if (deferUntil !== undefined) return { nonce, status: 'deferred' };
  return {
    nonce,
    status: 'ended',
    verdict: inconclusive('ProberError', 'the starts of other nodes took so long that it was too late for this one'),
  };
}

/** Until when nodes may be deferred; undefined where there is no time. */
export interface Until {
  /** Nodes that are busy with another operation, or whose start came too late. */
  deferUntil: Date | undefined;
  /** Nodes whose request was never sent, since there was no sign-in or no connection: that passes, and may take longer. */
  retryUntil: Date | undefined;
}

/**
 * Decides the outcome of a start that failed: deferred while there is time if the node is busy or nothing was sent, otherwise it ends. Pure.
 *
 * @param neverSent - whether the request certainly did not reach Azure.
 */
export function decideRefusal({ nonce }: Claim, verdict: Verdict, neverSent: boolean, { deferUntil, retryUntil }: Until): Started {
  const until = neverSent ? retryUntil : verdict.reason === 'NodeBusy' ? deferUntil : undefined;
  return until === undefined ? { nonce, status: 'ended', verdict } : { nonce, status: 'deferred' };
}

/** Whether a node that is throttled alone, without its region, can be deferred for so many seconds. */
export function canWaitFor(seconds: number, deferUntil: Date | undefined, now: Date): boolean {
  return deferUntil !== undefined && now.getTime() + seconds * 1000 < deferUntil.getTime();
}
