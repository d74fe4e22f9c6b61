import { intervalAfter, SKEW_MS } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import { putNextClose, type SweepRows } from '../../tables/sweep-rows.ts';
import type { QueueContext } from './work-queue.ts';

const USUAL_SECONDS = 15;
/** The last assessments of a sweep usually take less than this. */
const SOON_SECONDS = 3;
/** How long after the last collection a new `close-sweep` is still enqueued. Later, one that fails each time is given up and not replaced. */
const TRIED_FOR_MS = 3600_000;

/** Seconds from one `close-sweep` of a sweep to the next: 15, or fewer if the interval is short. */
export function closeEverySeconds({ SWEEP_SCHEDULE }: Settings, sweep: string): number {
  return Math.min(USUAL_SECONDS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 6000);
}

/**
 * Enqueues the next `close-sweep` of a sweep.
 *
 * @param soon - whether only assessments are missing that were requested just now.
 */
export async function requestClose(
  { settings, queue }: Pick<QueueContext, 'settings' | 'queue'>,
  sweep: string,
  soon = false,
): Promise<void> {
  const usual = closeEverySeconds(settings, sweep);
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
): Promise<void> {
  const { settings, tables, now } = services;
  const every = closeEverySeconds(settings, sweep) * 1000;
  // A time further ahead than any of ours would leave the sweep without its end.
  const isTaken = nextCloseBy > now().toISOString() && !(Date.parse(nextCloseBy) - now().getTime() > every + SKEW_MS);
  if (isTaken || now().getTime() > lastRun.getTime() + TRIED_FOR_MS) return;
  await requestClose(services, sweep);
  // Half of the delay, so that the next message enqueues its successor even if it is delivered early.
  const until = new Date(now().getTime() + every / 2).toISOString();
  await putNextClose(tables, sweep, until);
}
