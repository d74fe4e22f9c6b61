import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endHistory, foldResult, repairClock, stateOf, type Transition } from '../../src/history/node-history.ts';
import { isBlind, isFlapping, type Limits, openEpisode, openSince, statusOf } from '../../src/history/node-state.ts';
import { type Episode, emptyHistory, emptyState, type NodeHistory, type ProbeResult } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

type Kind = ProbeResult['verdict'];

const MINUTE = 60_000;
const INTERVAL = 5 * MINUTE;
/** Results newer than so many seconds before the newest may come in any order. */
const OPEN_SECONDS = (2 * INTERVAL) / 1000;

const reasonOf: Record<Kind, ReasonCode> = { reachable: 'Reachable', unreachable: 'ConnectionTimedOut', unknown: 'NoProof' };
const dateAt = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000);
const at = (seconds: number) => dateAt(seconds).toISOString();

/** The result of a probe that began at a second of the day. */
const resultOf = (verdict: Kind, seconds: number, reason = reasonOf[verdict]): ProbeResult => ({
  verdict,
  reason,
  message: `${verdict} at ${seconds}`,
  nonce: `nonce of ${seconds}`,
  run: 'f',
  sweep: at(seconds),
  at: at(seconds),
});
const failure = (seconds: number, reason?: ReasonCode) => resultOf('unreachable', seconds, reason);
const success = (seconds: number) => resultOf('reachable', seconds);
const unknown = (seconds: number) => resultOf('unknown', seconds);

const asDefault: Limits = { failures: 2, recoveries: 1, flapWindowMs: 15 * MINUTE, staleAfterMs: 3 * INTERVAL };
const atOnce: Limits = { ...asDefault, failures: 1 };

const limitsOf: fc.Arbitrary<Limits> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  recoveries: fc.integer({ min: 1, max: 3 }),
  flapWindowMs: fc.integer({ min: 0, max: 20 }).map((minutes) => minutes * MINUTE),
  staleAfterMs: fc.constant(3 * INTERVAL),
});
const kind = fc.constantFrom<Kind>('reachable', 'unreachable', 'unreachable', 'unknown');
const kinds = fc.array(kind, { maxLength: 40, size: 'max' });

/** Folds results one after the other, and gives every step. */
function play(results: readonly ProbeResult[], limits: Limits, from: NodeHistory = emptyHistory): Transition[] {
  const folds: Transition[] = [];
  for (const result of results) folds.push(foldResult(folds.at(-1)?.history ?? from, result, limits, INTERVAL));
  return folds;
}

/** Results of these verdicts, a minute apart. */
const everyMinute = (verdicts: readonly Kind[]) => verdicts.map((verdict, minute) => resultOf(verdict, minute * 60));

const historyOf = (results: readonly ProbeResult[], limits: Limits) => play(results, limits).at(-1)?.history ?? emptyHistory;

/** Brings the episodes that a table holds in line with a fold. */
function write(table: Map<string, Episode>, { withdrawn, changed }: Pick<Transition, 'withdrawn' | 'changed'>): void {
  const key = ({ outage, episode }: Episode) => `${outage}/${episode}`;
  for (const each of withdrawn) expect(table.delete(key(each))).toBe(true);
  for (const each of changed) table.set(key(each), each);
}

const inOrder = (episodes: Iterable<Episode>) => [...episodes].sort((a, b) => (a.from < b.from ? -1 : 1));

/** What the tables hold of a node's outages after all these folds, oldest first. */
function tableOf(folds: readonly Transition[]): Episode[] {
  const table = new Map<string, Episode>();
  for (const fold of folds) write(table, fold);
  return inOrder(table.values());
}

function expectNoOverlap(episodes: readonly Episode[]): void {
  for (const [position, { from, end }] of episodes.entries()) {
    const next = episodes[position + 1];
    if (next !== undefined) expect(end !== undefined && end <= next.from).toBe(true);
    if (end !== undefined) expect(end >= from).toBe(true);
  }
}

