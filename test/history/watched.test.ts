import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endHistory, foldResult, pauseHistory, repairClock, type Transition } from '../../src/history/node-history.ts';
import { type Limits, openEpisode } from '../../src/history/node-state.ts';
import { uptimeOf } from '../../src/history/uptime.ts';
import { sumWatched, watchOn, windowsOf } from '../../src/history/watched.ts';
import { type Episode, emptyHistory, type NodeHistory, type ProbeResult } from '../../src/model/node-state.ts';
import { emptyWatch, type Span, type Watched } from '../../src/model/watch.ts';

type Kind = ProbeResult['verdict'];
type Summed = 'watched' | 'down' | 'maintained';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const INTERVAL = 5 * MINUTE;
const STALE = 3 * INTERVAL;
const start = Date.UTC(2026, 10, 21);
const dateAt = (seconds: number) => new Date(start + seconds * 1000);
const at = (seconds: number) => dateAt(seconds).toISOString();

const resultOf = (verdict: Kind, seconds: number): ProbeResult => ({
  verdict,
  reason: verdict === 'reachable' ? 'Reachable' : verdict === 'unreachable' ? 'ConnectionTimedOut' : 'NoProof',
  message: '',
  nonce: `nonce of ${seconds}`,
  run: '',
  sweep: '',
  at: at(seconds),
});
const asDefault: Limits = { failures: 2, recoveries: 1, flapWindowMs: 900_000, staleAfterMs: STALE * 1000 };

function play(results: readonly ProbeResult[], limits = asDefault, from: NodeHistory = emptyHistory): Transition[] {
  const folds: Transition[] = [];
  for (const result of results) folds.push(foldResult(folds.at(-1)?.history ?? from, result, limits, INTERVAL * 1000));
  return folds;
}

/** What the tables hold of the outages after all these folds. */
function episodesOf(folds: readonly Transition[]): Episode[] {
  const table = new Map<string, Episode>();
  for (const { withdrawn, changed } of folds) {
    for (const { outage, episode } of withdrawn) table.delete(`${outage}/${episode}`);
    for (const each of changed) table.set(`${each.outage}/${each.episode}`, each);
  }
  return [...table.values()];
}

/** Seconds of all hours, or of all days, that are kept. */
const total = ({ hours }: Watched, field: Summed) => hours[field].reduce((sum, each) => sum + each, 0);
const totalOfDays = ({ days }: Watched, field: Summed) => days[field].reduce((sum, each) => sum + each, 0);

/** The rule in words: from each verdict to the next result, whatever that is, at most three intervals; down where an episode is. */
function byTheRule(results: readonly ProbeResult[], episodes: readonly Episode[]): { watched: number; down: number } {
  const sum = { watched: 0, down: 0 };
  for (const [n, { verdict, at: from }] of results.entries()) {
    const next = results[n + 1];
    if (verdict === 'unknown' || next === undefined) continue;
    const span = [Date.parse(from), Math.min(Date.parse(next.at), Date.parse(from) + STALE * 1000)] as const;
    sum.watched += (span[1] - span[0]) / 1000;
    for (const { from: begun, end } of episodes) {
      const overlap =
        Math.min(span[1], end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end)) - Math.max(span[0], Date.parse(begun));
      sum.down += Math.max(0, overlap) / 1000;
    }
  }
  return sum;
}

/** What the rule comes to within a span of seconds. */
function overlapByTheRule(results: readonly ProbeResult[], episodes: readonly Episode[], [begin, end]: Span) {
  const sum = { watched: 0, down: 0 };
  const secondOf = (time: string) => (Date.parse(time) - start) / 1000;
  for (const [n, { verdict, at: from }] of results.entries()) {
    const next = results[n + 1];
    if (verdict === 'unknown' || next === undefined) continue;
    const span = [Math.max(begin, secondOf(from)), Math.min(end, secondOf(next.at), secondOf(from) + STALE)] as const;
    sum.watched += Math.max(0, span[1] - span[0]);
    for (const each of episodes) {
      const over = each.end === undefined ? Number.POSITIVE_INFINITY : secondOf(each.end);
      sum.down += Math.max(0, Math.min(span[1], over) - Math.max(span[0], secondOf(each.from)));
    }
  }
  return sum;
}

const up = { down: false, undecided: false };
const kind = fc.constantFrom<Kind>('reachable', 'reachable', 'unreachable', 'unreachable', 'unknown');
/** Verdicts with gaps between them, some of which are longer than a verdict holds; all within a day. */
const series = fc
  .array(fc.tuple(kind, fc.oneof(fc.constant(INTERVAL), fc.integer({ min: 1, max: 2 * STALE }))), { maxLength: 40, size: 'max' })
  .map((steps) => {
    let now = 0;
    return steps.map(([verdict, gap]) => {
      now += gap;
      return resultOf(verdict, now);
    });
  });
const limitsOf: fc.Arbitrary<Limits> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  recoveries: fc.integer({ min: 1, max: 3 }),
  flapWindowMs: fc.constantFrom(0, 900_000),
  staleAfterMs: fc.constant(STALE * 1000),
});
const watchOf = (results: readonly ProbeResult[], limits = asDefault) => play(results, limits).at(-1)?.state.watch ?? emptyWatch;

