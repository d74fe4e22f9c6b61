import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outagePoints } from '../../src/page/cluster-timeline.ts';
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
