import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { REQUEST_TIMEOUT_MS } from '../../azure/arm-pipeline.ts';
import { type SeenSizes, secondsToSpare } from '../../azure/compute-budget.ts';
import { wasNeverSent } from '../../azure/failure.ts';
import { retryAfterSeconds } from '../../azure/retry-after.ts';
import type { Bucket } from '../../model/pace.ts';
import { parseTarget } from '../../model/resource-id.ts';
import type { Started } from '../../model/start.ts';
import { inconclusive, type Verdict } from '../../model/verdict.ts';
import { refusalOf } from '../../probe/classify-azure.ts';
import { requestIdOf } from '../../probe/request-id.ts';
import { startRun } from '../../probe/run-command.ts';
import { composeScript } from '../../probe/script.ts';
import type { Services } from '../../services.ts';
import type { ClaimedNode } from './claim.ts';
import { canWaitFor, decidePost, decideRefusal, type Place, type Until } from './decide-post.ts';
import { requestPrefixOf } from './request-prefix.ts';
import { type ThrottlingWatch, watchThrottling } from './watch-throttling.ts';

/** As many as polls: the pace of a region is kept by the slots of slices, not by this. */
export const CONCURRENT_POSTS = 25;

/** The results of posting runs. */
export interface Posted {
  started: Map<string, Started>;
  /** For how many seconds Azure throttles the region; undefined if it does not. */
  throttledFor?: number;
  /** The longest time in seconds for which a single node is throttled alone; 0 if none is. */
  nodeThrottledFor: number;
  /** For how many seconds no runs should be started in the region, because little is left of the budget that is shared with AKS. */
  spareFor: number;
  /** Why requests could not be sent, if they could not. */
  unsent: Verdict | undefined;
}

/** What this process knows about throttling in a subscription and region. */
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

/**
 * Posts one Run Command for each claim. A failure of one node does not affect others. If Azure throttles the region, all that were not posted yet
 * are deferred.
 *
 * @param until - the times before which deferred nodes must begin. Without them, a node that is busy with somebody else's run, that is throttled
 *   alone, or whose start came too late or could not be sent is given up with that reason.
 * @param onStarted - called for each start that is not deferred, as soon as it is known.
 */
export async function postRuns(
  services: Services,
  place: Place,
  claims: readonly ClaimedNode[],
  until: Until,
  onStarted: (node: string, start: Started) => void,
): Promise<Posted> {
  const { settings, arm, egressPlaces, now } = services;
  const { deferUntil } = until;
  // All of a slice are of one sweep. Without it nothing is posted: a run under another ID would look like a stranger's.
  const requests = claims[0] === undefined ? '' : await requestPrefixOf(services, claims[0].claim.sweep);
  const compute = await arm.computeOnce(place.subscriptionId);
  const limit = pLimit(CONCURRENT_POSTS);
  const { watch, sizes } = seenIn(services, place);
  const throttled = new Map<string, number>();
  let spareFor = 0;
  let unsent: Verdict | undefined;
  const onRemaining = (remaining: string | undefined) => {
    spareFor = Math.max(spareFor, secondsToSpare(remaining, sizes));
  };
  const start = async ({ facts, claim }: ClaimedNode): Promise<Started> => {
    const { nonce } = claim;
    const isThrottled = watch.regionSeconds(now()) !== undefined;
    const before = { place, isThrottled, deferUntil, requestMs: REQUEST_TIMEOUT_MS, now: now() };
    const decided = decidePost(facts, claim, before);
    if (decided !== undefined) return decided;
    // What kept one request from being sent keeps the others of this slice: each would only take its time to fail.
    if (unsent !== undefined) return decideRefusal(claim, unsent, true, until);
    try {
      const script = composeScript(nonce, await egressPlaces(), facts.os, settings.PROBE_SERVED);
      const poller = await startRun(compute, parseTarget(facts.resourceId)!, facts.os, script, requestIdOf(requests, nonce), onRemaining);
      watch.answered(facts.resourceId);
      return { nonce, status: 'polling', poller };
    } catch (error) {
      if (isRestError(error) && error.statusCode === 429) {
        const seconds = retryAfterSeconds(error);
        throttled.set(facts.node, seconds);
        watch.throttled(facts.resourceId, seconds, now());
        return { nonce, status: 'deferred' };
      }
      const neverSent = wasNeverSent(error);
      if (!neverSent) watch.answered(facts.resourceId);
      const verdict = refusalOf(error, facts.skipped === 'Creating');
      if (neverSent) unsent = verdict;
      return decideRefusal(claim, verdict, neverSent, until);
    }
  };
  const started = new Map<string, Started>();
  const keep = (node: string, made: Started) => {
    started.set(node, made);
    if (made.status !== 'deferred') onStarted(node, made);
  };
  await Promise.all(claims.map((row) => limit(async () => keep(row.facts.node, await start(row)))));
  const throttledFor = watch.regionSeconds(now());
  let nodeThrottledFor = 0;
  for (const [node, seconds] of throttledFor === undefined ? throttled : []) {
    if (canWaitFor(seconds, deferUntil, now())) nodeThrottledFor = Math.max(nodeThrottledFor, seconds);
    else
      keep(node, {
        nonce: started.get(node)!.nonce,
        status: 'ended',
        verdict: inconclusive('Throttled', 'Azure throttles requests to this node alone'),
      });
  }
  return { started, throttledFor, nodeThrottledFor, spareFor, unsent };
}
