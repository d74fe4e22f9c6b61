import { expect, it } from 'vitest';
import { assessmentMark } from '../../src/history/assessment-mark.ts';

it.each([
  ['30 s apart where sweeps are five minutes apart', 300_000, 1_000, 30_000],
  ['a quarter of the interval where they are nearer', 60_000, 15_001, 30_000],
  ['a mark itself, at a mark', 300_000, 60_000, 60_000],
])('a mark is %s', (_, intervalMs, earliest, mark) => {
  expect(assessmentMark(earliest, intervalMs)).toBe(mark);
});
