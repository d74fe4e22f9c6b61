import { expect, test } from 'vitest';
import { tableKind } from '../../bench/count-rows.ts';
import { judgeSteady, layOutSteady, type SteadySample, thirdsOf } from '../../bench/required-of-steady.ts';

const SWEEPS = 24;

/** A host after the nth sweep, which leaves only its history. */
function sampleOf(n: number, more: Partial<SteadySample> = {}): SteadySample {
  const rows = { fleet: 2010, 'results of days': n * 1000, sweeps: n * 40, 'sweeps of months': n };
  const looked = { sweep: n, inTime: true, seconds: 20 };
  return { ...looked, residentMegabytes: 200 + (n % 5), descriptors: 40 + (n % 3), queued: 5 + (n % 2), cpuMs: 7000, rows, ...more };
}
const samplesOf = (change: (n: number) => Partial<SteadySample> = () => ({})) =>
  Array.from({ length: SWEEPS }, (_, n) => sampleOf(n + 1, change(n + 1)));
const broken = (samples: SteadySample[]) =>
  judgeSteady(samples, 1000)
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
  expect(leaves('sweeps', (n) => 40 * n + (n > 12 ? n : 0))).toEqual([
    'expected sweeps to grow by 41 rows with each sweep, got 40, 53, 41 more',
  ]);
  expect(leaves('sweeps', () => 40)).toHaveLength(1);
  expect(leaves('results of days', (n) => 979 * n)).toEqual([
    'expected results of days to grow by 1000 rows with each sweep, got 979 more',
  ]);
  expect(leaves('poison', (n) => Number(n > 20))).toEqual(['expected poison not to grow, got 0, 1 more']);
});

test('a slice that was sent again leaves a row, which is no growth', () => {
  const late = (n: number) => (n > 12 ? 1 : 0);
  expect(broken(samplesOf((n) => ({ rows: { ...sampleOf(n).rows, sweeps: 65 * n + late(n) } })))).toEqual([]);
});

test('a sweep that is not over when the next one begins is left out, unless there are many', () => {
  const late = (every: number) => (n: number) => (n % every === 0 ? { inTime: false, rows: { ...sampleOf(n).rows, sweeps: 0 } } : {});
  expect(broken(samplesOf(late(7)))).toEqual([]);
  expect(broken(samplesOf(late(3)))).toEqual([
    'expected three quarters of the sweeps to be over before the next, so that they can be compared, got 16 of 24',
  ]);
});

test('the table has a column for each third, and says what does not hold', () => {
  const samples = samplesOf((n) => ({ residentMegabytes: 200 + 2 * n }));
  const lines = layOutSteady(samples, judgeSteady(samples, 1000)).split('\n');
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
