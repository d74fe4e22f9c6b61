/** The scope of Compute's throttling: a subscription and a region. */
export interface Bucket {
  subscriptionId: string;
  region: string;
}

/** Up to when the starts in one bucket are planned, in epoch milliseconds; 0 if none is. */
export interface Cursors {
  /** Advanced by sweeps. */
  nextFree: number;
  /** Advanced by confirmations and checks. */
  nextExtra: number;
  pausedUntil: number;
  /** Seconds after which results are first asked for, as learned of this bucket; absent until then. */
  collectAfter?: number;
  /** Probes between sweeps that no node has been left out of a sweep for yet; absent where there are none. */
  lent?: number;
}

/** The time from which runs may be started. */
export interface Slot {
  at: Date;
  /** Whether the bucket is paused because Azure throttles. */
  paused: boolean;
}

const SWEEP_SHARE = 0.8;

/** Milliseconds from one start to the next: of sweeps, or with `extra`, of confirmations and checks. */
export const msPerStart = ({ STARTS_PER_MINUTE }: { STARTS_PER_MINUTE: number }, extra: boolean) =>
  60_000 / (STARTS_PER_MINUTE * (extra ? 1 - SWEEP_SHARE : SWEEP_SHARE));

/** How many runs a sweep may start in one bucket between two times. */
export function startsBetween(settings: { STARTS_PER_MINUTE: number }, from: Date, to: Date): number {
  // The first one may start at once.
  return Math.max(0, Math.ceil((to.getTime() - from.getTime()) / msPerStart(settings, false)));
}

/**
 * Finds the next free start slots of a bucket for several slices of a sweep, one after the other.
 *
 * @param sizes - the number of nodes of each slice.
 * @returns the slots of as many slices as begin in time, and the cursors after these are acquired.
 */
export function nextSlots(
  cursors: Cursors,
  sizes: readonly number[],
  before: Date,
  settings: { STARTS_PER_MINUTE: number },
  now: Date,
): { slots: Date[]; cursors?: Cursors } {
  const slots: Date[] = [];
  let after: Cursors | undefined;
  for (const nodes of sizes) {
    const next = nextSlot(after ?? cursors, { nodes, extra: false, before }, settings, now);
    if (next.cursors === undefined) break;
    slots.push(next.slot.at);
    after = next.cursors;
  }
  return { slots, cursors: after };
}

/** No plan of starts and no pause reaches further than this. */
const LONGEST_AHEAD_MS = 24 * 3_600_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Cursors without times so far ahead that none of ours can have written them: they would stop the bucket until then. Pure. */
export function believed({ nextFree, nextExtra, pausedUntil, lent }: Cursors, now: Date): Cursors {
  const within = (time: number, ms: number) => (time - now.getTime() <= ms ? time : 0);
  return {
    nextFree: within(nextFree, LONGEST_AHEAD_MS),
    nextExtra: within(nextExtra, LONGEST_AHEAD_MS),
    pausedUntil: within(pausedUntil, LONGEST_PAUSE_MS),
    ...(lent !== undefined && { lent }),
  };
}

/** A request for a start slot. */
export interface SlotRequest {
  /** How many runs are to start. */
  nodes: number;
  /** True for confirmations and checks, for which a fifth of the pace is reserved. */
  extra: boolean;
  /** True for rechecks, which take what sweeps leave of their part. */
  lends?: boolean;
  /** The slot must begin before this time. */
  before: Date;
}

/**
 * Finds the next free start slot of a bucket.
 *
 * @returns the slot, and the cursors after it is acquired; without cursors if the slot would be too late, so that nothing is acquired.
 */
export function nextSlot(
  cursors: Cursors,
  { nodes, extra, lends = false, before }: SlotRequest,
  settings: { STARTS_PER_MINUTE: number },
  now: Date,
): { slot: Slot; cursors?: Cursors } {
  const cursor = extra ? 'nextExtra' : 'nextFree';
  const at = Math.max(now.getTime(), cursors[cursor], cursors.pausedUntil);
  const slot = { at: new Date(at), paused: cursors.pausedUntil > now.getTime() };
  if (at >= before.getTime()) return { slot };
  const after = { ...cursors, [cursor]: at + nodes * msPerStart(settings, extra) };
  return { slot, cursors: lends ? { ...after, lent: (cursors.lent ?? 0) + nodes } : after };
}
