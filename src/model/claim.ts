import { z } from 'zod';

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
  overdue: z.boolean().optional(),
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

/** Whether it is too late to collect a probe in the ordinary way. Its run may still be in progress on the node. */
export function isOverdue({ overdue, until }: Claim, now: Date): boolean {
  return overdue === true || !(Date.parse(until) > now.getTime());
}
