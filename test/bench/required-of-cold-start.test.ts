import { expect, test } from 'vitest';
import type { ColdStart } from '../../bench/cold-start.ts';
import { judgeColdStart } from '../../bench/required-of-cold-start.ts';

const light: ColdStart = {
  functions: 49,
  registerMs: 21,
  cpuRatio: 1.9,
  memoryRatio: 1.13,
  megabytes: 49,
  firstWorkMs: 140,
  firstWorkCpuMs: 138,
  firstWorkRatio: 5.6,
};
const broken = (cost: ColdStart) =>
  judgeColdStart(cost)
    .filter(({ holds }) => !holds)
    .map(({ sentence }) => sentence);

test('a cold start that is light enough holds', () => {
  expect(broken(light)).toEqual([]);
  expect(broken({ ...light, firstWorkMs: 150, registerMs: 90, cpuRatio: 2.5, memoryRatio: 1.45, megabytes: 70 })).toEqual([]);
});

test('each figure that is too high is reported', () => {
  expect(broken({ ...light, firstWorkMs: 150.4, megabytes: 71 })).toEqual([
    'expected at most 70 MB, with all functions registered, got 71',
    'expected at most 150 ms for the first message of `work` after that, got 150.4',
  ]);
  expect(broken({ ...light, registerMs: 91, cpuRatio: 2.51, memoryRatio: 1.46 })).toHaveLength(3);
});
