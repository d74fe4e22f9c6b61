import { expect, test } from 'vitest';
import { tableKind } from '../../bench/count-rows.ts';
import { judgeSteady, layOutSteady, type SteadySample, thirdsOf } from '../../bench/required-of-steady.ts';

const SWEEPS = 24;

/** A host after the nth sweep, which leaves only its history. */
function sampleOf(n: number, more: Partial<SteadySample> = {}): SteadySample {
  const rows = { fleet: 2010, 'results of days': n * 1000, sweeps: n * 40, 'sweeps of months': n };
  return { seconds: 20, residentMegabytes: 200 + (n % 5), descriptors: 40 + (n % 3), queued: 5 + (n % 2), cpuMs: 7000, rows, ...more };
}
const samplesOf = (change: (n: number) => Partial<SteadySample> = () => ({})) =>
  Array.from({ length: SWEEPS }, (_, n) => sampleOf(n + 1, change(n + 1)));
const broken = (samples: SteadySample[]) =>
  judgeSteady(samples, 1000, 30)
    .filter(({ holds }) => !holds)
    .map(({ sentence }) => sentence);

test('a host that only adds to its history holds', () => {
  expect(broken(samplesOf())).toEqual([]);
});

test('what the first sweeps add is left out', () => {
  expect(thirdsOf(samplesOf()).map((third) => third.length)).toEqual([7, 7, 7]);
  expect(broken(samplesOf((n) => (n <= 3 ? { residentMegabytes: 90, descriptors: 10, rows: { fleet: n } } : {})))).toEqual([]);
});

test('memory that grows or falls by more than a tenth is reported, one high reading is not', () => {
  expect(broken(samplesOf((n) => ({ residentMegabytes: 200 + 2 * n })))).toEqual([
    'expected resident memory to be flat within 10 %, got 214, 228, 242 MB in the thirds',
  ]);
  expect(broken(samplesOf((n) => ({ residentMegabytes: 300 - 4 * n })))).toHaveLength(1);
  expect(broken(samplesOf((n) => (n === 23 ? { residentMegabytes: 400 } : {})))).toEqual([]);
});

test('a descriptor or a message that each sweep leaves is reported', () => {
  expect(broken(samplesOf((n) => ({ descriptors: 40 + n, queued: n })))).toEqual([
    'expected open descriptors not to grow beyond the 50 of the first third, got 61 in the median of the last',
    'expected the queue not to grow beyond the 10 of the first third, got 21 in the median of the last',
  ]);
});

test('a row of the fleet that each sweep leaves is reported, and a sweep that leaves more history than another', () => {
  const leaves = (table: string, rows: (n: number) => number) =>
    broken(samplesOf((n) => ({ rows: { ...sampleOf(n).rows, [table]: rows(n) } })));
  expect(leaves('fleet', (n) => 2010 + n)).toEqual(['expected fleet not to grow, got 1 more']);
  expect(leaves('sweeps', (n) => 40 * n + Math.floor(n / 12))).toEqual([
    'expected sweeps to grow by as many rows with each sweep, got 40, 41 more',
  ]);
  expect(leaves('sweeps', () => 40)).toHaveLength(1);
  expect(leaves('results of days', (n) => 999 * n)).toEqual([
    'expected results of days to grow by 1000 rows with each sweep, got 999 more',
  ]);
  expect(leaves('poison', (n) => Number(n > 20))).toEqual(['expected poison not to grow, got 0, 1 more']);
});

test('a sweep that is not over when the next one begins is reported', () => {
  expect(broken(samplesOf((n) => (n === 2 ? { seconds: 31 } : {})))).toEqual([
    'expected each sweep to be completed before the next, got 31.0 s',
  ]);
});

test('the table has a column for each third, and says what does not hold', () => {
  const samples = samplesOf((n) => ({ residentMegabytes: 200 + 2 * n }));
  const lines = layOutSteady(samples, judgeSteady(samples, 1000, 30)).split('\n');
  const line = (name: string) => lines.find((each) => each.startsWith(name));
  expect(line('resident memory')).toMatch(/ 214 +228 +242 +≤ 10 % apart +NO$/);
  expect(line('rows of fleet')).toMatch(/ 2010 +2010 +2010 +the same +ok$/);
  expect(line('rows of results of days')).toMatch(/ 10000 +17000 +24000 +\+ 1000 each +ok$/);
});

test('tables of days and of months count together', () => {
  expect(['results20261130', 'sweeps202611', 'sweeps', 'fleet'].map(tableKind)).toEqual([
    'results of days',
    'sweeps of months',
    'sweeps',
    'fleet',
  ]);
});
