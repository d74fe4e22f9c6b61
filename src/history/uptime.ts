import * as z from '../zod.ts';
import type { WatchedSum } from './watched.ts';

const count = z.number();
const reasonSum = z.object({ outages: count, downSeconds: count, detectSeconds: count, recoverSeconds: count, recovered: count });
const byReason = z.record(z.string(), reasonSum);

/** Outages of nodes by the UTC day on which they began (`2026-11-21`), and by reason. */
export const outageDays = z.record(z.string(), byReason);
export type OutageDays = z.output<typeof outageDays>;

const watchedSum = z.object({ watched: count, down: count, maintained: z._default(count, 0) });

/** Watched seconds, seconds in outages and in maintenance in the three windows, and outages by reason in the longest. They are sums, so that clusters can be added up. */
export const uptime = z.object({ '24h': watchedSum, '7d': watchedSum, '30d': watchedSum, byReason });
export type Uptime = z.output<typeof uptime>;
export type ReasonSum = z.output<typeof reasonSum>;

/** The fields of an outage that count; times are ISO 8601 UTC. */
export interface CountedOutage {
  reason: string;
  start: string;
  end?: string;
  openedAt: string;
  episodes: readonly { start: string; end?: string }[];
}

const DAYS_KEPT = 31;
const WINDOW_MS = 30 * 86_400_000;

const secondsBetween = (from: number, to: number) => (to > from ? (to - from) / 1000 : 0);

/** Adds field by field, rounded to the millisecond, so that the order of additions does not matter. */
function addTo<K extends string>(sum: Record<NoInfer<K>, number>, more: Record<K, number>): void {
  for (const key of Object.keys(more) as K[]) sum[key] = Math.round((sum[key] + more[key]) * 1000) / 1000;
}

function addReason(sums: Uptime['byReason'], reason: string, more: ReasonSum): void {
  sums[reason] ??= { outages: 0, downSeconds: 0, detectSeconds: 0, recoverSeconds: 0, recovered: 0 };
  addTo(sums[reason], more);
}

/** From and to in milliseconds, at most until now. An invalid time gives NaN, for which every comparison is false. */
function interval(start: string, end: string | undefined, now: Date): [number, number] {
  return [Date.parse(start), Math.min(end === undefined ? now.getTime() : Date.parse(end), now.getTime())];
}

function pruned(days: OutageDays): OutageDays {
  const oldestFirst = Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(oldestFirst.slice(-DAYS_KEPT));
}

/**
 * Adds outages to the days on which they began. It cannot detect that one was added before: store the sum of ended outages only, and add open
 * ones, which count until now, only to what is shown.
 *
 * @param now - time after it is not counted.
 */
export function addOutages(days: OutageDays, outages: readonly CountedOutage[], now: Date): OutageDays {
  const sum = structuredClone(days);
  for (const { reason, start, end, openedAt, episodes } of outages) {
    const [began, ended] = interval(start, end, now);
    if (!(began <= now.getTime())) continue;
    const down = episodes.map((episode) => interval(episode.start, episode.end, now));
    const recovered = end !== undefined && ended >= began;
    const day = new Date(began).toISOString().slice(0, 10);
    sum[day] ??= {};
    addReason(sum[day], reason, {
      outages: 1,
      downSeconds: down.reduce((seconds, [from, to]) => seconds + secondsBetween(from, to), 0),
      detectSeconds: secondsBetween(...interval(start, openedAt, now)),
      recoverSeconds: recovered ? secondsBetween(began, ended) : 0,
      recovered: recovered ? 1 : 0,
    });
  }
  return pruned(sum);
}

/** Outages by reason, from the days that begin after now - 30 d. */
export function outagesByReason(days: OutageDays, now: Date): Uptime['byReason'] {
  // Compared as text, since ISO times sort like times; an invalid time is null.
  const [after, until] = [new Date(now.getTime() - WINDOW_MS).toJSON() ?? '', now.toJSON() ?? ''];
  const sums: Uptime['byReason'] = {};
  for (const [day, reasons] of Object.entries(days))
    if (day > after && day <= until) for (const [reason, more] of Object.entries(reasons)) addReason(sums, reason, more);
  return sums;
}

/** The share of watched time that was not down, from 0 to 1; null if nothing was watched. */
export function uptimeOf({ watched, down }: Pick<WatchedSum, 'watched' | 'down'>): number | null {
  return watched > 0 ? Math.min(1, Math.max(0, 1 - down / watched)) : null;
}

/** Mean seconds from the start of outages until they were opened, and until they ended; null if there are none. */
export function meansOf({ outages, detectSeconds, recoverSeconds, recovered }: ReasonSum) {
  return {
    meanDetectSeconds: outages > 0 ? detectSeconds / outages : null,
    meanRecoverSeconds: recovered > 0 ? recoverSeconds / recovered : null,
  };
}

/** Adds up the uptimes of clusters, to that of the fleet. */
export function addUptimes(all: readonly Uptime[]): Uptime {
  const none = () => ({ watched: 0, down: 0, maintained: 0 });
  const sum: Uptime = { '24h': none(), '7d': none(), '30d': none(), byReason: {} };
  for (const one of all) {
    for (const window of ['24h', '7d', '30d'] as const) addTo(sum[window], one[window]);
    for (const [reason, more] of Object.entries(one.byReason)) addReason(sum.byReason, reason, more);
  }
  return sum;
}
