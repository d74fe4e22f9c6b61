import { endOf, intervalAfter, SKEW_MS } from '../../model/schedule.ts';
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

/** Seconds that lie between two looks at a sweep at most. */
function mostSeconds({ SWEEP_SCHEDULE }: Pick<Settings, 'SWEEP_SCHEDULE'>, sweep: string): number {
  return Math.min(LONGEST_SECONDS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 6000);
}

/** Seconds from one `close-sweep` of a sweep to the next as a rule: 20 to 45, the longer the sweep takes, or fewer if the interval is short. Pure. */
export function closeEverySeconds(settings: Pick<Settings, 'SWEEP_SCHEDULE'>, sweep: string, now: Date): number {
  const elapsedSeconds = (now.getTime() - Date.parse(sweep)) / 1000;
  return Math.min(Math.max(USUAL_SECONDS, elapsedSeconds * SHARE_OF_ELAPSED), mostSeconds(settings, sweep));
}

/**
 * Seconds until the next `close-sweep` of a sweep: at its end at the latest, since the next sweep is asked for then. Pure.
 *
 * @param firstEnd - when the first of its clusters should have all its results, if that is known: there is little to see before.
 */
export function nextCloseSeconds(settings: Pick<Settings, 'SWEEP_SCHEDULE'>, sweep: string, now: Date, firstEnd?: Date): number {
  const secondsUntil = (time: Date) => (time.getTime() - now.getTime()) / 1000;
  const isAhead = firstEnd !== undefined && firstEnd > now;
  const wanted = isAhead ? Math.max(USUAL_SECONDS, secondsUntil(firstEnd) + RESULTS_SECONDS) : closeEverySeconds(settings, sweep, now);
  const left = secondsUntil(endOf(settings, sweep));
  return Math.min(wanted, mostSeconds(settings, sweep), left > 0 ? Math.max(1, left) : LONGEST_SECONDS);
}

/**
 * Enqueues the next `close-sweep` of a sweep.
 *
 * @param soon - whether only assessments are missing that were requested just now.
 * @param firstEnd - see `nextCloseSeconds`.
 */
export async function requestClose(
  { settings, queue, now }: Pick<QueueContext, 'settings' | 'queue' | 'now'>,
  sweep: string,
  soon = false,
  firstEnd?: Date,
): Promise<void> {
  const usual = nextCloseSeconds(settings, sweep, now(), firstEnd);
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
  const delay = nextCloseSeconds(settings, sweep, now(), firstEnd) * 1000;
  // A time further ahead than any of ours would leave the sweep without its end.
  const isTaken =
    nextCloseBy > now().toISOString() && !(Date.parse(nextCloseBy) - now().getTime() > mostSeconds(settings, sweep) * 1000 + SKEW_MS);
  if (isTaken || now().getTime() > lastRun.getTime() + TRIED_FOR_MS) return;
  await requestClose(services, sweep, false, firstEnd);
  // Half of the delay, so that the next message enqueues its successor even if it is delivered early.
  const until = new Date(now().getTime() + delay / 2).toISOString();
  await putNextClose(tables, sweep, until);
}
