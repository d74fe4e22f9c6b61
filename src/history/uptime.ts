import { z } from 'zod';

const bucket = z.object({ observed: z.number(), down: z.number() });
const count = z.number();
const reasonSum = z.object({ outages: count, downSeconds: count, detectSeconds: count, recoverSeconds: count, recovered: count });
const dayBucket = bucket.extend({ byReason: z.record(z.string(), reasonSum) });

/** Node-seconds watched and in outages per UTC hour (`2026-11-21T13`) and day (`2026-11-21`); an outage is counted on the day it began. */
export const uptimeBuckets = z.object({ hours: z.record(z.string(), bucket), days: z.record(z.string(), dayBucket) });
export type UptimeBuckets = z.output<typeof uptimeBuckets>;

/** Sums over the three windows, and per reason over the longest. Sums rather than means, so that they add up over clusters. */
export const uptime = z.object({ '24h': bucket, '7d': bucket, '30d': bucket, byReason: z.record(z.string(), reasonSum) });
export type Uptime = z.output<typeof uptime>;
export type Sum = z.output<typeof bucket>;
export type ReasonSum = z.output<typeof reasonSum>;

/** An outage as it counts; times are ISO 8601 UTC. */
export interface CountedOutage {
  reason: string;
  start: string;
  end?: string;
  openedAt: string;
  episodes: readonly { start: string; end?: string }[];
}

export const emptyBuckets: UptimeBuckets = { hours: {}, days: {} };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WINDOWS = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY };
type Window = keyof typeof WINDOWS;
const HOURS_KEPT = 25;
const DAYS_KEPT = 31;

const secondsBetween = (from: number, to: number) => (to > from ? (to - from) / 1000 : 0);

/** Adds field by field, to the millisecond: so the order in which sums are added leaves no trace in them. */
function addTo<K extends string>(sum: Record<NoInfer<K>, number>, more: Record<K, number>): void {
  for (const key of Object.keys(more) as K[]) sum[key] = Math.round((sum[key] + more[key]) * 1000) / 1000;
}

function addReason(byReason: Uptime['byReason'], reason: string, more: ReasonSum): void {
  byReason[reason] ??= { outages: 0, downSeconds: 0, detectSeconds: 0, recoverSeconds: 0, recovered: 0 };
  addTo(byReason[reason], more);
}

/** From and to in milliseconds; what has no end, or a later one, ends now. NaN stays NaN, and no comparison lets it through. */
function interval(start: string, end: string | undefined, now: Date): [number, number] {
  return [Date.parse(start), Math.min(end === undefined ? now.getTime() : Date.parse(end), now.getTime())];
}

/** Cuts an interval at the borders of hours or days; what pruning would drop at once is not even cut. */
function* slices(from: number, to: number, unit: number, kept: number): Generator<[string, number]> {
  let at = Math.max(from, (Math.ceil(to / unit) - kept) * unit);
  while (at < to) {
    const next = Math.min(to, (Math.floor(at / unit) + 1) * unit);
    yield [new Date(at).toISOString(), secondsBetween(at, next)];
    at = next;
  }
}

function spread({ hours, days }: UptimeBuckets, from: number, to: number, weigh: (seconds: number) => Sum): void {
  for (const [time, seconds] of slices(from, to, HOUR, HOURS_KEPT)) {
    hours[time.slice(0, 13)] ??= { observed: 0, down: 0 };
    addTo(hours[time.slice(0, 13)]!, weigh(seconds));
  }
  for (const [time, seconds] of slices(from, to, DAY, DAYS_KEPT)) {
    days[time.slice(0, 10)] ??= { observed: 0, down: 0, byReason: {} };
    addTo(days[time.slice(0, 10)]!, weigh(seconds));
  }
}

function newest<T>(buckets: Record<string, T>, kept: number): Record<string, T> {
  const oldestFirst = Object.entries(buckets).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(oldestFirst.slice(-kept));
}

const pruned = ({ hours, days }: UptimeBuckets): UptimeBuckets => ({ hours: newest(hours, HOURS_KEPT), days: newest(days, DAYS_KEPT) });

/**
 * Adds watched time, spread over the buckets it falls in.
 *
 * @param nodes - how many nodes were watched from one moment to the other; a clock that went back adds nothing.
 */
export function addObserved(buckets: UptimeBuckets, nodes: number, from: Date, to: Date): UptimeBuckets {
  const sum = structuredClone(buckets);
  if (nodes > 0 && Number.isFinite(nodes)) spread(sum, from.getTime(), to.getTime(), (seconds) => ({ observed: nodes * seconds, down: 0 }));
  return pruned(sum);
}

