import type { NodeFacts } from '../model/node.ts';
import { comesOrGoes } from '../model/reasons.ts';

/** How long nodes are left alone after they were made, started or reimaged. */
export interface Grace {
  now: Date;
  minutes: number;
}

const isOver = (since: string, { now, minutes }: Grace) => !(now.getTime() - Date.parse(since) < minutes * 60_000);

/**
 * Gives a node that runs again, or runs another image, the same time to start as a new one. Its age says nothing of that. Pure.
 *
 * @param before - what was known of it.
 * @param facts - what the listing says of it now.
 */
export function withGrace(before: NodeFacts, facts: NodeFacts, grace: Grace): NodeFacts {
  if (facts.skipped !== undefined) return facts;
  const isReimaged = before.image !== undefined && facts.image !== undefined && before.image !== facts.image;
  const wasStopped = before.skipped !== undefined && before.skipped !== 'TooYoung' && comesOrGoes(before.skipped);
  const begins = wasStopped || isReimaged;
  const runningSince = begins ? grace.now.toISOString() : before.runningSince;
  if (runningSince === undefined || isOver(runningSince, grace)) return facts;
  return { ...facts, runningSince, skipped: 'TooYoung' };
}
