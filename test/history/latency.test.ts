import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latencyOf } from '../../src/history/latency.ts';

it('is that of the middle node, of the slowest, and how many are slow', () => {
  expect(latencyOf([40, 3_000, 20, 5_700, 60])).toEqual({ medianMs: 60, worstMs: 5_700, slowNodes: 2 });
  expect(latencyOf([20, 40])).toEqual({ medianMs: 20, worstMs: 40, slowNodes: 0 });
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
