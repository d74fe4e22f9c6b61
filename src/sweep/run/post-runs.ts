import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { type SeenSizes, secondsToSpare } from '../../azure/compute-budget.ts';
import { retryAfterSeconds } from '../../azure/retry-after.ts';
import type { Bucket } from '../../model/pace.ts';
import { parseTarget } from '../../model/resource-id.ts';
import { inconclusive } from '../../model/verdict.ts';
import { refusalOf } from '../../probe/classify-azure.ts';
import { startRun } from '../../probe/run-command.ts';
import { composeScript } from '../../probe/script.ts';
import type { Services } from '../../services.ts';
import type { Started } from '../../tables/start-rows.ts';
import { type ClaimedNode, isTooLateToPost } from './claim.ts';
import { type ThrottlingWatch, watchThrottling } from './watch-throttling.ts';

const CONCURRENT_POSTS = 8;

/** How the starts went, by node. */
export interface Posted {
  started: Map<string, Started>;
  /** For how many seconds Azure throttles the region, if it does. */
  throttledFor?: number;
  /** The longest that a single node is throttled by itself; 0 where none is. */
  nodeThrottledFor: number;
  /** For how many seconds the region should be left to others, as little is left of what all share. */
  spareFor: number;
}

/** Where nodes must lie: their subscription and region, and the node resource group of their cluster; nothing is started where that is not known. */
export interface Place extends Bucket {
  nodeResourceGroup: string | undefined;
}

/** What this process has seen of Azure's answers in a subscription and region. */
interface Seen {
  sizes: SeenSizes;
  watch: ThrottlingWatch;
}

const seenBy = new WeakMap<Services['tables'], Map<string, Seen>>();

function seenIn({ tables }: Services, { subscriptionId, region }: Bucket): Seen {
  const ofBuckets = seenBy.get(tables) ?? new Map<string, Seen>();
  seenBy.set(tables, ofBuckets);
  const name = `${subscriptionId}|${region}`;
  const seen = ofBuckets.get(name) ?? { sizes: new Map<string, number>(), watch: watchThrottling() };
  ofBuckets.set(name, seen);
  return seen;
}

/** What is wrong with the resource ID of a node's row, whoever wrote it: nothing is started on a machine that is no node of the cluster. */
function explainTarget(resourceId: string, { subscriptionId, nodeResourceGroup }: Place): string | undefined {
  const target = parseTarget(resourceId);
  if (target === undefined || target.subscriptionId !== subscriptionId)
    return `the row of the node holds no resource ID of its subscription: "${resourceId}"`;
  if (nodeResourceGroup === undefined) return 'nobody can tell which node resource group the cluster of the node has';
  if (target.resourceGroup.toLowerCase() !== nodeResourceGroup.toLowerCase())
    return `the row of the node holds a resource ID outside the node resource group ${nodeResourceGroup} of its cluster: "${resourceId}"`;
  return undefined;
}

/**
 * Posts one Run Command for each claim. One node's failure never touches another's; where Azure throttles the region, all that were not posted yet
 * are deferred.
 *
 * @param deferUntil - when what is deferred has to begin; without it, a node on which somebody else's run is in progress, or that is throttled by
 *   itself, or whose turn came too late, is given up with that as its reason.
 * @param answered - is told of each start that is not deferred, as soon as that is known.
 */
export async function postRuns(
  services: Services,
  place: Place,
  claims: readonly ClaimedNode[],
  deferUntil: Date | undefined,
  answered: (node: string, start: Started) => void,
): Promise<Posted> {
  const { settings, arm, now } = services;
  const compute = arm.computeOnce(place.subscriptionId);
  const limit = pLimit(CONCURRENT_POSTS);
  const { watch, sizes } = seenIn(services, place);
  const throttled = new Map<string, number>();
  let spareFor = 0;
  const told = (remaining: string | undefined) => {
    spareFor = Math.max(spareFor, secondsToSpare(remaining, sizes));
  };
  const start = async ({ facts, claim }: ClaimedNode): Promise<Started> => {
    const { nonce } = claim;
    if (watch.regionSeconds(now()) !== undefined) return { nonce, status: 'deferred' };
    const fault = explainTarget(facts.resourceId, place);
    if (fault !== undefined) return { nonce, status: 'ended', verdict: inconclusive('ProberError', fault) };
    if (isTooLateToPost(claim, now()))
      return deferUntil === undefined
        ? { nonce, status: 'ended', verdict: inconclusive('ProberError', 'the starts of others took so long that this one came too late') }
        : { nonce, status: 'deferred' };
    try {
      const script = composeScript(nonce, settings.EGRESS_ENDPOINTS, facts.os);
      const poller = await startRun(compute, parseTarget(facts.resourceId)!, facts.os, script, told);
      watch.answered(facts.resourceId);
      return { nonce, status: 'polling', poller };
    } catch (error) {
      if (isRestError(error) && error.statusCode === 429) {
        const seconds = retryAfterSeconds(error);
        throttled.set(facts.node, seconds);
        watch.throttled(facts.resourceId, seconds, now());
        return { nonce, status: 'deferred' };
      }
      watch.answered(facts.resourceId);
      const verdict = refusalOf(error, facts.skipped === 'Creating');
      return deferUntil !== undefined && verdict.reason === 'NodeBusy'
        ? { nonce, status: 'deferred' }
        : { nonce, status: 'ended', verdict };
    }
  };
  const started = new Map<string, Started>();
  const keep = (node: string, made: Started) => {
    started.set(node, made);
    if (made.status !== 'deferred') answered(node, made);
  };
  await Promise.all(claims.map((row) => limit(async () => keep(row.facts.node, await start(row)))));
  const throttledFor = watch.regionSeconds(now());
  let nodeThrottledFor = 0;
  for (const [node, seconds] of throttledFor === undefined ? throttled : []) {
    if (deferUntil !== undefined && now().getTime() + seconds * 1000 < deferUntil.getTime())
      nodeThrottledFor = Math.max(nodeThrottledFor, seconds);
    else
      keep(node, {
        nonce: started.get(node)!.nonce,
        status: 'ended',
        verdict: inconclusive('Throttled', 'Azure throttles requests to this node alone'),
      });
  }
  return { started, throttledFor, nodeThrottledFor, spareFor };
}
