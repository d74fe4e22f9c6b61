import { expect, test } from 'vitest';
import { mostStarts, type Start } from '../../bench/start-rate.ts';

const starts = (bucket: string, ...times: number[]): Start[] => times.map((at) => ({ bucket, at }));

test('a window begins anywhere and ends before its length is over', () => {
  expect(mostStarts(starts('a', 0, 9_999, 10_000, 10_001), 10_000)).toBe(3);
  expect(mostStarts(starts('a', 0, 10_000, 20_000), 10_000)).toBe(1);
});

test('buckets are counted apart, in whatever order their starts come', () => {
  expect(mostStarts([...starts('a', 5_000, 1_000), ...starts('b', 3_000, 2_000, 1_000)], 10_000)).toBe(3);
});

test('nothing started is nothing', () => {
  expect(mostStarts([], 10_000)).toBe(0);
});
