/** One bucket of Compute's throttling: a subscription and a region. */
export interface Bucket {
  subscriptionId: string;
  region: string;
}

/** How far the starts in one bucket are planned; epoch milliseconds, 0 where nothing is. */
export interface Cursors {
  /** Advanced by sweeps. */
  nextFree: number;
  /** Advanced by confirmations and checks. */
  nextExtra: number;
  pausedUntil: number;
}

/** The moment from which nodes may be started. */
export interface Slot {
  at: Date;
  /** Whether throttling by Azure is the cause of a wait. */
  paused: boolean;
}

const SWEEP_SHARE = 0.8;

/** Milliseconds from one start to the next, of sweeps or of confirmations and checks. */
export const msPerStart = ({ STARTS_PER_MINUTE }: { STARTS_PER_MINUTE: number }, extra: boolean) =>
  60_000 / (STARTS_PER_MINUTE * (extra ? 1 - SWEEP_SHARE : SWEEP_SHARE));

/** How many nodes a sweep may start in one bucket between two moments. */
export function startsBetween(settings: { STARTS_PER_MINUTE: number }, from: Date, to: Date): number {
  // The first one may start at once.
  return Math.max(0, Math.ceil((to.getTime() - from.getTime()) / msPerStart(settings, false)));
}

/** Some starts that need a slot. */
export interface SlotRequest {
  /** How many runs are to start. */
  nodes: number;
  /** True for confirmations and checks, which have a fifth of the pace for themselves. */
  extra: boolean;
  /** When it would be too late. */
  before: Date;
}

/**
 * Finds the next free moment for some starts.
 *
 * @returns the slot, and the cursors once it is taken; without cursors where the slot would be too late, so that it costs nobody anything.
 */
export function nextSlot(
  cursors: Cursors,
  { nodes, extra, before }: SlotRequest,
  settings: { STARTS_PER_MINUTE: number },
  now: Date,
): { slot: Slot; cursors?: Cursors } {
  const cursor = extra ? 'nextExtra' : 'nextFree';
  const at = Math.max(now.getTime(), cursors[cursor], cursors.pausedUntil);
  const slot = { at: new Date(at), paused: cursors.pausedUntil > now.getTime() };
  if (at >= before.getTime()) return { slot };
  return { slot, cursors: { ...cursors, [cursor]: at + nodes * msPerStart(settings, extra) } };
}
