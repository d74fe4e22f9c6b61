import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addObserved,
  addOutages,
  addUptimes,
  type CountedOutage,
  emptyBuckets,
  meansOf,
  nodeUptime,
  summarize,
  type UptimeBuckets,
  uptime,
  uptimeBuckets,
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
const total = (buckets: Record<string, { observed: number; down: number }>, field: 'observed' | 'down') =>
  Object.values(buckets).reduce((sum, bucket) => sum + bucket[field], 0);
const close = (actual: number, wanted: number) => expect(Math.abs(actual - wanted)).toBeLessThan(0.01);

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

describe('addObserved', () => {
  it('spreads the time of all nodes over the hours and days it falls in', () => {
    const buckets = addObserved(emptyBuckets, 3, new Date('2026-11-20T22:59:50Z'), new Date('2026-11-21T00:00:10Z'));
    expect(buckets.hours).toEqual({
      '2026-11-20T22': { observed: 30, down: 0 },
      '2026-11-20T23': { observed: 10_800, down: 0 },
      '2026-11-21T00': { observed: 30, down: 0 },
    });
    expect(buckets.days).toEqual({
      '2026-11-20': { observed: 10_830, down: 0, byReason: {} },
      '2026-11-21': { observed: 30, down: 0, byReason: {} },
    });
  });

  it('keeps the newest 25 hours and 31 days, even of time since the epoch', () => {
    const { hours, days } = addObserved(emptyBuckets, 1, new Date(0), now);
    expect([Object.keys(hours).length, Object.keys(hours)[0], Object.keys(hours).at(-1)]).toEqual([25, '2026-11-20T13', '2026-11-21T13']);
    expect([Object.keys(days).length, Object.keys(days)[0], Object.keys(days).at(-1)]).toEqual([31, '2026-10-22', '2026-11-21']);
    const nextHour = addObserved({ hours, days }, 1, now, ago(-HOUR));
    expect([Object.keys(nextHour.hours).length, Object.keys(nextHour.hours)[0]]).toEqual([25, '2026-11-20T14']);
  });

  it.each([
    ['a clock that went back', 1, now, ago(1)],
    ['no time', 1, now, now],
    ['a start that is no time', 1, new Date(Number.NaN), now],
    ['an end that is no time', 1, now, new Date(Number.NaN)],
    ['no nodes', 0, ago(HOUR), now],
    ['fewer nodes than none', -1, ago(HOUR), now],
    ['nodes that are no number', Number.NaN, ago(HOUR), now],
    ['nodes without number', Number.POSITIVE_INFINITY, ago(HOUR), now],
  ])('adds nothing for %s', (_, nodes, from, to) => {
    expect(addObserved(emptyBuckets, nodes, from, to)).toEqual(emptyBuckets);
  });

  it('gives the same buckets for an interval as for its two parts, and leaves its input alone', () => {
    fc.assert(
      fc.property(fc.tuple(offset(60 * DAY), offset(60 * DAY), offset(60 * DAY)), fc.integer({ min: 1, max: 50_000 }), (times, nodes) => {
        const [from, middle, to] = times.sort((a, b) => b - a).map(ago) as [Date, Date, Date];
        const first = addObserved(emptyBuckets, nodes, from, middle);
        const before = structuredClone(first);
        expect(addObserved(first, nodes, middle, to)).toEqual(addObserved(emptyBuckets, nodes, from, to));
        expect(first).toEqual(before);
        expect(emptyBuckets).toEqual({ hours: {}, days: {} });
      }),
    );
  });

  it('loses no second while the buckets are kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DAY }), fc.integer({ min: 1, max: 1000 }), (length, nodes) => {
        const { hours, days } = addObserved(emptyBuckets, nodes, ago(length), now);
        close(total(hours, 'observed'), (nodes * length) / 1000);
        close(total(days, 'observed'), (nodes * length) / 1000);
      }),
    );
  });
});