/**
 * Adds outages: each episode's down time to the buckets it falls in, the outage itself to the day of its start. Nothing tells
 * that one was added before: store the sum of ended ones only, and add open ones (they count until now) to what is shown.
 *
 * @param now - what lies after it counts as nothing.
 */
export function addOutages(buckets: UptimeBuckets, outages: readonly CountedOutage[], now: Date): UptimeBuckets {
  const sum = structuredClone(buckets);
  for (const { reason, start, end, openedAt, episodes } of outages) {
    const down = episodes.map((episode) => interval(episode.start, episode.end, now));
    for (const [from, to] of down) spread(sum, from, to, (seconds) => ({ observed: 0, down: seconds }));
    const [began, ended] = interval(start, end, now);
    if (!(began <= now.getTime())) continue;
    const day = new Date(began).toISOString().slice(0, 10);
    sum.days[day] ??= { observed: 0, down: 0, byReason: {} };
    const recovered = end !== undefined && ended >= began;
    addReason(sum.days[day].byReason, reason, {
      outages: 1,
      downSeconds: down.reduce((seconds, [from, to]) => seconds + secondsBetween(from, to), 0),
      detectSeconds: secondsBetween(...interval(start, openedAt, now)),
      recoverSeconds: recovered ? secondsBetween(began, ended) : 0,
      recovered: recovered ? 1 : 0,
    });
  }
  return pruned(sum);
}

/** The buckets that begin after now less the window; as text, since ISO times sort like times (and a time that is none is null). */
function within<T>(buckets: Record<string, T>, now: Date, window: Window): T[] {
  const [after, until] = [new Date(now.getTime() - WINDOWS[window]).toJSON() ?? '', now.toJSON() ?? ''];
  return Object.entries(buckets).flatMap(([key, value]) => (key > after && key <= until ? [value] : []));
}

/**
 * Sums for people: `24h` sums the hour buckets that begin after now - 24 h, `7d` and `30d` the day buckets that begin after
 * now - 7 d and now - 30 d (each window is short of its name by up to one bucket), `byReason` the outages of those 30 days.
 */
export function summarize(buckets: UptimeBuckets, now: Date): Uptime {
  const sum = addUptimes([]);
  for (const { observed, down } of within(buckets.hours, now, '24h')) addTo(sum['24h'], { observed, down });
  for (const { observed, down } of within(buckets.days, now, '7d')) addTo(sum['7d'], { observed, down });
  for (const { observed, down, byReason } of within(buckets.days, now, '30d')) {
    addTo(sum['30d'], { observed, down });
    for (const [reason, more] of Object.entries(byReason)) addReason(sum.byReason, reason, more);
  }
  return sum;
}

/** The share of observed node-seconds that was not down, from 0 to 1; null while nothing was observed. */
export function uptimeOf({ observed, down }: Sum): number | null {
  return observed > 0 ? Math.min(1, Math.max(0, 1 - down / observed)) : null;
}

/** Mean seconds from an outage's start until it was opened, and until it ended; null while there is none to take it from. */
export function meansOf({ outages, detectSeconds, recoverSeconds, recovered }: ReasonSum) {
  return {
    meanDetectSeconds: outages > 0 ? detectSeconds / outages : null,
    meanRecoverSeconds: recovered > 0 ? recoverSeconds / recovered : null,
  };
}

/** Adds summaries: those of clusters make that of the fleet. */
export function addUptimes(all: readonly Uptime[]): Uptime {
  const none = () => ({ observed: 0, down: 0 });
  const sum: Uptime = { '24h': none(), '7d': none(), '30d': none(), byReason: {} };
  for (const one of all) {
    for (const window of ['24h', '7d', '30d'] as const) addTo(sum[window], one[window]);
    for (const [reason, more] of Object.entries(one.byReason)) addReason(sum.byReason, reason, more);
  }
  return sum;
}

/**
 * Uptime of one node from its outages alone: the share of each window before now that lies in no episode.
 *
 * @param since - when the node was first seen: no window begins before it; null where nothing is left of a window.
 */
export function nodeUptime(outages: readonly CountedOutage[], since: Date, now: Date): Record<Window, number | null> {
  const episodes = outages.flatMap((outage) => outage.episodes.map(({ start, end }) => interval(start, end, now)));
  const usable = episodes.filter(([from, to]) => from < to).sort(([a], [b]) => a - b);
  const share = (window: Window) => {
    const begin = Math.max(since.getTime(), now.getTime() - WINDOWS[window]);
    let down = 0;
    let counted = begin;
    for (const [from, to] of usable) {
      // Episodes that overlap count once.
      down += secondsBetween(Math.max(from, counted), to);
      counted = Math.max(counted, to);
    }
    return uptimeOf({ observed: secondsBetween(begin, now.getTime()), down });
  };
  return { '24h': share('24h'), '7d': share('7d'), '30d': share('30d') };
}
