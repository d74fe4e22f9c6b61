/** How many of the runs that a first collection asked for had ended. */
export interface FirstCollection {
  done: number;
  of: number;
}

/** The share of runs that should have ended by the first collection. At 0.75, results of 15 to 60 s would come 3.75 s later in the median, at 0.7 1.5 s. */
const SHARE = 0.7;
/** Shares that chance alone explains for a few hundred runs. */
const ENOUGH = [0.65, 0.75] as const;
const SECONDS_PER_SHARE = 30;
const MOST_SECONDS = 4;

type Bounds = Record<'FIRST_COLLECT_SECONDS' | 'PROBE_DEADLINE_SECONDS', number>;

/** A learned delay within the settings: results are never asked for earlier than they say, nor later than in half of what a probe may take. Pure. */
export function collectAfter({ FIRST_COLLECT_SECONDS, PROBE_DEADLINE_SECONDS }: Bounds, learned: number | undefined): number {
  const longest = Math.max(FIRST_COLLECT_SECONDS, Math.floor(PROBE_DEADLINE_SECONDS / 2));
  return Math.min(longest, Math.max(FIRST_COLLECT_SECONDS, Math.round(learned ?? 0)));
}

/**
 * Moves the delay of first collections towards the 70th percentile of what runs take. It is known of a run only that it had ended by then, or not: the
 * delay grows where too few had, and shrinks where nearly all had. Pure.
 *
 * @param seconds - the delay with which these first collections were made.
 * @returns the next delay.
 */
export function learnDelay(seconds: number, { done, of }: FirstCollection): number {
  const share = done / of;
  if (of === 0 || (share >= ENOUGH[0] && share <= ENOUGH[1])) return seconds;
  const step = (SHARE - share) * SECONDS_PER_SHARE;
  return seconds + Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, step));
}
