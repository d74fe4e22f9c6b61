import { formatSweepId, nextOccurrence, previousOccurrence } from './schedule.ts';

const LONGEST_GRACE_MS = 30_000;
const LONGEST_EARLY_MS = 60_000;

/** How long after it is due the message of a stand-in may be delivered, in milliseconds: sweeps that start each other go on after such a stop of the app. */
export const STAND_IN_KEPT_MS = 3600_000;

/** The occurrence of the schedule to which a sweep belongs: itself, or for one that a person started, the one before it. Pure. */
export function occurrenceOf({ SWEEP_SCHEDULE }: { SWEEP_SCHEDULE: string }, sweep: string): string {
  return formatSweepId(previousOccurrence(SWEEP_SCHEDULE, new Date(sweep)));
}

/** The number of a sweep's occurrence, which increases by one with each interval. Pure. */
export function occurrenceNumber({ SWEEP_SCHEDULE }: { SWEEP_SCHEDULE: string }, sweep: string): number {
  const occurrence = previousOccurrence(SWEEP_SCHEDULE, new Date(sweep)).getTime();
  return Math.round(occurrence / (nextOccurrence(SWEEP_SCHEDULE, new Date(occurrence)).getTime() - occurrence));
}

/**
 * How long after it is due a sweep is left to the timer before another starter stands in, in milliseconds: 30 s, or half of a shorter interval. Timers
 * fire within seconds, and late ones leave a row as soon as they do.
 */
export function timerGraceMs(expression: string, occurrence: Date): number {
  return Math.min(LONGEST_GRACE_MS, (nextOccurrence(expression, occurrence).getTime() - occurrence.getTime()) / 2);
}

/** The sweep that a stand-in asks for at a time: the latest, or the next if that is so near that the timer's grace would reach into it. Pure. */
export function sweepToStandInFor(expression: string, now: Date): { sweep: string; due: Date } {
  const latest = previousOccurrence(expression, now);
  const next = nextOccurrence(expression, latest);
  const grace = timerGraceMs(expression, latest);
  const isNear = next.getTime() - now.getTime() <= grace;
  const from = isNear ? next.getTime() : now.getTime();
  return { sweep: formatSweepId(isNear ? next : latest), due: new Date(from + grace) };
}

/** What the message of a stand-in finds when it is delivered: its sweep may start, is not due yet, or is not one that may start now or later. */
export type Turn = { is: 'now' } | { is: 'later'; due: Date } | { is: 'gone' };

/**
 * Judges whether the sweep of a stand-in may start. It is gone where its successor is due, and where the schedule was changed, so that it is no
 * occurrence any more or not the next one. Pure.
 */
export function turnOf(expression: string, sweep: string, now: Date): Turn {
  const occurrence = new Date(sweep);
  const isOne = previousOccurrence(expression, occurrence).getTime() === occurrence.getTime();
  if (!isOne || now >= nextOccurrence(expression, occurrence) || occurrence > nextOccurrence(expression, now)) return { is: 'gone' };
  const due = new Date(occurrence.getTime() + timerGraceMs(expression, occurrence));
  return now < due ? { is: 'later', due } : { is: 'now' };
}

/**
 * Whether sweeps are not being started: two occurrences have come since the newest one, that of now included. Pure.
 *
 * @param newest - the newest sweep, or the time since when there is none.
 */
export function areSweepsMissing(expression: string, newest: string, now: Date): boolean {
  const latest = previousOccurrence(expression, now);
  return new Date(newest) < previousOccurrence(expression, new Date(latest.getTime() - 1000));
}

/**
 * The id of a sweep that a person starts: the present second. Less than min(60 s, interval / 4) before the next occurrence it is that one, begun early:
 * a sweep of its own would have to end before it could ask anybody. Pure.
 */
export function sweepByHand(expression: string, now: Date): { sweep: string; isEarly: boolean } {
  const latest = previousOccurrence(expression, now);
  const next = nextOccurrence(expression, latest);
  const isEarly = next.getTime() - now.getTime() < Math.min(LONGEST_EARLY_MS, (next.getTime() - latest.getTime()) / 4);
  return { sweep: formatSweepId(isEarly ? next : now), isEarly };
}
