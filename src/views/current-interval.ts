import { STALE_AFTER_INTERVALS } from '../history/node-state.ts';
import { nextOccurrence, previousOccurrence } from '../model/schedule.ts';
import type { Services } from '../services.ts';

let latest = { schedule: '', from: 0, to: 0 };

/** Milliseconds between the occurrences of the schedule before and after now. Computed once an interval, since parsing the schedule is slow. */
export function currentIntervalMs({ settings, now }: Services): number {
  const time = now();
  const schedule = settings.SWEEP_SCHEDULE;
  if (latest.schedule !== schedule || time.getTime() < latest.from || time.getTime() >= latest.to) {
    const from = previousOccurrence(schedule, time);
    latest = { schedule, from: from.getTime(), to: nextOccurrence(schedule, from).getTime() };
  }
  return latest.to - latest.from;
}

/** The time, in epoch milliseconds, before which a verdict or an assessment is too old to count. */
export function staleBefore(services: Services, at: Date = services.now()): number {
  return at.getTime() - STALE_AFTER_INTERVALS * currentIntervalMs(services);
}
