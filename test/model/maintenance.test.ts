import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MaintenanceRule, nextStretch, stretchAt, stretchesIn } from '../../src/model/maintenance.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// A Sunday.
const start = Date.UTC(2026, 10, 22);
const at = (time: string) => Date.parse(time);
const once = (from: number, until: number): MaintenanceRule => ({ kind: 'once', from, until });
const weekly = (begin: number, length: number): MaintenanceRule => ({ kind: 'weekly', start: begin, length });

const minutes = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n * MINUTE);
const rule: fc.Arbitrary<MaintenanceRule> = fc.oneof(
  fc.tuple(minutes(20 * 1440), minutes(7 * 1440)).map(([from, length]) => once(start + from, start + from + length)),
  fc.tuple(minutes(7 * 1440 - 1), minutes(1440)).map(([begin, length]) => weekly(begin, length)),
);
const rules = fc.array(rule, { maxLength: 5 });
const moment = minutes(20 * 1440).map((n) => start + n);

/** The rule in words: a moment is in maintenance if any window holds it. */
const isInAny = (all: readonly MaintenanceRule[], time: number) =>
  all.some((each) => {
    if (each.kind === 'once') return each.from <= time && time < each.until;
    // 4 January 1970 was a Sunday.
    const into = (((time - 3 * DAY - each.start) % (7 * DAY)) + 7 * DAY) % (7 * DAY);
    return into < each.length;
  });

describe('a stretch of maintenance', () => {
  it('holds a moment exactly where a window does', () => {
    fc.assert(
      fc.property(rules, moment, (all, time) => {
        const stretch = stretchAt(all, time);
        expect(stretch !== undefined).toBe(isInAny(all, time));
        if (stretch !== undefined) expect(stretch.from <= time && time < stretch.until).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends at a moment that no window holds, and holds each before it', () => {
    fc.assert(
      fc.property(rules, moment, (all, time) => {
        const stretch = stretchAt(all, time);
        if (stretch === undefined) return;
        for (let each = time; each < Math.min(stretch.until, time + DAY); each += 30 * MINUTE) expect(isInAny(all, each)).toBe(true);
        if (stretch.until < time + DAY) expect(isInAny(all, stretch.until)).toBe(false);
      }),
    );
  });

  it('is one of a list of stretches apart from each other, in their order', () => {
    fc.assert(
      fc.property(rules, moment, minutes(3 * 1440), (all, from, length) => {
        const list = stretchesIn(all, { from, until: from + length });
        for (const [n, each] of list.entries()) {
          expect(each.from).toBeLessThan(each.until);
          if (n > 0) expect(list[n - 1]!.until).toBeLessThan(each.from);
        }
      }),
    );
  });

  it('goes over midnight and over the end of a week', () => {
    const saturdayNight = [weekly(6 * DAY + 22 * HOUR, 4 * HOUR)];
    const stretch = { from: at('2026-11-21T22:00:00Z'), until: at('2026-11-22T02:00:00Z') };
    expect(stretchAt(saturdayNight, at('2026-11-22T01:59:59Z'))).toEqual(stretch);
    expect(stretchAt(saturdayNight, at('2026-11-21T22:00:00Z'))).toEqual(stretch);
    expect(stretchAt(saturdayNight, at('2026-11-22T02:00:00Z'))).toBeUndefined();
  });

  it('is announced as the next one before it begins', () => {
    const sunday = [weekly(22 * HOUR, HOUR)];
    expect(nextStretch(sunday, at('2026-11-20T00:00:00Z'), 7 * DAY)).toEqual({
      from: at('2026-11-22T22:00:00Z'),
      until: at('2026-11-22T23:00:00Z'),
    });
    expect(nextStretch(sunday, at('2026-11-22T22:30:00Z'), 6 * DAY)).toBeUndefined();
  });
});