describe('addOutages', () => {
  it('adds each episode where it falls, and the outage to the day of its start', () => {
    const flapping = outage('2026-11-20T23:59:00Z', '2026-11-21T00:10:00Z', {
      openedAt: '2026-11-20T23:59:45Z',
      episodes: [
        { start: '2026-11-20T23:59:00Z', end: '2026-11-21T00:01:00Z' },
        { start: '2026-11-21T00:08:00Z', end: '2026-11-21T00:10:00Z' },
      ],
    });
    const buckets = addOutages(emptyBuckets, [flapping], now);
    expect(buckets.hours).toEqual({ '2026-11-20T23': { observed: 0, down: 60 }, '2026-11-21T00': { observed: 0, down: 180 } });
    const byReason = { DnsTimeout: { outages: 1, downSeconds: 240, detectSeconds: 45, recoverSeconds: 660, recovered: 1 } };
    expect(buckets.days).toEqual({
      '2026-11-20': { observed: 0, down: 60, byReason },
      '2026-11-21': { observed: 0, down: 180, byReason: {} },
    });
  });

  it('counts an open outage until now, and not as recovered', () => {
    const { days } = addOutages(emptyBuckets, [outage('2026-11-21T13:29:00Z')], now);
    const byReason = { DnsTimeout: { outages: 1, downSeconds: 60, detectSeconds: 0, recoverSeconds: 0, recovered: 0 } };
    expect(days).toEqual({ '2026-11-21': { observed: 0, down: 60, byReason } });
  });

  it.each([
    ['a start that is no time', outage('soon', '2026-11-21T13:00:00Z')],
    ['a start in the future', outage('2099-01-01T00:00:00Z', '2099-01-02T00:00:00Z')],
    ['a start in the future and no end', outage('2099-01-01T00:00:00Z')],
  ])('adds nothing for %s', (_, bad) => {
    expect(addOutages(emptyBuckets, [bad], now)).toEqual(emptyBuckets);
  });

  it.each([
    ['an end before the start', outage('2026-11-21T13:00:00Z', '2026-11-21T12:00:00Z')],
    ['an end that is no time', outage('2026-11-21T13:00:00Z', 'later')],
    ['an opening before the start', outage('2026-11-21T13:00:00Z', undefined, { openedAt: '2026-11-21T12:00:00Z', episodes: [] })],
    ['an opening that is no time', outage('2026-11-21T13:00:00Z', undefined, { openedAt: '', episodes: [] })],
  ])('counts an outage but none of its seconds for %s', (_, bad) => {
    const byReason = { DnsTimeout: { outages: 1, downSeconds: 0, detectSeconds: 0, recoverSeconds: 0, recovered: 0 } };
    expect(addOutages(emptyBuckets, [bad], now)).toEqual({ hours: {}, days: { '2026-11-21': { observed: 0, down: 0, byReason } } });
  });

  it('adds nothing while now is no time', () => {
    expect(addOutages(emptyBuckets, [outage('2026-11-21T13:00:00Z')], new Date(Number.NaN))).toEqual(emptyBuckets);
  });

  it('gives the same buckets in whatever order outages come, at once or one by one, and leaves its input alone', () => {
    const shuffled = outages.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, order]) => {
        const before = addObserved(emptyBuckets, 7, ago(40 * DAY), ago(3 * HOUR));
        const copy = structuredClone(before);
        const atOnce = addOutages(before, all, now);
        expect(order.reduce((sum, one) => addOutages(sum, [one], now), before)).toEqual(atOnce);
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
        const halves = addOutages(emptyBuckets, [outage(start, end, { episodes: split })], now);
        expect(halves).toEqual(addOutages(emptyBuckets, [outage(start, end)], now));
      }),
    );
  });

  it('loses no second while the buckets are kept', () => {
    fc.assert(
      fc.property(fc.array(anyOutage(DAY), { maxLength: 20 }), (all) => {
        const { hours, days } = addOutages(emptyBuckets, all, now);
        const byReason = Object.values(days).flatMap((day) => Object.values(day.byReason));
        const wanted = byReason.reduce((sum, { downSeconds }) => sum + downSeconds, 0);
        close(total(hours, 'down'), wanted);
        close(total(days, 'down'), wanted);
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
        const buckets = addOutages(emptyBuckets, all, time);
        expectSound(buckets);
        expect(Object.keys(buckets.hours).length).toBeLessThanOrEqual(25);
        expect(Object.keys(buckets.days).length).toBeLessThanOrEqual(31);
        expectSound(summarize(buckets, time));
      }),
    );
  });
});

describe('summarize', () => {
  const watched = addObserved(emptyBuckets, 10, ago(40 * DAY), now);

  it('sums the hours that begin after now - 24 h, and the days that begin after now - 7 d and now - 30 d', () => {
    const sums = summarize(watched, now);
    expect(sums['24h'].observed).toBe(10 * 23.5 * 3600);
    expect(sums['7d'].observed).toBe(10 * (6 * 24 + 13.5) * 3600);
    expect(sums['30d'].observed).toBe(10 * (29 * 24 + 13.5) * 3600);
  });

  it('leaves out what has grown old, and what a wrong clock put in the future', () => {
    expect(summarize(watched, ago(-2 * DAY))['24h'].observed).toBe(0);
    expect(summarize(watched, ago(-40 * DAY))).toEqual(addUptimes([]));
    expect(summarize(watched, new Date(0))).toEqual(addUptimes([]));
    expect(summarize(watched, new Date(Number.NaN))).toEqual(addUptimes([]));
  });

  it('tells per reason how long detection and recovery took on average', () => {
    const all = [
      outage('2026-11-21T12:00:00Z', '2026-11-21T12:10:00Z', { openedAt: '2026-11-21T12:00:30Z' }),
      outage('2026-11-19T12:00:00Z', '2026-11-19T12:20:00Z', { openedAt: '2026-11-19T12:01:30Z' }),
      outage('2026-11-21T13:29:00Z', undefined, { reason: 'ConnectionTimedOut', openedAt: '2026-11-21T13:29:40Z' }),
    ];
    const { byReason } = summarize(addOutages(watched, all, now), now);
    expect(byReason.DnsTimeout).toEqual({ outages: 2, downSeconds: 1800, detectSeconds: 120, recoverSeconds: 1800, recovered: 2 });
    expect(meansOf(byReason.DnsTimeout!)).toEqual({ meanDetectSeconds: 60, meanRecoverSeconds: 900 });
    expect(meansOf(byReason.ConnectionTimedOut!)).toEqual({ meanDetectSeconds: 40, meanRecoverSeconds: null });
  });

  it('gives an uptime from 0 to 1 in shapes that the schemas read back', () => {
    fc.assert(
      fc.property(outages, fc.integer({ min: 1, max: 5 }), offset(60 * DAY), (all, nodes, from) => {
        const buckets = addOutages(addObserved(emptyBuckets, nodes, ago(from), now), all, now);
        const sums = summarize(buckets, now);
        for (const window of ['24h', '7d', '30d'] as const) {
          const share = uptimeOf(sums[window]);
          expect(share === null ? sums[window].observed === 0 : share >= 0 && share <= 1).toBe(true);
        }
        expect(uptimeBuckets.parse(JSON.parse(JSON.stringify(buckets)))).toEqual(buckets);
        expect(uptime.parse(JSON.parse(JSON.stringify(sums)))).toEqual(sums);
      }),
    );
  });
});

