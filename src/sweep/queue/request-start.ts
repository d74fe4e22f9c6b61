import { STAND_IN_KEPT_MS, sweepToStandInFor, timerGraceMs } from '../../model/occurrences.ts';
import { endOf, formatSweepId, lastStart } from '../../model/schedule.ts';
import type { StandIn, Starter } from '../../model/starter.ts';
import { insertRequest, isRequested } from '../../tables/sweep-requests.ts';
import { faultPoint } from './fault-point.ts';
import type { QueueContext } from './work-queue.ts';

const CHECKED_AFTER_SECONDS = 60;
/** A stand-in that is due later comes back after this time, so that a change of the schedule meanwhile is noticed; a queue holds a message back for 7 days at most. */
const LONGEST_DELAY_MS = 3600_000;

const earlier = (a: Date, b: Date) => (a < b ? a : b);

/**
 * Sends the start of a sweep, and behind it a `close-sweep`: if the process crashes during the start and its message is lost, that sends it again.
 *
 * @param until - the latest time to begin.
 * @param due - when to begin; at once by default.
 */
export async function sendStart(
  { settings, queue, now }: QueueContext,
  sweep: string,
  starter: Starter,
  until: Date,
  due: Date = now(),
): Promise<void> {
  const delaySeconds = Math.max(0, (due.getTime() - now().getTime()) / 1000);
  await queue.send({ kind: 'start-sweep', sweep, starter }, { delaySeconds, deadline: until });
  const deadline = earlier(lastStart(settings, sweep), new Date(due.getTime() + STAND_IN_KEPT_MS));
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: delaySeconds + CHECKED_AFTER_SECONDS, deadline });
}

/** Sends the start of a sweep by a stand-in for when it is due, or if that is far away, to come back in an hour. */
export async function sendStandIn(services: QueueContext, sweep: string, starter: StandIn, due: Date): Promise<void> {
  const { queue, now } = services;
  const until = (from: Date) => new Date(from.getTime() + STAND_IN_KEPT_MS);
  const soon = new Date(now().getTime() + LONGEST_DELAY_MS);
  if (due <= soon) return sendStart(services, sweep, starter, until(due), due);
  await queue.send({ kind: 'start-sweep', sweep, starter }, { delaySeconds: LONGEST_DELAY_MS / 1000, deadline: until(soon) });
}

/** Has a stand-in start a sweep unless the timer does, once. Sent before it is noted: twice does no harm, never would. */
async function requestStandIn(services: QueueContext, sweep: string, starter: StandIn, due: Date): Promise<void> {
  const { tables, now } = services;
  if (await isRequested(tables, sweep, starter)) return;
  await sendStandIn(services, sweep, starter, due);
  if (starter === 'close-sweep') faultPoint('close-sweep:next-start');
  await insertRequest(tables, sweep, starter, now().toISOString());
}

/** Has the sweep that is due now, or as soon as makes sense, started unless the timer does it within its grace. */
export async function requestPresent(services: QueueContext, starter: StandIn): Promise<void> {
  const { sweep, due } = sweepToStandInFor(services.settings.SWEEP_SCHEDULE, services.now());
  await requestStandIn(services, sweep, starter, due);
}

/** Has the sweep after this one started unless the timer does it within its grace: a timer that is frozen then costs no sweep. */
export async function requestNext(services: QueueContext, sweep: string): Promise<void> {
  const next = endOf(services.settings, sweep);
  const due = new Date(next.getTime() + timerGraceMs(services.settings.SWEEP_SCHEDULE, next));
  await requestStandIn(services, formatSweepId(next), 'close-sweep', due);
}
