import { emptySeries, type Series, type Span, type Watch, type Watched } from '../model/watch.ts';
/** How watched time counts: as in an outage or not, and whether the current run of results may still change that. */
export interface Kind {
  down: boolean;
  undecided: boolean;
}

const SUMMED = ['watched', 'down', 'maintained'] as const;
type Summed = (typeof SUMMED)[number];

const HOUR = 3600;
const DAY = 24 * HOUR;
const HOURS_KEPT = 25;
const DAYS_KEPT = 31;

// Times are rounded down to whole seconds before they are subtracted, so that no second is counted twice or lost.
const secondOf = (time: string) => Math.floor(Date.parse(time) / 1000);

const framed = (values: readonly number[], from: number, length: number) => {
  const copy: number[] = [];
  for (let n = 0; n < length; n++) copy.push(values[from + n] ?? 0);
  return copy;
};

/** A series over the given buckets; buckets that it does not have are 0. */
function reframe({ first, ...sums }: Series, oldest: number, newest: number): { first: number } & Record<Summed, number[]> {
  const from = oldest - first;
  const length = newest - oldest + 1;
  const [watched, down, maintained] = SUMMED.map((name) => framed(sums[name], from, length)) as [number[], number[], number[]];
  return { first: oldest, watched, down, maintained };
}

/** What is added for each second of a span. */
type Weight = Partial<Record<Summed, number>>;

function addSpan(series: Series, unit: number, kept: number, [from, to]: Span, weight: Weight): Series {
  const [begin, end] = [Math.floor(from / unit), Math.ceil(to / unit) - 1];
  const { length } = series.watched;
  const newest = length === 0 ? end : Math.max(end, series.first + length - 1);
  const oldest = Math.max(newest - kept + 1, length === 0 ? begin : Math.min(begin, series.first));
  const sum = reframe(series, oldest, newest);
  for (let bucket = Math.max(oldest, begin); bucket <= end; bucket++) {
    const seconds = Math.min(to, (bucket + 1) * unit) - Math.max(from, bucket * unit);
    for (const name of SUMMED) sum[name][bucket - oldest]! += (weight[name] ?? 0) * seconds;
  }
  return sum;
}

function add(watch: Watch, span: Span, weight: Weight): Watch {
  const hours = addSpan(watch.hours, HOUR, HOURS_KEPT, span, weight);
  return { ...watch, hours, days: addSpan(watch.days, DAY, DAYS_KEPT, span, weight) };
}

/** The parts of a span that lie in one of several others, which do not overlap, and those that do not. */
function divide([from, to]: Span, others: readonly Span[]): { inside: Span[]; outside: Span[] } {
  const inside = others.map(([begin, end]): Span => [Math.max(from, begin), Math.min(to, end)]).filter(([begin, end]) => begin < end);
  inside.sort(([a], [b]) => a - b);
  const edges = [from, ...inside.flat(), to];
  const outside: Span[] = [];
  for (let n = 0; n < edges.length; n += 2) if (edges[n]! < edges[n + 1]!) outside.push([edges[n]!, edges[n + 1]!]);
  return { inside, outside };
}

/** Counts the watched time until `at` and stops watching there; what of it is in maintenance counts apart, and stays so whatever comes of it. */
function endSpan(watch: Watch, at: string, { down, undecided }: Kind, bridgeMs: number, maintenance: readonly Span[]): Watch {
  const { since, ...rest } = watch;
  if (since === undefined) return watch;
  const span: Span = [secondOf(since), Math.min(secondOf(at), Math.floor((Date.parse(since) + bridgeMs) / 1000))];
  if (!(span[1] > span[0])) return rest;
  const { inside, outside } = divide(span, maintenance);
  const apart = inside.reduce((sum, each) => add(sum, each, { maintained: 1 }), rest);
  const counted = outside.reduce((sum, each) => add(sum, each, down ? { watched: 1, down: 1 } : { watched: 1 }), apart);
  return undecided ? { ...counted, undecided: [...counted.undecided, ...outside] } : counted;
}

/** Keeps undecided time as it was counted. */
export function decide(watch: Watch): Watch {
  return watch.undecided.length === 0 ? watch : { ...watch, undecided: [] };
}

/** Counts undecided time the other way round, since its run opened or closed an outage. */
export function reclassify(watch: Watch, to: 'up' | 'down'): Watch {
  return decide(watch.undecided.reduce((sum, span) => add(sum, span, { down: to === 'down' ? 1 : -1 }), watch));
}