/** The episodes of a series of verdicts, written in another way than the folds: runs are of conclusive verdicts alone. */
function episodesOf(results: readonly ProbeResult[], { failures, recoveries, flapWindowMs }: Limits): Episode[] {
  const told = results.filter(({ verdict }) => verdict !== 'unknown');
  const episodes: Episode[] = [];
  for (const [position, { verdict, reason }] of told.entries()) {
    const last = episodes.at(-1);
    const open = openEpisode(last);
    const needed = open === undefined ? failures : recoveries;
    const run = told.slice(0, position + 1).slice(-needed);
    if (run.length < needed || run.some((each) => each.verdict !== verdict)) continue;
    if (verdict === 'reachable' && open !== undefined) open.end = run[0]!.at;
    if (verdict === 'unreachable' && open === undefined) {
      const before = told.slice(0, position).findLastIndex((each) => each.verdict === 'reachable');
      const from = told[before + 1]!.at;
      const returns = last?.end !== undefined && flapWindowMs > 0 && Date.parse(from) <= Date.parse(last.end) + flapWindowMs;
      episodes.push({ outage: returns ? last.outage : from, episode: returns ? last.episode + 1 : 1, from, reason });
    }
  }
  return episodes;
}

/** Results within the open window, each at a time of its own. */
const openWindow = (maxLength: number) =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: OPEN_SECONDS - 1 }), kind), {
      selector: ([seconds]) => seconds,
      minLength: 1,
      maxLength,
    })
    .map((each) => each.map(([seconds, verdict]) => resultOf(verdict, seconds)).sort((a, b) => (a.at < b.at ? -1 : 1)));

const shuffled = (results: readonly ProbeResult[]) =>
  fc.shuffledSubarray([...results], { minLength: results.length, maxLength: results.length });

/** Results of before, all of which settle with the first of the open window. */
const earlier = fc.array(kind, { maxLength: 10 }).map((all) => all.map((each, minute) => resultOf(each, minute * 60 - 3600)));

