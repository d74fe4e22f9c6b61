import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../src/history/sweep-buckets.ts';
import { latencyPoints, outagePoints } from '../../src/page/cluster-timeline.ts';
import { outageOf } from './views.ts';

const T0 = Date.parse('2026-11-21T00:00:00.000Z');
const iso = (minutes: number) => new Date(T0 + minutes * 60_000).toISOString();
const window = { from: T0, until: T0 + 100 * 60_000 };
const during = (start: number, end: number | null) => {
  const episode = { start: iso(start), end: end === null ? null : iso(end) };
  return outageOf('a', `n${start}`, { ...episode, episodes: [episode] });
};
const minutesOf = (points: ReturnType<typeof outagePoints>) => points.map(({ at, value }) => [(at - T0) / 60_000, value]);

describe('the number of nodes in outages over time', () => {
  it('rises where one begins, falls where one ends, and is that of before at the start', () => {
    expect(minutesOf(outagePoints([during(-10, 20), during(10, 30), during(10, null)], window))).toEqual([
      [0, 1],
      [10, 3],
      [20, 2],
      [30, 1],
    ]);
  });

  it('counts nodes alone, and nothing of another time', () => {
    expect(outagePoints([outageOf('a'), during(-10, -5), during(200, null)], window)).toEqual([]);
  });

  it('is at each moment as many as are in one', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: -20, max: 99 }), fc.option(fc.integer({ min: 1, max: 60 }))), { maxLength: 8 });
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 99 }), (all, minute) => {
        const outages = all.map(([start, length]) => during(start, length === null ? null : start + length));
        const shown = outagePoints(outages, window).findLast(({ at }) => at <= T0 + minute * 60_000)?.value ?? 0;
        expect(shown).toBe(all.filter(([start, length]) => start <= minute && (length === null || start + length > minute)).length);
      }),
    );
  });
});

describe('the time to answer over time', () => {
  const latency = { medianMs: 10, p95Ms: 20, p99Ms: 30 };
  /** A half hour with one sweep or more, so many half hours after the beginning. */
  const stretch = (slot: number, more: Partial<Stretch> = {}): Stretch => {
    const from = T0 + slot * 30 * 60_000;
    const counts = { sweeps: 1, unreachable: 0, unknown: 0, notProbed: 0, upgrading: false };
    return { from, until: from + 30 * 60_000, ...counts, latency, ...more };
  };
  const drawn = (stretches: readonly Stretch[], intervalMinutes: number) =>
    latencyPoints(stretches, 'p95Ms', T0 + 1e9, intervalMinutes * 60_000).map((point) => point && (point.at - T0) / 60_000);

  it('is one line where no sweep was missed, however rare sweeps are', () => {
    expect(drawn([stretch(0), stretch(1), stretch(2)], 5)).toEqual([15, 45, 75]);
    expect(drawn([stretch(0), stretch(2), stretch(4)], 60)).toEqual([15, 75, 135]);
    expect(drawn([stretch(0), stretch(12)], 360)).toEqual([15, 375]);
  });

  it('has a gap where one was missed, and goes on right after it', () => {
    expect(drawn([stretch(0), stretch(2)], 5)).toEqual([15, undefined, 75]);
    expect(drawn([stretch(0), stretch(4)], 60)).toEqual([15, undefined, 135]);
  });

  it('has a gap where no node was reachable', () => {
    expect(drawn([stretch(0), stretch(1, { latency: undefined }), stretch(2)], 5)).toEqual([15, undefined, 75]);
  });

  it('shows each stretch once, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(96), { maxLength: 20 }), fc.integer({ min: 1, max: 720 }), (slots, minutes) => {
        const sorted = [...slots].sort((a, b) => a - b);
        const shown = drawn(
          sorted.map((slot) => stretch(slot)),
          minutes,
        ).filter((at) => at !== undefined);
        expect(shown).toEqual(sorted.map((slot) => slot * 30 + 15));
      }),
    );
  });
});
