import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countLatencies, LATENCY_BOUNDS_MS, latencyOf } from '../../src/history/latency.ts';
import type { JudgedNode } from '../../src/model/node.ts';

it('is that of the middle node, of the slowest, and how many are slow', () => {
  expect(latencyOf([40, 3_000, 20, 5_700, 60])).toEqual({ medianMs: 60, p95Ms: 5_700, p99Ms: 5_700, worstMs: 5_700, slowNodes: 2 });
  expect(latencyOf([20, 40])).toEqual({ medianMs: 20, p95Ms: 40, p99Ms: 40, worstMs: 40, slowNodes: 0 });
});

it('is none without a success', () => {
  expect(latencyOf([])).toBeUndefined();
});

it('depends on no order, and its median is between the least and the most', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9_000), { minLength: 1 }), (ms) => {
      const found = latencyOf(ms)!;
      expect(latencyOf([...ms].reverse())).toEqual(found);
      expect(found.medianMs).toBeGreaterThanOrEqual(Math.min(...ms));
      expect(found.worstMs).toBe(Math.max(...ms));
      expect(ms.filter((each) => each <= found.medianMs).length * 2).toBeGreaterThanOrEqual(ms.length);
    }),
  );
});

const sweep = '2026-11-21T09:35:00Z';
const nodeOf = (
  latencyMs: number | undefined,
  at = '2026-11-21T09:35:30.000Z',
  verdict: 'reachable' | 'unreachable' = 'reachable',
): JudgedNode => ({
  facts: { node: 'a', pool: 'web', os: 'Linux' },
  state: { latest: { verdict, reason: 'Reachable', at, latencyMs }, unknowns: 0 },
});

it('is counted in buckets that include their bounds, added to what was counted before', () => {
  const once = countLatencies(
    undefined,
    [250, 251, 3_000, 10_001].map((ms) => nodeOf(ms)),
    sweep,
  );
  expect(once).toEqual({ counts: [1, 1, 0, 0, 1, 0, 0, 1], sumMs: 13_502 });
  expect(countLatencies(once, [nodeOf(40)], sweep)).toEqual({ counts: [2, 1, 0, 0, 1, 0, 0, 1], sumMs: 13_542 });
  expect(once!.counts[0]).toBe(1);
});

it('is counted of the nodes that were found reachable since the sweep began, and of no others', () => {
  const others = [
    nodeOf(20, '2026-11-21T09:34:59.000Z'),
    nodeOf(20, undefined, 'unreachable'),
    nodeOf(undefined),
    { ...nodeOf(20), retiredAt: sweep },
  ];
  expect(countLatencies(undefined, others, sweep)).toBeUndefined();
  expect(countLatencies(undefined, [...others, nodeOf(20)], sweep)?.counts).toEqual([1, ...Array(LATENCY_BOUNDS_MS.length).fill(0)]);
});