describe('foldResult', () => {
  it('opens after so many failures in a row, as of the first of them, and closes after so many successes, as of their first', () => {
    fc.assert(
      fc.property(kinds, limitsOf, (verdicts, limits) => {
        const results = everyMinute(verdicts);
        const folds = play(results, limits);
        for (const [position, { state }] of folds.entries())
          expect(state.outage).toEqual(episodesOf(results.slice(0, position + 1), limits).at(-1));
        expect(tableOf(folds)).toEqual(episodesOf(results, limits));
        expect(folds.flatMap(({ withdrawn }) => withdrawn)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes to the same history, state and outages in whatever order the results of the open window come', () => {
    fc.assert(
      fc.property(
        openWindow(16).chain((results) => fc.tuple(fc.constant(results), shuffled(results))),
        earlier,
        limitsOf,
        ([sorted, mixed], before, limits) => {
          const expected = play([...before, ...sorted], limits);
          const found = play([...before, ...mixed], limits);
          expect(found.at(-1)!.history).toEqual(expected.at(-1)!.history);
          expect(found.at(-1)!.state).toEqual(expected.at(-1)!.state);
          expect(tableOf(found)).toEqual(tableOf(expected));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('changes nothing for any result of before, delivered again', () => {
    fc.assert(
      fc.property(kinds, limitsOf, fc.nat(), (verdicts, limits, pick) => {
        fc.pre(verdicts.length > 0);
        const results = everyMinute(verdicts);
        const { history, state } = play(results, limits).at(-1)!;
        const again = foldResult(history, results[pick % results.length]!, limits, INTERVAL);
        expect(again).toEqual({ history, state, changed: [], withdrawn: [], confirm: false, worthAssessing: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing for a result that is older than two intervals before the newest', () => {
    fc.assert(
      fc.property(kinds, limitsOf, fc.integer({ min: 0, max: 5000 }), kind, (verdicts, limits, age, verdict) => {
        fc.pre(verdicts.length > 0);
        const { history, state } = play(everyMinute(verdicts), limits).at(-1)!;
        const late = { ...resultOf(verdict, (verdicts.length - 1) * 60 - OPEN_SECONDS - age), nonce: 'late' };
        const fold = foldResult(history, late, limits, INTERVAL);
        expect(fold).toEqual({ history, state, changed: [], withdrawn: [], confirm: false, worthAssessing: false });
      }),
    );
  });

  it('lets unknown neither open nor close an outage, nor break a run of failures or successes', () => {
    fc.assert(
      fc.property(kinds, limitsOf, (verdicts, limits) => {
        const results = everyMinute(verdicts);
        const all = play(results, limits);
        const conclusive = play(
          results.filter(({ verdict }) => verdict !== 'unknown'),
          limits,
        );
        expect(tableOf(all)).toEqual(tableOf(conclusive));
        const { failures, successes, firstFailure, firstSuccess, outage } = conclusive.at(-1)?.state ?? emptyState;
        const state = all.at(-1)?.state ?? emptyState;
        expect(state).toMatchObject({ failures, successes });
        expect([state.firstFailure, state.firstSuccess, state.outage]).toEqual([firstFailure, firstSuccess, outage]);
        const fold = foldResult(historyOf(results, limits), unknown(verdicts.length * 60), limits, INTERVAL);
        expect(fold).toMatchObject({ changed: [], withdrawn: [], confirm: false, state: { unknowns: state.unknowns + 1 } });
      }),
      { numRuns: 500 },
    );
  });

  it('never lets outages overlap, whatever comes late and whenever the node goes', () => {
    const step = fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({ verdict: kind, late: fc.integer({ min: 0, max: 900 }), after: fc.integer({ min: 1, max: 300 }) }),
      },
      { weight: 1, arbitrary: fc.constant('gone' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), limitsOf, (steps, limits) => {
        const table = new Map<string, Episode>();
        let history = emptyHistory;
        let now = 0;
        for (const [number, each] of steps.entries()) {
          if (each === 'gone') {
            now += 1;
            const state = stateOf(history, limits);
            history = endHistory(state, at(now), limits.staleAfterMs);
            expect(openSince(history.settled)).toBeUndefined();
            if (openSince(state) !== undefined) write(table, { withdrawn: [], changed: [history.settled.outage!] });
          } else {
            now += each.after;
            const result = { ...resultOf(each.verdict, now - each.late), nonce: `${number}` };
            const fold = foldResult(history, result, limits, INTERVAL);
            write(table, fold);
            expect(fold.state).toEqual(stateOf(fold.history, limits));
            history = fold.history;
          }
          const episodes = inOrder(table.values());
          expectNoOverlap(episodes);
          expect(openEpisode(stateOf(history, limits).outage)).toEqual(openEpisode(episodes.at(-1)));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('withdraws an outage when a late success splits its run of failures', () => {
    const { history } = play([success(0), failure(60), failure(180)], asDefault).at(-1)!;
    expect(openSince(stateOf(history, asDefault))).toBe(at(60));
    const fold = foldResult(history, success(120), asDefault, INTERVAL);
    expect(fold.withdrawn).toEqual([{ outage: at(60), episode: 1, from: at(60), reason: 'ConnectionTimedOut' }]);
    expect(fold).toMatchObject({ changed: [], worthAssessing: true, confirm: false });
    expect(fold.state).toMatchObject({ failures: 1, firstFailure: at(180), outage: undefined });
  });

  it('begins an outage anew when a late success splits its run and enough failures are left', () => {
    const fold = play([failure(60), failure(180), failure(240), success(120)], asDefault).at(-1)!;
    expect(fold.withdrawn.map(({ outage }) => outage)).toEqual([at(60)]);
    expect(fold.changed).toMatchObject([{ outage: at(180), episode: 1, from: at(180) }]);
  });

  it('begins an outage earlier when an earlier failure comes late', () => {
    const fold = play([failure(120), failure(180), failure(60)], asDefault).at(-1)!;
    expect(fold.withdrawn.map(({ outage }) => outage)).toEqual([at(120)]);
    expect(fold.changed.map(({ outage }) => outage)).toEqual([at(60)]);
  });

  it('ends an outage earlier when an earlier success comes late', () => {
    const fold = play([failure(60), failure(120), success(300), success(240)], asDefault).at(-1)!;
    expect(fold.changed).toEqual([{ outage: at(60), episode: 1, from: at(60), end: at(240), reason: 'ConnectionTimedOut' }]);
  });

  it('withdraws only the return that a late success disproves', () => {
    const fold = play([failure(0), failure(60), success(120), failure(180), failure(300), success(240)], asDefault).at(-1)!;
    expect(fold.withdrawn).toMatchObject([{ outage: at(0), episode: 2, from: at(180) }]);
    expect(fold.state.outage).toMatchObject({ outage: at(0), episode: 1, end: at(120) });
  });

  it('settles the oldest when more than 16 results are open', () => {
    const results = Array.from({ length: 20 }, (_, n) => success(n + 1));
    const { recent, settled } = historyOf(results, asDefault);
    expect([recent.length, settled.successes]).toEqual([16, 4]);
    expect(foldResult({ recent, settled }, { ...failure(3), nonce: 'late' }, asDefault, INTERVAL).history).toEqual({ recent, settled });
  });

  it('makes a node that fails in every other sweep one outage with many episodes', () => {
    const results = Array.from({ length: 40 }, (_, sweep) => (sweep % 2 === 0 ? failure(sweep * 300) : success(sweep * 300)));
    const folds = play(results, atOnce);
    expect(tableOf(folds).map(({ outage, episode }) => [outage, episode])).toEqual(Array.from({ length: 20 }, (_, n) => [at(0), n + 1]));
    expect(folds.at(-1)!.state.outage).toMatchObject({ outage: at(0), episode: 20, from: at(38 * 300), end: at(39 * 300) });
  });

  it.each([
    ['a return just within the flap window is the next episode', 900, { outage: at(0), episode: 2, from: at(1200) }],
    ['a return just after the flap window is another outage', 901, { outage: at(1201), episode: 1, from: at(1201) }],
  ])('%s', (_, quiet, expected) => {
    const { state } = play([failure(0), success(300), failure(300 + quiet)], atOnce).at(-1)!;
    expect(state.outage).toMatchObject(expected);
  });

  it('knows no episodes where the flap window is 0', () => {
    const { state } = play([failure(0), success(1), failure(1.001)], { ...atOnce, flapWindowMs: 0 }).at(-1)!;
    expect(state.outage).toMatchObject({ outage: at(1.001), episode: 1 });
    const atOneTime = { ...failure(60), nonce: 'p: after the other of this time' };
    const limits = { ...atOnce, flapWindowMs: 0 };
    expect(play([failure(0), success(60), atOneTime], limits).at(-1)!.state.outage).toMatchObject({ outage: at(60), episode: 1 });
  });

  it.each<[string, Kind[], Limits, { failures: number; successes: number; outage?: object }]>([
    ['no results: nothing is known', [], asDefault, { failures: 0, successes: 0, outage: undefined }],
    ['the first result is a failure: not yet an outage', ['unreachable'], asDefault, { failures: 1, successes: 0, outage: undefined }],
    [
      'the first result is a failure, and one is enough: an outage',
      ['unreachable'],
      atOnce,
      { failures: 1, successes: 0, outage: { from: at(0) } },
    ],
    [
      'almost failed: single failures between successes open nothing',
      ['unreachable', 'reachable', 'unreachable', 'unknown', 'reachable'],
      asDefault,
      { failures: 0, successes: 1, outage: undefined },
    ],
    [
      'almost recovered, then failing again: still the first episode',
      ['unreachable', 'unreachable', 'reachable', 'unreachable', 'reachable', 'unreachable'],
      { ...asDefault, recoveries: 2 },
      { failures: 1, successes: 0, outage: { outage: at(0), episode: 1, from: at(0), reason: 'ConnectionTimedOut' } },
    ],
    [
      'almost recovered, failing again, recovered: ends with the run that held',
      ['unreachable', 'unreachable', 'reachable', 'unreachable', 'reachable', 'unknown', 'reachable'],
      { ...asDefault, recoveries: 2 },
      { failures: 0, successes: 2, outage: { outage: at(0), episode: 1, from: at(0), end: at(240), reason: 'ConnectionTimedOut' } },
    ],
  ])('%s', (_, verdicts, limits, { outage, ...counts }) => {
    const state = stateOf(historyOf(everyMinute(verdicts), limits), limits);
    expect(state).toMatchObject(counts);
    if (outage === undefined) expect(state.outage).toBeUndefined();
    else expect(state.outage).toMatchObject(outage);
  });

  it('counts no failure of the prober itself among the probes that came to nothing', () => {
    const ours = ['StartLost', 'StartUnknown', 'ProberError', 'Lost', 'Throttled'] as const;
    const results = ours.map((reason, n) => resultOf('unknown', 60 * n, reason));
    const [last] = play([...results, unknown(600)], asDefault).slice(-1);
    expect([last!.state.unknowns, isBlind(last!.state, 2)]).toEqual([1, false]);
  });

  it('counts results of one kind in a row', () => {
    const folds = play(everyMinute(['unreachable', 'unknown', 'unknown', 'unreachable', 'reachable', 'reachable', 'unknown']), asDefault);
    expect(folds.map(({ state: { failures, successes, unknowns } }) => [failures, successes, unknowns])).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 2],
      [2, 0, 0],
      [0, 1, 0],
      [0, 2, 0],
      [0, 2, 1],
    ]);
  });

  it('asks to confirm the first failure of a run, unless it opened an outage by itself or one is open', () => {
    const confirmed = (verdicts: Kind[], limits: Limits) => play(everyMinute(verdicts), limits).map(({ confirm }) => confirm);
    const [f, r]: Kind[] = ['unreachable', 'reachable'];
    expect(confirmed([f!, f!, r!, f!], asDefault)).toEqual([true, false, false, true]);
    expect(confirmed([f!, f!, f!], { ...asDefault, failures: 3 })).toEqual([true, false, false]);
    expect(confirmed([f!, r!, f!], atOnce)).toEqual([false, false, false]);
    expect(confirmed([f!, f!, r!, f!], { ...asDefault, recoveries: 2 })).toEqual([true, false, false, false]);
  });

  it('asks to confirm no failure that came late: the node has a newer verdict', () => {
    expect(play([success(120), failure(60)], asDefault).at(-1)!.confirm).toBe(false);
    expect(play([failure(120), failure(60)], { ...asDefault, failures: 3 }).at(-1)!.confirm).toBe(false);
  });

  it('has a cluster assessed for a new status, a new reason, an opening and a closing, and for nothing else', () => {
    const results = [
      success(0),
      success(1),
      failure(2),
      failure(3),
      failure(4),
      failure(5, 'DnsTimeout'),
      success(6),
      success(7),
      unknown(8),
      unknown(9),
      resultOf('unknown', 10, 'NodeBusy'),
    ];
    expect(play(results, asDefault).map(({ worthAssessing }) => worthAssessing)).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('has a cluster assessed when an outage closes, though the status turned before', () => {
    const verdicts: Kind[] = ['unreachable', 'unreachable', 'reachable', 'reachable', 'reachable'];
    const folds = play(everyMinute(verdicts), { ...asDefault, recoveries: 2 });
    expect(folds.map(({ worthAssessing }) => worthAssessing)).toEqual([true, true, true, true, false]);
  });

  it('remembers since when the status is what it is', () => {
    const verdicts: Kind[] = ['unknown', 'unknown', 'reachable', 'reachable', 'unreachable', 'unknown', 'unreachable'];
    expect(play(everyMinute(verdicts), asDefault).map(({ state }) => state.since)).toEqual([0, 0, 120, 120, 240, 300, 360].map(at));
  });
});

describe('endHistory', () => {
  it('ends the outage that is open, and opens none before a new run of failures', () => {
    fc.assert(
      fc.property(kinds, limitsOf, (verdicts, limits) => {
        const gone = verdicts.length * 60;
        const before = play(everyMinute(verdicts), limits).at(-1)?.state ?? emptyState;
        const history = endHistory(before, at(gone), limits.staleAfterMs);
        const open = openEpisode(before.outage);
        expect(history.settled.outage).toEqual(open ? { ...open, end: at(gone) } : before.outage);
        const failures = Array.from({ length: limits.failures }, (_, n) => failure(gone + (n + 1) * 60));
        const folds = play(failures, limits, history);
        expect(folds.map(({ state }) => openSince(state) !== undefined)).toEqual(failures.map((_, n) => n === limits.failures - 1));
        expect(openEpisode(folds.at(-1)!.state.outage)?.from).toBe(at(gone + 60));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves what came before to the past: a result of then changes nothing', () => {
    const { state } = play([failure(0), failure(60), failure(120)], asDefault).at(-1)!;
    const history = endHistory(state, at(150), asDefault.staleAfterMs);
    expect(foldResult(history, success(90), asDefault, INTERVAL)).toMatchObject({ history, changed: [], withdrawn: [] });
  });

  it('lets a probe that was under way when the node went change nothing', () => {
    const history = endHistory(play([failure(0)], atOnce).at(-1)!.state, at(60), atOnce.staleAfterMs);
    expect(foldResult(history, failure(60), atOnce, INTERVAL)).toMatchObject({ history, changed: [], confirm: false });
    expect(foldResult(history, failure(61), atOnce, INTERVAL).changed).toMatchObject([{ outage: at(0), episode: 2, from: at(61) }]);
  });
});

describe('repairClock', () => {
  it('leaves a history alone in which nothing lies ahead of the clock by more than two minutes', () => {
    const history = historyOf([failure(0), failure(60)], asDefault);
    expect(repairClock(history, dateAt(60))).toBe(history);
    expect(repairClock(history, dateAt(-60))).toBe(history);
    expect(repairClock(history, dateAt(-60.001))).not.toBe(history);
    expect(repairClock(emptyHistory, dateAt(0))).toBe(emptyHistory);
  });

  it('lets new results be folded again after a clock that was ahead', () => {
    fc.assert(
      fc.property(kinds, limitsOf, (verdicts, limits) => {
        fc.pre(verdicts.length > 0);
        const dayAhead = 86_400;
        const wrong = historyOf(
          verdicts.map((verdict, minute) => resultOf(verdict, dayAhead + minute * 60)),
          limits,
        );
        expect(foldResult(wrong, success(10), limits, INTERVAL).history).toBe(wrong);
        const { state, history } = foldResult(repairClock(wrong, dateAt(5)), success(10), limits, INTERVAL);
        expect(state.latest).toEqual(success(10));
        expect(repairClock(history, dateAt(10))).toBe(history);
      }),
    );
  });

  it('keeps the runs, and the outage under the name that the tables know', () => {
    fc.assert(
      fc.property(kinds, limitsOf, kind, (verdicts, limits, next) => {
        fc.pre(verdicts.length > 0);
        const ahead = verdicts.map((verdict, minute) => ({
          ...resultOf(verdict, 3600 + minute * 60),
          nonce: `${(minute * 7) % 11}-${minute}`,
        }));
        const wrong = play(ahead, limits);
        const { outage } = wrong.at(-1)!.state;
        const { state, changed, withdrawn } = foldResult(
          repairClock(wrong.at(-1)!.history, dateAt(0)),
          resultOf(next, 300),
          limits,
          INTERVAL,
        );
        const straight = play([...ahead, resultOf(next, 90_000)], limits).at(-1)!.state;
        expect([state.failures, state.successes, state.unknowns]).toEqual([straight.failures, straight.successes, straight.unknowns]);
        expect(withdrawn).toEqual([]);
        if (openEpisode(outage) !== undefined) expect(state.outage).toMatchObject({ outage: outage!.outage, episode: outage!.episode });
        for (const each of changed) expect(each.outage === outage?.outage || openEpisode(outage) === undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('ends an outage under its own name that began while the clock was ahead', () => {
    const wrong = historyOf([failure(3600), failure(3660)], asDefault);
    const fold = foldResult(repairClock(wrong, dateAt(0)), success(300), asDefault, INTERVAL);
    expect(fold.changed).toMatchObject([{ outage: at(3600), episode: 1, end: at(300) }]);
    expect(fold.withdrawn).toEqual([]);
  });
});

describe('isFlapping', () => {
  const now = dateAt(1000);
  const of = (outage: Partial<Episode>) =>
    isFlapping({ ...emptyState, outage: { outage: at(0), episode: 2, from: at(0), reason: 'NoRoute', ...outage } }, 60_000, now);
  it.each<[string, boolean, Partial<Episode>]>([
    ['is true while a return is open', true, {}],
    ['is true until the flap window after its end is over', true, { end: at(940) }],
    ['is false after it', false, { end: at(939.999) }],
    ['is false for a first episode', false, { episode: 1 }],
  ])('%s', (_, expected, outage) => {
    expect(of(outage)).toBe(expected);
  });

  it('is false without an outage', () => {
    expect(isFlapping(emptyState, 60_000, now)).toBe(false);
  });
});

describe('isBlind', () => {
  it('is true from so many probes in a row that came to nothing', () => {
    const states = play(everyMinute(['reachable', 'unknown', 'unknown', 'unknown', 'unreachable']), asDefault).map(({ state }) => state);
    expect(states.map((state) => isBlind(state, 3))).toEqual([false, false, false, true, false]);
  });
});

describe('statusOf', () => {
  it('is unknown for whatever is no proof', () => {
    expect((['reachable', 'unreachable', 'unknown', undefined] as const).map(statusOf)).toEqual(['True', 'False', 'Unknown', 'Unknown']);
  });
});
