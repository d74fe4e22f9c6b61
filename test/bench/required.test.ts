import { expect, test } from 'vitest';
import type { Figures } from '../../bench/measure.ts';
import { layOutTable } from '../../bench/print-table.ts';
import { judgeFigures } from '../../bench/required.ts';

function figures(nodes: number, more: Partial<Figures> = {}): Figures {
  const ledger = { nodes, byOutcome: { 'reachable/Reachable': nodes }, withoutOutcome: 0, withSeveral: 0, withoutRow: 0 };
  const measured = {
    armRequestsPerProbe: 3,
    storagePerProbe: 0.8,
    hostCpuMsPerNode: 5,
    peakMegabytes: 200,
    mostStartsIn10Seconds: 250,
  };
  const counted = { clusters: 1, probes: nodes, sweepSeconds: 30, inventoryRequests: 5, listenerPolls: 10, conflicts: 0 };
  const agreed = { isUsual: nodes === 1000, executions: { planned: 110, counted: 100 }, billedSeconds: { planned: 300, counted: 280 } };
  const storage = { storagePerNode: 0.8, storageByKind: {}, storageKilobytesPerNode: 10 };
  return { nodes, ...measured, ...counted, ...agreed, ...storage, allowedIn10Seconds: 300, ledger, ...more };
}

const broken = (big: Partial<Figures>, biggest: Partial<Figures> = {}) =>
  judgeFigures([figures(1000), figures(10_000, big), figures(100_000, biggest)])
    .filter(({ holds }) => !holds)
    .map(({ sentence }) => sentence);

test('figures at their limits hold', () => {
  expect(
    broken({ armRequestsPerProbe: 3.05, storagePerProbe: 1, hostCpuMsPerNode: 6, peakMegabytes: 260 }, { peakMegabytes: 300 }),
  ).toEqual([]);
});

test('each figure past its limit is reported', () => {
  expect(
    broken({ armRequestsPerProbe: 3.06, storagePerProbe: 1.01, hostCpuMsPerNode: 6.1, peakMegabytes: 270 }, { peakMegabytes: 310 }),
  ).toEqual([
    'expected ARM requests per probe to be at most 3.05, got 3.06',
    'expected storage transactions per probe to be at most 1, got 1.01',
    'expected peak memory of the bigger fleet to that of the smaller to be at most 1.3, got 1.35',
    'expected peak memory of expansion to that of the smaller fleet to be at most 1.5, got 1.55',
    'expected CPU time per node of the bigger fleet to that of the smaller to be at most 1.2, got 1.22',
  ]);
});

test('a plan that is far from what was counted is reported, of a usual sweep alone', () => {
  const far = { executions: { planned: 84, counted: 100 }, billedSeconds: { planned: 116, counted: 100 } };
  expect(broken(far)).toEqual([]);
  expect(broken({ ...far, isUsual: true })).toEqual([
    'expected the plan to be within 15 % of the executions that were counted, 100, got 84',
    'expected the plan to be within 15 % of the billed seconds that were counted, 100, got 116',
  ]);
});

test('a bigger fleet that costs less for each node is no growth', () => {
  expect(broken({ hostCpuMsPerNode: 2 })).toEqual([]);
});

test('a node without an outcome, a run too many in 10 s and a probe that failed are reported', () => {
  const ledger = { nodes: 9_999, byOutcome: { 'reachable/Reachable': 9_998 }, withoutOutcome: 1, withSeveral: 0, withoutRow: 0 };
  expect(broken({ ledger, mostStartsIn10Seconds: 301, probes: 9_999 })).toEqual([
    'expected starts of a region in any 10 s to be at most 300, got 301',
    'expected no node without an outcome, got 1',
    'expected no node without a row, or one too many, got 1',
    'expected no probe without the verdict reachable, got 1',
  ]);
});

test('a figure that could not be measured does not hold', () => {
  expect(broken({ armRequestsPerProbe: Number.NaN })).toEqual(['expected ARM requests per probe to be at most 3.05, got NaN']);
});

test('the table has a column for each fleet and says what does not hold', () => {
  const all = [figures(1000), figures(10_000, { storagePerProbe: 1.2 }), figures(100_000)] as const;
  const lines = layOutTable(all, judgeFigures(all)).split('\n');
  expect(lines[0]).toMatch(/^figure +1,000 +10,000 +100,000 +required$/);
  expect(lines.find((line) => line.startsWith('storage transactions per probe'))).toMatch(/ 0\.8 +1\.2 +≤ 1 +NO$/);
});
