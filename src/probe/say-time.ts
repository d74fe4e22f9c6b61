import { numberOf } from './facts.ts';

/** Milliseconds as seconds for people: `3 s`, `4.1 s`. */
export function secondsOf(ms: number): string {
  const tenths = Math.round(ms / 100);
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} s`;
}

/** A time in seconds since 1970 as people read it: `2026-11-20 15:52 UTC`; undefined if it is none. */
export function momentOf(epoch: string | undefined): string | undefined {
  const seconds = numberOf(epoch);
  const at = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(at.getTime()) ? undefined : `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A span of seconds in its largest unit: `368 days`, `26 hours`, `7 minutes`. */
export function spanOf(seconds: number): string {
  const [size, unit] = seconds >= 172_800 ? [86_400, 'days'] : seconds >= 7_200 ? [3_600, 'hours'] : [60, 'minutes'];
  return `${Math.round(seconds / size!)} ${unit}`;
}
