import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sumWatched, watchOn } from '../../src/history/watched.ts';
import { emptyWatch, type Watch } from '../../src/model/watch.ts';
import { readWatch, toWatchedJson, toWatchJson, watchedJson } from '../../src/tables/watch-json.ts';

const HOUR_MS = 3_600_000;
const start = Date.UTC(2026, 10, 21);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const maintenance = [[start / 1000 + 3600, start / 1000 + 9000] as const];
const kind = fc.record({ down: fc.boolean(), undecided: fc.boolean() });
const watch: fc.Arbitrary<Watch> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 7 * 3600 }), fc.boolean(), kind), { maxLength: 120, size: 'max' })
  .map((steps) => {
    let now = 0;
    return steps.reduce((sum, [gap, verdict, each]) => {
      now += gap;
      return watchOn(sum, at(now), verdict, each, HOUR_MS, maintenance);
    }, emptyWatch);
  });
const stored = (each: Watch) => JSON.stringify(toWatchJson(each));

describe('what was watched of a node', () => {
  it('is read out of its row as it was written', () => {
    fc.assert(
      fc.property(watch, fc.option(fc.constant(at(0)), { nil: undefined }), (each, stoppedAt) => {
        expect(readWatch(stored({ ...each, stoppedAt }))).toEqual({ ...each, stoppedAt });
      }),
    );
  });

  it('takes little room in it: a hundred characters where a month was well, and no more than a thousand whatever happened', () => {
    let [well, odd] = [emptyWatch, emptyWatch];
    for (let n = 0; n < 31 * 24 * 12; n++) {
      well = watchOn(well, at(n * 300), true, { down: false, undecided: false }, 900_000);
      odd = watchOn(odd, at(n * 300 + (n % 7) * 11), n % 5 > 0, { down: n % 3 === 0, undecided: false }, 900_000);
    }
    expect(stored(well).length).toBeLessThan(130);
    expect(stored(odd).length).toBeLessThan(1000);
  });

  it.each(['{', 'null', '7', '{"h":[1,"2","3"]}', '{"h":[1,"x","",1],"d":[0,"",""]}', `{"h":[1,"1x99",""],"d":[0,"",""]}`])(
    'is nothing where a row holds %j',
    (text) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      onTestFinished(() => warn.mockRestore());
      expect(readWatch(text)).toBeUndefined();
    },
  );

  it('is nothing where a row has none', () => {
    expect([readWatch(undefined), readWatch(null), readWatch('')]).toEqual([undefined, undefined, undefined]);
  });
});

it('what was watched of many nodes is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(watch, { maxLength: 4 }), fc.integer({ min: 1, max: 20_000 }), (all, times) => {
      const sum = sumWatched(all);
      const many = (values: readonly number[]) => values.map((each) => each * times);
      const large = {
        hours: { ...sum.hours, watched: many(sum.hours.watched), down: many(sum.hours.down), maintained: many(sum.hours.maintained) },
        days: { ...sum.days, watched: many(sum.days.watched), down: many(sum.days.down), maintained: many(sum.days.maintained) },
      };
      expect(watchedJson.parse(JSON.parse(JSON.stringify(toWatchedJson(large))))).toEqual(large);
    }),
  );
});
