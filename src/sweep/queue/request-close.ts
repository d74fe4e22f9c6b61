import { intervalAfter } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import { putNextClose, type SweepRows } from '../../tables/sweep-rows.ts';
import type { QueueContext } from './work-queue.ts';

const USUAL_SECONDS = 15;
/** A cluster that was finalized just now is assessed in less, as a rule. */
const SOON_SECONDS = 3;
/** After the last time to collect a sweep: a `close-sweep` that fails each time is given up then, and no new one takes its place. */
const TRIED_FOR_MS = 3600_000;

/** Seconds from one `close-sweep` of a sweep to the next, fewer where sweeps are short. */
export function closeEverySeconds({ SWEEP_SCHEDULE }: Settings, sweep: string): number {
  return Math.min(USUAL_SECONDS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 6000);
}

/**
 * Enqueues the next `close-sweep` of a sweep.
 *
 * @param soon - whether nothing is missing any more but assessments that were requested just now.
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
 * Enqueues the next `close-sweep` before this one does anything else, since a process that dies in it must not leave the sweep unattended.
 * However many of these messages there are, one at a time enqueues the next.
 *
 * @param nextCloseBy - until when another one has done so.
 * @param lastRun - when all that was started has been collected.
 */
export async function ensureNextClose(
  services: QueueContext,
  sweep: string,
  { nextCloseBy }: Pick<SweepRows, 'nextCloseBy'>,
  lastRun: Date,
): Promise<void> {
  const { settings, tables, now } = services;
  if (nextCloseBy > now().toISOString() || now().getTime() > lastRun.getTime() + TRIED_FOR_MS) return;
  await requestClose(services, sweep);
  // Half of the time: the next one, however early it is delivered, must find that it is its turn to do this.
  const until = new Date(now().getTime() + (closeEverySeconds(settings, sweep) * 1000) / 2).toISOString();
  await putNextClose(tables, sweep, until);
}
