import { type Claim, START_LOST_MS } from '../../model/claim.ts';
import type { NodeFacts } from '../../model/node.ts';
import type { Bucket } from '../../model/pace.ts';
import { parseTarget } from '../../model/resource-id.ts';
import type { Started } from '../../model/start.ts';
import { inconclusive, type Verdict } from '../../model/verdict.ts';

const SAVING_MS = 5000;

/** Where nodes must lie: their subscription and region, and the node resource group of their cluster; nothing is started where that is not known. */
export interface Place extends Bucket {
  nodeResourceGroup: string | undefined;
}

/** Why nothing is started on a machine, whoever wrote the resource ID into its row: it is no node of the cluster, as far as anybody can tell. */
export function explainTarget(resourceId: string, { subscriptionId, nodeResourceGroup }: Place): string | undefined {
  const target = parseTarget(resourceId);
  if (target === undefined || target.subscriptionId !== subscriptionId)
    return `the row of the node holds no resource ID of its subscription: "${resourceId}"`;
  if (nodeResourceGroup === undefined) return 'nobody can tell which node resource group the cluster of the node has';
  if (target.resourceGroup.toLowerCase() !== nodeResourceGroup.toLowerCase())
    return `the row of the node holds a resource ID outside the node resource group ${nodeResourceGroup} of its cluster: "${resourceId}"`;
  return undefined;
}

/**
 * Whether it is too late to post the run of a claim: its answer may come when the start counts as lost already, and is made anew.
 *
 * @param requestMs - how long one request to Azure may take.
 */
export function isTooLateToPost({ startedAt }: Claim, requestMs: number, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) > START_LOST_MS - requestMs - SAVING_MS;
}

/** What is known when the run of a claim is about to be posted. */
export interface BeforePost {
  place: Place;
  /** Whether Azure throttles the region just now. */
  isThrottled: boolean;
  /** Until when the node may be deferred; without it, it is given up. */
  deferUntil: Date | undefined;
  requestMs: number;
  now: Date;
}

/** Decides how the start of a claim goes where its run is not to be posted; undefined where it is. Pure. */
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
  return { nonce, status: 'ended', verdict: inconclusive('ProberError', 'the starts of others took so long that this one came too late') };
}

/** Decides how a start goes that Azure refused: one on a busy node is deferred as long as there is time. Pure. */
export function decideRefusal({ nonce }: Claim, verdict: Verdict, deferUntil: Date | undefined): Started {
  return deferUntil !== undefined && verdict.reason === 'NodeBusy' ? { nonce, status: 'deferred' } : { nonce, status: 'ended', verdict };
}

/** Whether a node that is throttled alone, and not with its region, can be deferred for so long. */
export function canWaitFor(seconds: number, deferUntil: Date | undefined, now: Date): boolean {
  return deferUntil !== undefined && now.getTime() + seconds * 1000 < deferUntil.getTime();
}
