import { Cron } from 'croner';

let lastOpened: { expression: string; cron: Cron } | undefined;

/** Parses an expression. The last one is kept: an app has one schedule, each result asks for it, and parsing it allocates 50 KB. */
function open(expression: string): Cron {
  // By the offset: a time zone by its name, even UTC, makes Node load its calendars, 8 MB and 30 ms.
  if (lastOpened?.expression !== expression)
    lastOpened = { expression, cron: new Cron(expression, { utcOffset: 0, domAndDow: true, paused: true }) };
  return lastOpened.cron;
}

/**
 * Finds what is wrong with an NCRONTAB expression as Azure Functions reads it: six fields, seconds first; both day fields must match;
 * no `?`, `L`, `W`, `#`, and no 7 for Sunday.
 *
 * @returns one sentence, or undefined if the expression is valid.
 */
export function explainScheduleFault(expression: string): string | undefined {
  const describe = (problem: string) =>
    `expected an NCRONTAB schedule {second} {minute} {hour} {day} {month} {day of week}, such as "0 */5 * * * *", got "${expression}": ${problem}`;
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) return describe(`it has ${fields.length} field${fields.length === 1 ? '' : 's'}`);
  const [, , , day = '', , dayOfWeek = ''] = fields;
  const foreign = /[?#@+]/.exec(expression) ?? /[LW]/i.exec(day) ?? /L/i.exec(dayOfWeek);
  if (foreign !== null) return describe(`"${foreign[0]}" is not known to NCRONTAB`);
  if (dayOfWeek.split(/[,-]/).some((part) => Number(part.split('/')[0]) === 7)) return describe('7 is no day of the week, Sunday is 0');
  try {
    return open(expression).nextRun() === null ? describe('it never occurs') : undefined;
  } catch (error) {
    return describe((error as Error).message);
  }
}

/**
 * The first occurrence of a schedule after a time.
 *
 * @throws Error if there is none.
 */
export function nextOccurrence(expression: string, after: Date): Date {
  const next = open(expression).nextRun(after);
  if (next === null) throw new Error(`the schedule "${expression}" has no occurrence after ${after.toISOString()}`);
  return next;
}

/** When the sweep after this one is due. */
export function endOf({ SWEEP_SCHEDULE }: { SWEEP_SCHEDULE: string }, sweep: string): Date {
  return nextOccurrence(SWEEP_SCHEDULE, new Date(sweep));
}

const LATE_MS = 120_000;

/** After this time no work of a sweep is begun. Until then, late work is still planned or tallied. */
export function lastStart(settings: { SWEEP_SCHEDULE: string }, sweep: string): Date {
  return new Date(endOf(settings, sweep).getTime() + LATE_MS);
}

/**
 * The latest occurrence of a schedule at or before a time.
 *
 * @throws Error if there is none.
 */
export function previousOccurrence(expression: string, at: Date): Date {
  // croner searches strictly before its reference, in whole seconds.
  const [latest] = open(expression).previousRuns(1, new Date(Math.floor(at.getTime() / 1000) * 1000 + 1000));
  if (latest === undefined) throw new Error(`the schedule "${expression}" had no occurrence before ${at.toISOString()}`);
  return latest;
}

/** Milliseconds from an occurrence to the next one. */
export function intervalAfter(expression: string, occurrence: Date): number {
  return nextOccurrence(expression, occurrence).getTime() - occurrence.getTime();
}

/** Milliseconds between the occurrences before and after a time. */
export function intervalAt(expression: string, moment: Date): number {
  return intervalAfter(expression, previousOccurrence(expression, moment));
}

/**
 * The id of the sweep that a run of the timer starts: the schedule's occurrence nearest to now, since timers fire early as well as late.
 * A run that is past due starts the latest occurrence before now, or none if the next is less than min(60 s, interval / 4) away.
 *
 * @returns the sweep's id (ISO 8601, whole seconds, UTC), or undefined if this run must be skipped.
 */
export function sweepIdAt(expression: string, now: Date, isPastDue: boolean): string | undefined {
  const before = previousOccurrence(expression, now);
  const next = nextOccurrence(expression, now);
  const untilNext = next.getTime() - now.getTime();
  if (isPastDue) {
    const soon = Math.min(60_000, (next.getTime() - before.getTime()) / 4);
    return untilNext < soon ? undefined : formatSweepId(before);
  }
  return formatSweepId(untilNext < now.getTime() - before.getTime() ? next : before);
}

/** How long a sweep waits before work that has left no trace counts as missing, at least. */
export const MISSING_AFTER_MS = 60_000;
/** How far the clocks of two instances may differ. */
export const SKEW_MS = 120_000;
const DAY_MS = 86_400_000;

/** Whether a sweep id is an occurrence of the schedule: one of the last day, the one before these, or the next one if the timer may fire for it now. */
export function isOccurrence({ SWEEP_SCHEDULE }: { SWEEP_SCHEDULE: string }, sweep: string, now: Date): boolean {
  const at = new Date(sweep);
  if (at < previousOccurrence(SWEEP_SCHEDULE, new Date(now.getTime() - DAY_MS))) return false;
  const latest = sweepIdAt(SWEEP_SCHEDULE, new Date(now.getTime() + SKEW_MS), false)!;
  return at <= new Date(latest) && previousOccurrence(SWEEP_SCHEDULE, at).getTime() === at.getTime();
}

/** Formats an occurrence as a sweep id, e.g. `2026-11-21T09:35:00Z`. */
export function formatSweepId(occurrence: Date): string {
  return occurrence.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
