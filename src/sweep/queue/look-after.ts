import { intervalAfter } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import { putPromise, type SweepRows } from '../../tables/sweep-rows.ts';
import type { QueueContext } from './work-queue.ts';

const USUAL_SECONDS = 15;
/** A cluster that was sealed just now is assessed in less, as a rule. */
const SOON_SECONDS = 3;
/** After the last time to collect a sweep: a look that fails each time is given up then, and no new one takes its place. */
const LOOKED_AT_FOR_MS = 3600_000;

/** Seconds between two looks at a sweep, fewer where sweeps are short. */
export function lookSeconds({ SWEEP_SCHEDULE }: Settings, sweep: string): number {
  return Math.min(USUAL_SECONDS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 6000);
}

/**
 * Has a sweep looked at.
 *
 * @param soon - whether nothing is missing any more but assessments that were asked for just now.
 */
export async function sendLook({ settings, queue }: Pick<QueueContext, 'settings' | 'queue'>, sweep: string, soon = false): Promise<void> {
  const usual = lookSeconds(settings, sweep);
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: soon ? Math.min(SOON_SECONDS, usual) : usual });
}

/**
 * Has a sweep looked at again before anything else is done for it: a process that dies over this look must not leave the sweep to itself.
 * However many messages ask for looks, one at a time promises the next.
 *
 * @param lastRun - when all that was started has been collected.
 */
export async function promiseNextLook(
  services: QueueContext,
  sweep: string,
  { promisedUntil }: Pick<SweepRows, 'promisedUntil'>,
  lastRun: Date,
): Promise<void> {
  const { settings, tables, now } = services;
  if (promisedUntil > now().toISOString() || now().getTime() > lastRun.getTime() + LOOKED_AT_FOR_MS) return;
  await sendLook(services, sweep);
  // Half of the time: the one that was promised must find that it is its turn, however early it is delivered.
  const until = new Date(now().getTime() + (lookSeconds(settings, sweep) * 1000) / 2).toISOString();
  await putPromise(await tables.open('sweeps'), sweep, until);
}