/**
 * Counts the time from a node's latest verdict to its next result as watched, up to a limit. Pure.
 *
 * @param at - the time of the result.
 * @param verdict - whether the result is a verdict, so that the node is watched from then on.
 * @param kind - how the time in between counts.
 * @param bridgeMs - the limit in milliseconds: a verdict counts no longer without a next one.
 * @param maintenance - of the cluster, in whole seconds since the epoch; none overlaps another.
 */
export function watchOn(
  watch: Watch,
  at: string,
  verdict: boolean,
  kind: Kind,
  bridgeMs: number,
  maintenance: readonly Span[] = [],
): Watch {
  const ended = endSpan(watch, at, kind, bridgeMs, maintenance);
  // A probe that was in progress when its node was stopped says nothing about the time after.
  return verdict && at > (watch.stoppedAt ?? '') ? { ...ended, since: at } : ended;
}

/** Stops the watched time of a node that is no longer probed, until its next verdict. */
export function stopWatch(watch: Watch, at: string, kind: Kind, bridgeMs: number): Watch {
  return { ...endSpan(watch, at, kind, bridgeMs, []), stoppedAt: at };
}

function cutSeries(series: Series, newest: number): Series {
  const last = series.first + series.watched.length - 1;
  if (last <= newest) return series;
  return series.first > newest ? emptySeries : reframe(series, series.first, newest);
}

/** Removes watched time after `to`, which was counted with a wrong clock. */
export function bringWatchBack(watch: Watch, to: string): Watch {
  const second = secondOf(to);
  const [hours, days] = [cutSeries(watch.hours, Math.floor(second / HOUR)), cutSeries(watch.days, Math.floor(second / DAY))];
  const isPast = (time: string | undefined) => time !== undefined && time <= to;
  return {
    hours,
    days,
    undecided: watch.undecided.filter(([, end]) => end <= second),
    since: isPast(watch.since) ? watch.since : undefined,
    stoppedAt: isPast(watch.stoppedAt) ? watch.stoppedAt : undefined,
  };
}

function sumSeries(all: readonly Series[], kept: number): Series {
  const some = all.filter(({ watched }) => watched.length > 0);
  if (some.length === 0) return emptySeries;
  const newest = some.reduce((latest, { first, watched }) => Math.max(latest, first + watched.length - 1), 0);
  const oldest = Math.max(
    newest - kept + 1,
    some.reduce((least, { first }) => Math.min(least, first), newest),
  );
  const sum = reframe(emptySeries, oldest, newest);
  for (const { first, ...sums } of some)
    for (let n = Math.max(0, oldest - first); n < sums.watched.length; n++)
      for (const name of SUMMED) sum[name][first + n - oldest]! += sums[name][n]!;
  return sum;
}

/** Adds up the watched time of several nodes. */
export function sumWatched(all: readonly Watched[]): Watched {
  return {
    hours: sumSeries(
      all.map(({ hours }) => hours),
      HOURS_KEPT,
    ),
    days: sumSeries(
      all.map(({ days }) => days),
      DAYS_KEPT,
    ),
  };
}

/** Watched seconds, those of them in outages, and those in maintenance, which are apart from both. */
export type WatchedSum = Record<Summed, number>;

function within({ first, ...sums }: Series, unit: number, now: Date, seconds: number): WatchedSum {
  const until = now.getTime() / 1000;
  const sum = { watched: 0, down: 0, maintained: 0 };
  for (const n of sums.watched.keys()) {
    const begin = (first + n) * unit;
    if (!(begin > until - seconds && begin <= until)) continue;
    for (const name of SUMMED) sum[name] += sums[name][n]!;
  }
  return sum;
}

/**
 * Sums over three windows: `24h` over the hours that begin after now - 24 h, `7d` and `30d` over the days that begin after now - 7 d and
 * now - 30 d. So each window may be up to an hour or a day shorter than its name.
 */
export function windowsOf({ hours, days }: Watched, now: Date): { '24h': WatchedSum; '7d': WatchedSum; '30d': WatchedSum } {
  return { '24h': within(hours, HOUR, now, DAY), '7d': within(days, DAY, now, 7 * DAY), '30d': within(days, DAY, now, 30 * DAY) };
}
