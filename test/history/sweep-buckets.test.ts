import { describe, expect, it } from 'vitest';
import { addToBuckets, noBuckets, stretchesOf } from '../../src/history/sweep-buckets.ts';
import { emptyCounts } from '../../src/model/ledger.ts';

const START = Date.parse('2026-11-21T00:00:00Z');
const sweep = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const counts = (unreachable: number) => ({ ...emptyCounts, known: 9, reachable: 9 - unreachable, unreachable });
const latency = (ms: number) => ({ medianMs: ms, p95Ms: 2 * ms, p99Ms: 3 * ms, worstMs: 4 * ms, slowNodes: 0 });
const all = (minutes: readonly number[]) =>
  minutes.reduce(
    (buckets, each) => addToBuckets(buckets, sweep(each), counts(each % 60 === 0 ? 2 : 0), false, latency(each + 1)),
    noBuckets,
  );

describe('the sweeps of a cluster by stretches of time', () => {
  it('show the worst of each half hour, and its slowest sweep', () => {
    const stretches = stretchesOf(all([0, 5, 10, 30]), 1, new Date(START + 3_600_000));
    expect(stretches.map(({ sweeps, unreachable, latency: found }) => [sweeps, unreachable, found?.p95Ms])).toEqual([
      [3, 2, 22],
      [1, 0, 62],
    ]);
  });

  it('are the same in whatever order the sweeps are added', () => {
    expect(all([30, 10, 0, 5])).toEqual(all([0, 5, 10, 30]));
  });

  it('reach back 31 days at most, by quarters of a day', () => {
    const days = Array.from({ length: 40 * 4 }, (_, nth) => nth * 360);
    const buckets = all(days);
    expect(buckets.coarse.length).toBe(124);
    expect(buckets.fine.length).toBeLessThanOrEqual(96);
    expect(stretchesOf(buckets, 7, new Date(sweep(40 * 1440))).length).toBe(28);
  });

  it('have no latency where no node reached its API server', () => {
    const buckets = addToBuckets(noBuckets, sweep(0), counts(9), true, undefined);
    expect(stretchesOf(buckets, 1, new Date(sweep(5)))).toEqual([
      { from: START, until: START + 1_800_000, sweeps: 1, unreachable: 9, unknown: 0, notProbed: 0, upgrading: true },
    ]);
  });

  it('are not changed by what is no time', () => {
    expect(addToBuckets(noBuckets, 'check', counts(1), false, undefined)).toEqual(noBuckets);
  });
});
