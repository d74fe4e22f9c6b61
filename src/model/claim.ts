import * as z from '../zod.ts';
import { SKEW_MS } from './schedule.ts';

/** A claim: the one run that a node may have at any time. */
export const claim = z.object({
  /** The name of the slice's run, the same on every delivery of its message. */
  id: z.string(),
  nonce: z.string(),
  sweep: z.string(),
  startedAt: z.string(),
  /** After this time the run is not collected any more. */
  until: z.string(),
  /** Set once the run was recorded as timed out; its poller is kept, and polled once in each sweep. */
  overdue: z.optional(z.boolean()),
});
export type Claim = z.output<typeof claim>;

/** How many seconds late a collection may be. */
export const COLLECT_GRACE_SECONDS = 120;

/** After this time a claim without a recorded start counts as lost: the process that made it has crashed. */
export const START_LOST_MS = 60_000;

/** Until when a probe that starts now may be collected. Its claim is kept until then, and longer if no collection ends it. */
export function collectUntil({ PROBE_DEADLINE_SECONDS }: { PROBE_DEADLINE_SECONDS: number }, now: Date): Date {
  return new Date(now.getTime() + (PROBE_DEADLINE_SECONDS + COLLECT_GRACE_SECONDS) * 1000);
}

/** The longest that a claim can be valid: the longest `PROBE_DEADLINE_SECONDS`, its grace, and clocks that differ. */
const LONGEST_MS = (600 + COLLECT_GRACE_SECONDS) * 1000 + SKEW_MS;

/**
 * Whether it is too late to collect a probe in the ordinary way. Its run may still be in progress on the node. A claim that is valid for longer than any
 * can be is none of ours, and must not keep the node from being probed.
 */
export function isOverdue({ overdue, until }: Claim, now: Date): boolean {
  const left = Date.parse(until) - now.getTime();
  return overdue === true || !(left > 0) || left > LONGEST_MS;
}
