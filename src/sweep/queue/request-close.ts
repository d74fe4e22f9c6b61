import { intervalAfter, SKEW_MS } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import { putNextClose, type SweepRows } from '../../tables/sweep-rows.ts';
import type { QueueContext } from './work-queue.ts';

const USUAL_SECONDS = 20;
/** A sweep that takes long is looked at less often, in proportion: each look reads the rows of every cluster that is not finalized. */
const LONGEST_SECONDS = 45;
const SHARE_OF_ELAPSED = 0.3;
/** By which results come later than they are first asked for. */
const RESULTS_SECONDS = 5;
/** The last assessments of a sweep usually take less than this. */
const SOON_SECONDS = 3;
/** How long after the last collection a new `close-sweep` is still enqueued. Later, one that fails each time is given up and not replaced. */
const TRIED_FOR_MS = 3600_000;

/** Seconds until a time that is still to come. */
function secondsUntil(time: Date | undefined, now: Date): number | undefined {
  return time !== undefined && time > now ? (time.getTime() - now.getTime()) / 1000 + RESULTS_SECONDS : undefined;
}

/**
 * Seconds from one `close-sweep` of a sweep to the next: 20 to 45, the longer the sweep takes, or fewer if the interval is short or ends before: then the
 * next sweep is asked for. Pure.
 *
 * @param firstEnd - when the first of its clusters should have all its results, if that is known: there is little to see before.
 */
export function closeEverySeconds({ SWEEP_SCHEDULE }: Pick<Settings, 'SWEEP_SCHEDULE'>, sweep: string, now: Date, firstEnd?: Date): number {
  const elapsedSeconds = (now.getTime() - Date.parse(sweep)) / 1000;
  const usual = Math.max(USUAL_SECONDS, Math.min(LONGEST_SECONDS, secondsUntil(firstEnd, now) ?? elapsedSeconds * SHARE_OF_ELAPSED));
  const interval = intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 1000;
  const left = interval - elapsedSeconds;
  return Math.min(usual, interval / 6, left > 0 ? Math.max(1, left) : usual);
}

/**
 * Enqueues the next `close-sweep` of a sweep.
 *
 * @param soon - whether only assessments are missing that were requested just now.
 * @param firstEnd - see `closeEverySeconds`.
 */
export async function requestClose(
  { settings, queue, now }: Pick<QueueContext, 'settings' | 'queue' | 'now'>,
  sweep: string,
  soon = false,
  firstEnd?: Date,
): Promise<void> {
  const usual = closeEverySeconds(settings, sweep, now(), firstEnd);
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: soon ? Math.min(SOON_SECONDS, usual) : usual });
}

/**
 * Enqueues the next `close-sweep` before this one does anything else, so that a crash does not leave the sweep without one.
 * If there are several of these messages, only one at a time enqueues the next.
 *
 * @param nextCloseBy - the time until which another message has done so.
 * @param lastRun - the time by which every run of the sweep has been collected.
 */
export async function ensureNextClose(
  services: QueueContext,
  sweep: string,
  { nextCloseBy }: Pick<SweepRows, 'nextCloseBy'>,
  lastRun: Date,
  firstEnd?: Date,
): Promise<void> {
  const { settings, tables, now } = services;
  const every = closeEverySeconds(settings, sweep, now(), firstEnd) * 1000;
  // A time further ahead than any of ours would leave the sweep without its end.
  const isTaken = nextCloseBy > now().toISOString() && !(Date.parse(nextCloseBy) - now().getTime() > every + SKEW_MS);
  if (isTaken || now().getTime() > lastRun.getTime() + TRIED_FOR_MS) return;
  await requestClose(services, sweep, false, firstEnd);
  // Half of the delay, so that the next message enqueues its successor even if it is delivered early.
  const until = new Date(now().getTime() + every / 2).toISOString();
  await putNextClose(tables, sweep, until);
}
