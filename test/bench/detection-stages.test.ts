import { describe, expect, it } from 'vitest';
import { atPace, type Detected, divide, layOutStages, p95AtPace, untilState } from '../../bench/detection-stages.ts';
import type { Reading } from '../../bench/watch-runs.ts';

const reading = (node: string, began: number, read: number): Reading => ({ node, began, ended: began + 2000, read });
const node = { fault: 'node', at: 20_000, stateAt: 46_000, eventAt: 56_000 } as const;
const cluster = { ...node, fault: 'cluster' } as const;
const QUORUM = 3;

describe('what each stage adds', () => {
  it('is told apart for a node, which a second run confirms', () => {
    const readings = [reading('a', 18_000, 21_000), reading('a', 33_000, 36_500), reading('a', 42_000, 45_000)];
    const detected = divide(node, readings, QUORUM, 30)!;
    expect(detected).toEqual({
      fault: 'node',
      again: true,
      sweep: 10,
      start: 3,
      run: 2,
      poll: 1.5,
      confirmation: 8.5,
      assessment: 1,
      event: 10,
    });
    expect(untilState(detected)).toBe(26);
  });

  it('is told apart for a cluster, for which a quorum is enough', () => {
    const readings = ['a', 'b', 'c', 'd'].map((name, n) => reading(name, 33_000 + 100 * n, 36_000 + 100 * n));
    expect(divide(cluster, readings, QUORUM, 30)).toMatchObject({ again: false, poll: 1, confirmation: 0.2, assessment: 9.8 });
  });

  it('holds no wait for a sweep that is under way', () => {
    expect(divide({ ...node, at: 31_000 }, [reading('a', 33_000, 36_000), reading('a', 42_000, 45_000)], QUORUM, 30)).toMatchObject({
      sweep: 0,
      start: 2,
    });
  });

  it('is not known where a state was accepted before enough was read to say so', () => {
    expect(divide(node, [], QUORUM, 30)).toBeUndefined();
    expect(divide(node, [reading('a', 33_000, 36_000)], QUORUM, 30)).toBeUndefined();
    expect(divide(node, [reading('a', 33_000, 36_000), reading('a', 42_000, 47_000)], QUORUM, 30)).toBeUndefined();
  });
});

const here = { interval: 30, run: 2, collect: 3, collectAgain: 2 };
const there = { interval: 300, run: 25, collect: 25, collectAgain: 10 };
const one: Detected = {
  fault: 'cluster',
  again: false,
  sweep: 10,
  start: 5,
  run: 2,
  poll: 1.5,
  confirmation: 0.5,
  assessment: 2,
  event: 5,
};

describe('at the pace of Azure', () => {
  it('the wait is ten times as long, a result is read as long after it is asked for, and three of ten are asked for twice', () => {
    const usual = 150 + (2 + 1.5 + 0.5 + 2) + 22;
    expect(atPace(one, here, there).sort((a, b) => a - b)).toEqual([...Array(7).fill(usual), ...Array(3).fill(usual + 10)]);
  });

  it('a confirmation is another run', () => {
    const ways = atPace({ ...one, again: true }, here, there);
    const usual = 150 + 6 + 44;
    const count = (seconds: number) => ways.filter((each) => each === seconds).length;
    expect([usual, usual + 10, usual + 20].map(count)).toEqual([49, 42, 9]);
  });

  it('every fault has the same weight', () => {
    // A twentieth of all are slower than the slowest of the first kind.
    const all = [...Array(19).fill(one), { ...one, again: true, sweep: 20 }];
    expect(p95AtPace(all, here, there)).toBe(188);
    expect(p95AtPace([...all, all.at(-1)], here, there)).toBeGreaterThan(290);
  });
});

it('the table has a column for each kind of fault, and both sums', () => {
  const lines = layOutStages([one, { ...one, fault: 'node', confirmation: 9 }]).split('\n');
  expect(lines[0]).toMatch(/^seconds until +nodes p50 +p95 +clusters p50 +p95 +all p50 +p95$/);
  expect(lines.find((line) => line.startsWith('= fault to state'))).toMatch(/ 29\.5 +29\.5 +21\.0 +21\.0 +21\.0 +29\.5$/);
  expect(lines.at(-1)).toMatch(/^= fault to event +34\.5/);
});
