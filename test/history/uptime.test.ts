import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addOutages,
  addUptimes,
  type CountedOutage,
  meansOf,
  type OutageDays,
  outageDays,
  outagesByReason,
  uptime,
  uptimeOf,
} from '../../src/history/uptime.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = new Date('2026-11-21T13:30:00.000Z');
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);
const outage = (start: string, end?: string, more: Partial<CountedOutage> = {}): CountedOutage => ({
  reason: 'DnsTimeout',
  start,
  end,
  openedAt: start,
  episodes: [{ start, end }],
  ...more,
});

// Milliseconds before now, some of them after it; also further back than is kept.
const offset = (furthest: number) => fc.integer({ min: -HOUR, max: furthest });
const anyOutage = (furthest: number): fc.Arbitrary<CountedOutage> =>
  fc
    .record({
      reason: fc.constantFrom('DnsTimeout', 'ConnectionTimedOut'),
      times: fc.array(offset(furthest), { minLength: 2, maxLength: 6 }),
      open: fc.boolean(),
      detected: fc.integer({ min: -1000, max: 600_000 }),
    })
    .map(({ reason, times, open, detected }) => {
      const iso = times.sort((a, b) => b - a).map((time) => ago(time).toISOString());
      const end = open ? undefined : iso.at(-1);
      const starts = iso.filter((_, position) => position % 2 === 0);
      const episodes = starts.map((start, position) => ({ start, end: position === starts.length - 1 ? end : iso[position * 2 + 1] }));
      return outage(iso[0]!, end, { reason, episodes, openedAt: new Date(Date.parse(iso[0]!) + detected).toISOString() });
    });
const outages = fc.array(anyOutage(60 * DAY), { maxLength: 20 });

/** Every number in a value, however deep. */
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : [];
const expectSound = (value: unknown) => {
  for (const number of numbersIn(value)) expect(number).toBeGreaterThanOrEqual(0);
};

describe('addOutages', () => {
  it('adds an outage to the day of its start, with the time of all its episodes', () => {
    const flapping = outage('2026-11-20T23:59:00Z', '2026-11-21T00:10:00Z', {
      openedAt: '2026-11-20T23:59:45Z',
      episodes: [
        { start: '2026-11-20T23:59:00Z', end: '2026-11-21T00:01:00Z' },
        { start: '2026-11-21T00:08:00Z', end: '2026-11-21T00:10:00Z' },
      ],
    });
    expect(addOutages({}, [flapping], now)).toEqual({
      '2026-11-20': { DnsTimeout: { outages: 1, downSeconds: 240, detectSeconds: 45, recoverSeconds: 660, recovered: 1 } },
    });
  });

  it('counts an open outage until now, and not as recovered', () => {
    expect(addOutages({}, [outage('2026-11-21T13:29:00Z')], now)).toEqual({
      '2026-11-21': { DnsTimeout: { outages: 1, downSeconds: 60, detectSeconds: 0, recoverSeconds: 0, recovered: 0 } },
    });
  });

  it.each([
    ['a start that is no time', outage('soon', '2026-11-21T13:00:00Z')],
    ['a start in the future', outage('2099-01-01T00:00:00Z', '2099-01-02T00:00:00Z')],
    ['a start in the future and no end', outage('2099-01-01T00:00:00Z')],
  ])('adds nothing for %s', (_, bad) => {
    expect(addOutages({}, [bad], now)).toEqual({});
  });

  it.each([
    ['an end before the start', outage('2026-11-21T13:00:00Z', '2026-11-21T12:00:00Z')],
    ['an end that is no time', outage('2026-11-21T13:00:00Z', 'later')],
    ['an opening before the start', outage('2026-11-21T13:00:00Z', undefined, { openedAt: '2026-11-21T12:00:00Z', episodes: [] })],
    ['an opening that is no time', outage('2026-11-21T13:00:00Z', undefined, { openedAt: '', episodes: [] })],
  ])('counts an outage but none of its seconds for %s', (_, bad) => {
    const DnsTimeout = { outages: 1, downSeconds: 0, detectSeconds: 0, recoverSeconds: 0, recovered: 0 };
    expect(addOutages({}, [bad], now)).toEqual({ '2026-11-21': { DnsTimeout } });
  });

  it('adds nothing while now is no time', () => {
    expect(addOutages({}, [outage('2026-11-21T13:00:00Z')], new Date(Number.NaN))).toEqual({});
  });

  it('gives the same buckets in whatever order outages come, at once or one by one, and leaves its input alone', () => {
    const shuffled = outages.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, order]) => {
        const before = addOutages({}, [outage(ago(3 * HOUR).toISOString())], now);
        const copy = structuredClone(before);
        const atOnce = addOutages(before, all, now);
        expect(order.reduce((sum: OutageDays, one) => addOutages(sum, [one], now), before)).toEqual(atOnce);
        expect(before).toEqual(copy);
      }),
    );
  });

  it('gives the same down time for an episode as for its two parts', () => {
    fc.assert(
      fc.property(fc.tuple(offset(60 * DAY), offset(60 * DAY), offset(60 * DAY)), (times) => {
        const [start, middle, end] = times.sort((a, b) => b - a).map((time) => ago(time).toISOString()) as [string, string, string];
        const split = [
          { start, end: middle },
          { start: middle, end },
        ];
        const halves = addOutages({}, [outage(start, end, { episodes: split })], now);
        expect(halves).toEqual(addOutages({}, [outage(start, end)], now));
      }),
    );
  });

  it('gives sound numbers within its limits, whatever the texts', () => {
    const text = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const odd = fc
      .tuple(text, fc.option(text, { nil: undefined }), text)
      .map(([start, end, openedAt]) => outage(start, end, { openedAt, episodes: [{ start, end }] }));
    fc.assert(
      fc.property(fc.array(odd), fc.date(), (all, time) => {
        const days = addOutages({}, all, time);
        expectSound(days);
        expect(Object.keys(days).length).toBeLessThanOrEqual(31);
        expectSound(outagesByReason(days, time));
      }),
    );
  });
});