describe('a node', () => {
  it('is watched from each verdict to the next result, at most for three intervals, and down where an episode of an outage is', () => {
    fc.assert(
      fc.property(series, limitsOf, (results, limits) => {
        const folds = play(results, limits);
        const watch = folds.at(-1)?.state.watch ?? emptyWatch;
        const wanted = byTheRule(results, episodesOf(folds));
        expect({ watched: total(watch, 'watched'), down: total(watch, 'down') }).toEqual(wanted);
        expect({ watched: totalOfDays(watch, 'watched'), down: totalOfDays(watch, 'down') }).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts apart what is watched of it in a maintenance of its cluster, which is then neither up nor down', () => {
    const spans = fc.array(fc.tuple(fc.nat(12 * HOUR), fc.integer({ min: 1, max: 2 * HOUR })), { maxLength: 3 }).map((all) => {
      const merged: [number, number][] = [];
      for (const [from, length] of all.sort(([a], [b]) => a - b)) {
        const last = merged.at(-1);
        if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], from + length);
        else merged.push([from, from + length]);
      }
      return merged.map(([from, to]): Span => [start / 1000 + from, start / 1000 + to]);
    });
    fc.assert(
      fc.property(series, limitsOf, spans, (results, limits, maintenance) => {
        const [plain, apart] = [play(results, limits), play(results, { ...limits, maintenance })];
        expect(episodesOf(apart)).toEqual(episodesOf(plain));
        const watch = apart.at(-1)?.state.watch ?? emptyWatch;
        // The same results, of which each span is cut where a maintenance begins or ends.
        const within = { watched: 0, down: 0 };
        for (const [begin, end] of maintenance) {
          const cut = overlapByTheRule(results, episodesOf(plain), [begin - start / 1000, end - start / 1000]);
          within.watched += cut.watched;
          within.down += cut.down;
        }
        const whole = byTheRule(results, episodesOf(plain));
        const wanted = { watched: whole.watched - within.watched, down: whole.down - within.down, maintained: within.watched };
        for (const of of [total, totalOfDays])
          expect({ watched: of(watch, 'watched'), down: of(watch, 'down'), maintained: of(watch, 'maintained') }).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never watched for longer than time has passed since its first verdict, and has an uptime from 0 to 1 in each bucket', () => {
    fc.assert(
      fc.property(series, limitsOf, (results, limits) => {
        const watch = watchOf(results, limits);
        const first = results.find(({ verdict }) => verdict !== 'unknown');
        const passed = first === undefined ? 0 : (Date.parse(results.at(-1)!.at) - Date.parse(first.at)) / 1000;
        expect(total(watch, 'watched')).toBeLessThanOrEqual(passed);
        for (const { watched, down } of [watch.hours, watch.days])
          for (const [n, seconds] of watched.entries()) expect(down[n]! >= 0 && down[n]! <= seconds).toBe(true);
      }),
    );
  });

  it('is not watched while it is unknown, nor before its first verdict', () => {
    const all = (verdicts: Kind[]) => watchOf(verdicts.map((verdict, n) => resultOf(verdict, n * INTERVAL)));
    expect(all(['unknown', 'unknown', 'unknown'])).toEqual(emptyWatch);
    expect(total(all(['unknown', 'reachable']), 'watched')).toBe(0);
    expect(total(all(['reachable', 'unknown', 'unknown', 'unknown', 'reachable', 'unknown']), 'watched')).toBe(2 * INTERVAL);
  });

  it('is down from its first failure on, also where it takes several to tell', () => {
    const verdicts: Kind[] = ['reachable', 'unreachable', 'unreachable', 'unknown', 'unreachable', 'unreachable', 'reachable', 'reachable'];
    const results = verdicts.map((verdict, n) => resultOf(verdict, n * INTERVAL));
    const sums = (count: number) => {
      const watch = watchOf(results.slice(0, count), { ...asDefault, failures: 3, recoveries: 2 });
      return [total(watch, 'watched') / INTERVAL, total(watch, 'down') / INTERVAL];
    };
    expect([3, 4, 5, 6, 7, 8].map(sums)).toEqual([
      [2, 0],
      [3, 0],
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 4],
    ]);
  });

  it('is not watched from the moment in which it is not to be probed any more until its next verdict', () => {
    const { state } = play([resultOf('reachable', 0), resultOf('unreachable', 300), resultOf('unreachable', 330)]).at(-1)!;
    const paused = pauseHistory(state, at(400), STALE * 1000);
    const goOn = (results: ProbeResult[], from = paused) => {
      const watch = play(results, asDefault, from).at(-1)!.state.watch!;
      return [total(watch, 'watched'), total(watch, 'down')];
    };
    expect(openEpisode(paused.settled.outage)?.from).toBe(at(300));
    expect(goOn([resultOf('unreachable', 600), resultOf('unreachable', 700)])).toEqual([400 + 100, 100 + 100]);
    // A probe that was under way then says nothing of the time after it.
    expect(goOn([resultOf('reachable', 390), resultOf('reachable', 600)])[0]).toBe(400);
    const ended = endHistory(state, at(400), STALE * 1000);
    expect(goOn([resultOf('reachable', 600), resultOf('reachable', 700)], ended)).toEqual([400 + 100, 100]);
  });

  it('forgets what a clock counted that was ahead, and goes on from its next verdict', () => {
    const ahead = play([
      resultOf('reachable', 0),
      resultOf('reachable', 300),
      resultOf('reachable', 5 * DAY),
      resultOf('reachable', 5 * DAY + 300),
    ]);
    const repaired = repairClock(ahead.at(-1)!.history, dateAt(2 * STALE));
    const { state } = play([resultOf('reachable', 2 * STALE + 60), resultOf('reachable', 2 * STALE + 360)], asDefault, repaired).at(-1)!;
    // Of the last verdict before it, three intervals counted.
    expect(state.watch!.days).toMatchObject({ first: start / 1000 / DAY, watched: [300 + STALE + 300] });
  });

  it('keeps the newest 25 hours and 31 days', () => {
    let watch = emptyWatch;
    for (let n = 0; n <= 40 * 24; n++) watch = watchOn(watch, at(n * HOUR), true, up, DAY * 1000);
    expect(watch.hours).toEqual({
      first: (start / 1000 + 40 * DAY) / HOUR - 25,
      watched: Array(25).fill(HOUR),
      down: Array(25).fill(0),
      maintained: Array(25).fill(0),
    });
    expect(watch.days.watched).toEqual(Array(31).fill(DAY));
  });
});

describe('the windows', () => {
  const watched = (from: number, to: number) =>
    watchOn(watchOn(emptyWatch, at(from), true, up, 0), at(to), true, { down: true, undecided: false }, 100 * DAY * 1000);

  it('are the hours that begin after now - 24 h, and the days that begin after now - 7 d and now - 30 d', () => {
    const now = dateAt(13.5 * HOUR);
    const sums = windowsOf(watched(-40 * DAY, 13.5 * HOUR), now);
    expect([sums['24h'].watched, sums['7d'].watched, sums['30d'].down]).toEqual([
      23.5 * HOUR,
      6 * DAY + 13.5 * HOUR,
      29 * DAY + 13.5 * HOUR,
    ]);
  });

  it('hold nothing that is older, and nothing that lies ahead', () => {
    const none = { watched: 0, down: 0, maintained: 0 };
    expect(windowsOf(watched(0, HOUR), dateAt(3 * DAY))['24h']).toEqual(none);
    expect(windowsOf(watched(0, HOUR), dateAt(-60))).toEqual({ '24h': none, '7d': none, '30d': none });
    expect(windowsOf(watched(0, HOUR), new Date(Number.NaN))).toEqual({ '24h': none, '7d': none, '30d': none });
  });
});

describe('a cluster', () => {
  const nodes = fc.array(fc.tuple(series, limitsOf, fc.integer({ min: -35, max: 0 })), { minLength: 1, maxLength: 6 });

  it('is watched and down for as long as its nodes together, in every window, however they are grouped', () => {
    fc.assert(
      fc.property(nodes, fc.nat({ max: 6 }), (simulated, cut) => {
        const watches = simulated.map(([results, limits, days]) =>
          watchOf(
            results.map((result) => ({ ...result, at: new Date(Date.parse(result.at) + days * DAY * 1000).toISOString() })),
            limits,
          ),
        );
        const now = dateAt(DAY - 1);
        const own = windowsOf(sumWatched(watches), now);
        for (const window of ['24h', '7d', '30d'] as const) {
          const each = watches.map((watch) => windowsOf(watch, now)[window]);
          expect(own[window]).toEqual({
            watched: each.reduce((sum, { watched }) => sum + watched, 0),
            down: each.reduce((sum, { down }) => sum + down, 0),
            maintained: 0,
          });
        }
        expect(sumWatched([sumWatched(watches.slice(0, cut)), sumWatched(watches.slice(cut))])).toEqual(sumWatched(watches));
      }),
      { numRuns: 300 },
    );
  });

  it('that is cut off has the uptime that each of its nodes has', () => {
    const verdicts: Kind[] = [...Array<Kind>(6).fill('reachable'), ...Array<Kind>(3).fill('unreachable')];
    const watches = Array.from({ length: 8 }, () => watchOf(verdicts.map((verdict, n) => resultOf(verdict, n * INTERVAL))));
    const now = dateAt(HOUR);
    const each = watches.map((watch) => uptimeOf(windowsOf(watch, now)['24h']));
    expect(new Set([...each, uptimeOf(windowsOf(sumWatched(watches), now)['24h'])])).toEqual(new Set([6 / 8]));
  });

  it('of nothing was not watched', () => {
    expect(sumWatched([])).toEqual({ hours: emptyWatch.hours, days: emptyWatch.days });
    expect(uptimeOf(windowsOf(sumWatched([]), dateAt(0))['24h'])).toBeNull();
  });
});
