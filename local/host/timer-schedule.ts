import { explainScheduleFault, nextOccurrence, previousOccurrence } from '../../src/model/schedule.ts';

/** An NCRONTAB schedule, in UTC. */
export interface Schedule {
  /** First occurrence after the time given. */
  next(after: Date): Date;
  /** Last occurrence before the time given. */
  previous(before: Date): Date;
  /** Fires more than once in the minute after the time given, every minute: such timers keep no status. */
  isSubMinute(now: Date): boolean;
}

/**
 * Reads an NCRONTAB schedule.
 * @throws When the expression is invalid, or Azure would read it differently, or it never occurs.
 */
export function parseSchedule(expression: string): Schedule {
  const fault = explainScheduleFault(expression);
  if (fault !== undefined) throw new Error(fault);
  const next = (after: Date): Date => nextOccurrence(expression, after);
  const everyMinute = expression
    .trim()
    .split(/\s+/)
    .slice(1)
    .every((field) => field === '*');
  return {
    next,
    previous: (before) => previousOccurrence(expression, new Date(before.getTime() - 1)),
    isSubMinute: (now) => everyMinute && next(next(now)).getTime() - now.getTime() < 60_000,
  };
}