describe('uptimeOf', () => {
  it.each([
    [{ observed: 0, down: 0 }, null],
    [{ observed: 0, down: 10 }, null],
    [{ observed: Number.NaN, down: 0 }, null],
    [{ observed: 100, down: 0 }, 1],
    [{ observed: 100, down: 25 }, 0.75],
    [{ observed: 100, down: 101 }, 0],
  ])('of %j is %j', (sum, wanted) => {
    expect(uptimeOf(sum)).toBe(wanted);
  });
});

describe('addUptimes', () => {
  it('gives for the fleet what all outages in one cluster would give', () => {
    fc.assert(
      fc.property(outages, outages, (one, other) => {
        const watched = (nodes: number): UptimeBuckets => addObserved(emptyBuckets, nodes, ago(40 * DAY), now);
        const fleet = addUptimes([summarize(addOutages(watched(2), one, now), now), summarize(addOutages(watched(3), other, now), now)]);
        expect(fleet).toEqual(summarize(addOutages(watched(5), [...one, ...other], now), now));
      }),
    );
  });

  it('of nothing is nothing', () => {
    const none = { observed: 0, down: 0 };
    expect(addUptimes([])).toEqual({ '24h': none, '7d': none, '30d': none, byReason: {} });
  });
});

describe('nodeUptime', () => {
  const longAgo = ago(365 * DAY);
  const hours = (from: number, to: number) => outage(ago(from * HOUR).toISOString(), ago(to * HOUR).toISOString());

  it.each([
    ['of a node without outages is 1', [], longAgo, [1, 1, 1]],
    ['counts each window for itself', [hours(18, 6)], longAgo, [0.5, 1 - 12 / 168, 1 - 12 / 720]],
    ['counts of an outage what lies within the window', [hours(36, 12)], longAgo, [0.5, 1 - 24 / 168, 1 - 24 / 720]],
    ['counts an open outage until now', [outage(ago(6 * HOUR).toISOString())], longAgo, [0.75, 1 - 6 / 168, 1 - 6 / 720]],
    ['counts outages that overlap once', [hours(9, 6), hours(12, 6), hours(11, 10)], longAgo, [0.75, 1 - 6 / 168, 1 - 6 / 720]],
    ['of a new node begins when it was first seen', [hours(36, 6)], ago(12 * HOUR), [0.5, 0.5, 0.5]],
    ['of a node that was down ever since is 0', [hours(36, 0)], ago(12 * HOUR), [0, 0, 0]],
    ['passes over bad times', [outage('soon'), hours(6, 12), hours(-5, -10)], longAgo, [1, 1, 1]],
    ['is null for a node first seen now', [], now, [null, null, null]],
    ['is null for a node first seen in the future', [], ago(-HOUR), [null, null, null]],
    ['is null while nobody knows since when', [], new Date(Number.NaN), [null, null, null]],
  ])('%s', (_, all, since, wanted) => {
    const [day, week, month] = wanted;
    expect(nodeUptime(all, since, now)).toEqual({ '24h': day, '7d': week, '30d': month });
  });

  it('lies from 0 to 1 and does not depend on the order of outages', () => {
    fc.assert(
      fc.property(outages, offset(60 * DAY), (all, since) => {
        const shares = nodeUptime(all, ago(since), now);
        expect(nodeUptime([...all].reverse(), ago(since), now)).toEqual(shares);
        for (const share of Object.values(shares)) expect(share === null ? since <= 0 : share >= 0 && share <= 1).toBe(true);
      }),
    );
  });
});
