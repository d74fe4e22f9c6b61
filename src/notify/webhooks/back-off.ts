const FIRST_SECONDS = 5;
const FACTOR = 3;

/** For how long an event is tried. */
export const TRIED_MS = 24 * 3_600_000;

/** The longest wait for a webhook that takes nothing: one event asks for all, so that a recovery shows within minutes. */
export const LONGEST_CLOSED_SECONDS = 300;

/** The longest wait for an event that a webhook refuses, and whatever `Retry-After` says. */
export const LONGEST_SECONDS = 3600;

/** Seconds after which to try again: 5, 15, 45, 135 and so on. Pure. */
export function backOffSeconds(failures: number, longest: number): number {
  return Math.min(longest, FIRST_SECONDS * FACTOR ** Math.max(0, failures - 1));
}

/** The same, with what the receiver asked for. Pure. */
export function waitSeconds(failures: number, longest: number, askedMs = 0): number {
  return Math.min(LONGEST_SECONDS, Math.max(backOffSeconds(failures, longest), Math.ceil(askedMs / 1000)));
}