describe('outagesByReason', () => {
  const all = [
    outage('2026-11-21T12:00:00Z', '2026-11-21T12:10:00Z', { openedAt: '2026-11-21T12:00:30Z' }),
    outage('2026-11-19T12:00:00Z', '2026-11-19T12:20:00Z', { openedAt: '2026-11-19T12:01:30Z' }),
    outage('2026-11-21T13:29:00Z', undefined, { reason: 'ConnectionTimedOut', openedAt: '2026-11-21T13:29:40Z' }),
  ];

  it('tells per reason how long detection and recovery took on average', () => {
    const byReason = outagesByReason(addOutages({}, all, now), now);
    expect(byReason.DnsTimeout).toEqual({ outages: 2, downSeconds: 1800, detectSeconds: 120, recoverSeconds: 1800, recovered: 2 });
    expect(meansOf(byReason.DnsTimeout!)).toEqual({ meanDetectSeconds: 60, meanRecoverSeconds: 900 });
    expect(meansOf(byReason.ConnectionTimedOut!)).toEqual({ meanDetectSeconds: 40, meanRecoverSeconds: null });
  });

  it('leaves out what has grown old, and what a wrong clock put in the future', () => {
    const days = addOutages({}, all, now);
    for (const time of [ago(-40 * DAY), new Date(0), new Date(Number.NaN)]) expect(outagesByReason(days, time)).toEqual({});
  });

  it('comes in shapes that the schemas read back', () => {
    fc.assert(
      fc.property(outages, (some) => {
        const days = addOutages({}, some, now);
        expect(outageDays.parse(JSON.parse(JSON.stringify(days)))).toEqual(days);
        const sums = addUptimes([{ ...addUptimes([]), byReason: outagesByReason(days, now) }]);
        expect(uptime.parse(JSON.parse(JSON.stringify(sums)))).toEqual(sums);
      }),
    );
  });
});

describe('uptimeOf', () => {
  it.each([
    [{ watched: 0, down: 0 }, null],
    [{ watched: 0, down: 10 }, null],
    [{ watched: Number.NaN, down: 0 }, null],
    [{ watched: 100, down: 0 }, 1],
    [{ watched: 100, down: 25 }, 0.75],
    [{ watched: 100, down: 101 }, 0],
  ])('of %j is %j', (sum, wanted) => {
    expect(uptimeOf(sum)).toBe(wanted);
  });
});

describe('addUptimes', () => {
  const summary = fc.record({ watched: fc.nat(DAY), down: fc.nat(DAY), some: outages }).map(({ watched, down, some }) => {
    const sum = { watched, down, maintained: down };
    return { '24h': sum, '7d': sum, '30d': sum, byReason: outagesByReason(addOutages({}, some, now), now) };
  });

  it('adds up whatever the order and the groups', () => {
    fc.assert(
      fc.property(fc.array(summary, { maxLength: 5 }), fc.nat(5), (all, cut) => {
        const fleet = addUptimes(all);
        expect(addUptimes([...all].reverse())).toEqual(fleet);
        expect(addUptimes([addUptimes(all.slice(0, cut)), addUptimes(all.slice(cut))])).toEqual(fleet);
        expect(fleet['24h'].watched).toBe(all.reduce((sum, each) => sum + each['24h'].watched, 0));
      }),
    );
  });

  it('of nothing is nothing', () => {
    const none = { watched: 0, down: 0, maintained: 0 };
    expect(addUptimes([])).toEqual({ '24h': none, '7d': none, '30d': none, byReason: {} });
  });
});
