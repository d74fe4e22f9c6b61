import { describe, expect, it } from 'vitest';
import { addFailing, addSweep, failingIn, fromStoredRuns, type SweepRun, toStoredRuns, trendOf } from '../../src/history/recent-sweeps.ts';
import { emptyCounts } from '../../src/model/ledger.ts';

const INTERVAL = 300_000;
const sweep = (nth: number) => new Date(Date.parse('2026-11-21T09:00:00Z') + nth * INTERVAL).toISOString();
const counts = (unreachable: number) => ({ ...emptyCounts, known: 4, reachable: 4 - unreachable, unreachable });
const add = (runs: readonly SweepRun[], nth: number, unreachable: number, previous = nth - 1) =>
  addSweep(runs, counts(unreachable), false, { sweep: sweep(nth), previous: previous < 0 ? '' : sweep(previous), intervalMs: INTERVAL });

describe('the recent sweeps of a cluster', () => {
  it('are counted together while they come to the same', () => {
    const runs = add(add(add([], 0, 0), 1, 0), 2, 3);
    expect(runs.map(({ sweeps, unreachable }) => [sweeps, unreachable])).toEqual([
      [2, 0],
      [1, 3],
    ]);
  });

  it('are 50 at most, the oldest given up first', () => {
    let runs: SweepRun[] = [];
    for (let nth = 0; nth < 70; nth++) runs = add(runs, nth, nth < 60 ? 0 : 1);
    expect(runs.map(({ sweeps }) => sweeps)).toEqual([40, 10]);
  });

  it('show sweeps that did not take place as ones in which nothing was probed', () => {
    const runs = add(add([], 0, 0), 4, 0, 0);
    expect(runs.map(({ sweeps, reachable }) => [sweeps, reachable])).toEqual([
      [1, 4],
      [3, 0],
      [1, 4],
    ]);
  });

  it('are stored and read as they were', () => {
    const runs = add(add([], 0, 0), 1, 2);
    expect(fromStoredRuns(toStoredRuns(runs))).toEqual(runs);
  });

  it('are added up over clusters from the newest back', () => {
    expect(addFailing([[1, 2, 3], [5]])).toEqual([1, 2, 8]);
    expect(failingIn(add(add([], 0, 0), 1, 2))).toEqual([0, 2]);
  });
});

describe('the trend of an outage', () => {
  it.each([
    [[0, 3], 7, 'spreading', 1],
    [[0, 0], 7, 'begun', 1],
    [[3, 7], 7, 'spreading', 1],
    [[3, 7, 7, 7], 7, 'steady', 3],
    [[7, 7], 4, 'healing', 1],
    [[], 5, 'steady', 1],
  ] as const)('of %j and %i now is %s', (before, now, way, sweeps) => {
    const trend = trendOf(before, now);
    expect([trend.way, trend.sweeps, trend.failing.at(-1)]).toEqual([way, sweeps, now]);
  });

  it('is not known where those that failed give no verdict any more', () => {
    expect(trendOf([14, 14], 0, 14).way).toBe('unseen');
    expect(trendOf([14, 14], 0, 1).way).toBe('healing');
  });
});
