import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { secondsToSpare } from '../fleet/compute-budget.ts';
import { parseTarget } from '../fleet/resource-id.ts';
import { inconclusive } from '../probe/classify.ts';
import { unknownFrom } from '../probe/classify-azure.ts';
import { startRun } from '../probe/run-command.ts';
import { composeScript } from '../probe/script.ts';
import type { Services } from '../services.ts';
import type { Started } from '../tables/poller-rows.ts';
import type { ClaimedNode } from './claim.ts';
import { retryAfterSeconds } from './retry-after.ts';

const CONCURRENT_POSTS = 16;

/** How the starts went, by node. */
export interface Posted {
  started: Map<string, Started>;
  /** For how many seconds Azure throttles, if it does. */
  throttledFor?: number;
  /** For how many seconds the region should be left to others, as little is left of what all share. */
  spareFor: number;
}

/**
 * Posts one Run Command for each claim. One node's failure never touches another's; a 429 puts off all that were not posted yet.
 *
 * @param place - where the nodes must lie: their subscription and, where that is known, the node resource group of their cluster.
 * @param putOffBusy - whether a node on which somebody else's run is in progress is put off too, rather than given up.
 * @param answered - is told of each start that is not put off, as soon as it is answered.
 */
export async function postRuns(
  services: Services,
  { subscriptionId, nodeResourceGroup }: { subscriptionId: string; nodeResourceGroup?: string },
  claims: readonly ClaimedNode[],
  putOffBusy: boolean,
  answered: (node: string, start: Started) => void,
): Promise<Posted> {
  const { settings, arm } = services;
  const compute = arm.computeOnce(subscriptionId);
  const limit = pLimit(CONCURRENT_POSTS);
  let throttledFor: number | undefined;
  let spareFor = 0;
  const told = (remaining: string | undefined) => {
    spareFor = Math.max(spareFor, secondsToSpare(remaining));
  };
  const start = async ({ facts, flight }: ClaimedNode): Promise<Started> => {
    const { nonce } = flight;
    if (throttledFor !== undefined) return { nonce, status: 'moved' };
    const target = parseTarget(facts.resourceId);
    if (target === undefined || target.subscriptionId !== subscriptionId)
      return {
        nonce,
        status: 'ended',
        verdict: inconclusive('ProberError', `the row of the node holds no resource ID of its subscription: "${facts.resourceId}"`),
      };
    // Nothing is started on a machine that is no node, whoever wrote the row.
    if (nodeResourceGroup !== undefined && target.resourceGroup.toLowerCase() !== nodeResourceGroup.toLowerCase())
      return {
        nonce,
        status: 'ended',
        verdict: inconclusive(
          'ProberError',
          `the row of the node holds a resource ID outside the node resource group ${nodeResourceGroup} of its cluster: "${facts.resourceId}"`,
        ),
      };
    try {
      return {
        nonce,
        status: 'polling',
        poller: await startRun(compute, target, facts.os, composeScript(nonce, settings.EGRESS_ENDPOINTS, facts.os), told),
      };
    } catch (error) {
      if (isRestError(error) && error.statusCode === 429) {
        throttledFor = Math.max(throttledFor ?? 0, retryAfterSeconds(error));
        return { nonce, status: 'moved' };
      }
      const verdict = unknownFrom(error);
      return putOffBusy && verdict.reason === 'NodeBusy' ? { nonce, status: 'moved' } : { nonce, status: 'ended', verdict };
    }
  };
  const started = new Map<string, Started>();
  const startOne = async (row: ClaimedNode) => {
    const made = await start(row);
    started.set(row.facts.node, made);
    if (made.status !== 'moved') answered(row.facts.node, made);
  };
  await Promise.all(claims.map((row) => limit(() => startOne(row))));
  return { started, throttledFor, spareFor };
}
