import { z } from 'zod';

/** A claim: the one run that a node may have at any time. */
export const claim = z.object({
  /** The name of the slice's run, the same on every delivery of its message. */
  id: z.string(),
  nonce: z.string(),
  sweep: z.string(),
  startedAt: z.string(),
  /** Past it nobody will collect the run. */
  until: z.string(),
  /** Set once the run was folded as timed out; its poller is kept and asked once a sweep. */
  overdue: z.boolean().optional(),
});
export type Claim = z.output<typeof claim>;

/** Seconds that a collection may be late. */
export const COLLECT_GRACE_SECONDS = 120;

/** After so long a claim whose start nobody knows counts as lost, with the process that made it. */
export const START_LOST_MS = 60_000;

/** Until when a probe that starts now may be collected; its claim stands as long, and longer where no collection ends it. */
export function collectUntil({ PROBE_DEADLINE_SECONDS }: { PROBE_DEADLINE_SECONDS: number }, now: Date): Date {
  return new Date(now.getTime() + (PROBE_DEADLINE_SECONDS + COLLECT_GRACE_SECONDS) * 1000);
}

/** Whether a probe is past being collected in the ordinary way: its run may hold the node all the same. */
export function isOverdue({ overdue, until }: Claim, now: Date): boolean {
  return overdue === true || !(Date.parse(until) > now.getTime());
}
