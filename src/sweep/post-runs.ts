import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { parseTarget } from '../fleet/resource-id.ts';
import { unknownFrom } from '../probe/classify-azure.ts';
import { startRun } from '../probe/run-command.ts';
import { composeScript } from '../probe/script.ts';
import type { Services } from '../services.ts';
import type { Started } from '../tables/poller-rows.ts';
import type { ClaimedNode } from './claim.ts';
import { retryAfterSeconds } from './retry-after.ts';

const CONCURRENT_POSTS = 16;

/** How the starts went, by node, and for how many seconds Azure throttles, if it does. */
export interface Posted {
  started: Map<string, Started>;
  throttledFor?: number;
}

/** Posts one Run Command for each claim. One node's failure never touches another's; a 429 puts off all that were not posted yet. */
export async function postRuns(services: Services, subscriptionId: string, claims: readonly ClaimedNode[]): Promise<Posted> {
  const { settings, arm } = services;
  const compute = arm.computeOnce(subscriptionId);
  const limit = pLimit(CONCURRENT_POSTS);
  let throttledFor: number | undefined;
  const start = async ({ facts, flight }: ClaimedNode): Promise<Started> => {
    const { nonce } = flight;
    if (throttledFor !== undefined) return { nonce, status: 'moved' };
    const target = parseTarget(facts.resourceId);
    if (target === undefined || target.subscriptionId !== subscriptionId)
      return {
        nonce,
        status: 'ended',
        verdict: {
          verdict: 'unknown',
          reason: 'ProberError',
          message: `the row of the node holds no resource ID of its subscription: "${facts.resourceId}"`,
        },
      };
    try {
      return {
        nonce,
        status: 'polling',
        poller: await startRun(compute, target, facts.os, composeScript(nonce, settings.EGRESS_ENDPOINTS, facts.os)),
      };
    } catch (error) {
      if (isRestError(error) && error.statusCode === 429) {
        throttledFor = Math.max(throttledFor ?? 0, retryAfterSeconds(error));
        return { nonce, status: 'moved' };
      }
      return { nonce, status: 'ended', verdict: unknownFrom(error) };
    }
  };
  const started = new Map<string, Started>();
  await Promise.all(claims.map((row) => limit(async () => started.set(row.facts.node, await start(row)))));
  return { started, throttledFor };
}
