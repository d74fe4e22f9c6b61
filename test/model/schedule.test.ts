import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explainScheduleFault,
  formatSweepId,
  intervalAfter,
  isOccurrence,
  nextOccurrence,
  previousOccurrence,
  sweepIdAt,
} from '../../src/model/schedule.ts';

const expressions = [
  '0 */5 * * * *',
  '30 */7 * * * *',
  '*/30 * * * * *',
  '0 0,20,40 6-18 * * MON-FRI',
  '0 15 3 * * *',
  '0 0 0 13 * Fri',
  '0 0 12 29 2 *',
];
const expression = fc.constantFrom(...expressions);
const moment = fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2060-01-01T00:00:00Z'), noInvalidDate: true });
const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const everyFive = '0 */5 * * * *';

describe('explainScheduleFault', () => {
  it.each([...expressions, ' 0\t*/5 * * * * ', '0 0 0 * JAN SUN', '0 0 0 * * */7'])('finds none in "%s"', (text) => {
    expect(explainScheduleFault(text)).toBeUndefined();
  });

  it('tells what is wrong with an expression that Azure refuses or reads otherwise', () => {
    const bad = ['* * * * *', '', '0 0 0 * * * 2030', '@daily', '0 0 0 ? * *', '0 0 0 L * *', '0 0 0 15W * *', '0 0 0 * * 5L'];
    const more = ['0 0 0 * * MON#2', '0 0 0 * * 7', '0 0 0 * * 5-7', '0 0 0 * * 1,7', '0 99 * * * *', '0 */0 * * * *', '0 0 0 31 2 *'];
    const told = [...bad, ...more].map((text) => [text, explainScheduleFault(text)?.replace(/^.*, got "[^"]*": /, '') ?? 'nothing']);
    expect(Object.fromEntries(told)).toMatchInlineSnapshot(`
      {
        "": "it has 1 field",
        "* * * * *": "it has 5 fields",
        "0 */0 * * * *": "CronPattern: Syntax error, illegal stepping: 0",
        "0 0 0 * * * 2030": "it has 7 fields",
        "0 0 0 * * 1,7": "7 is no day of the week, Sunday is 0",
        "0 0 0 * * 5-7": "7 is no day of the week, Sunday is 0",
        "0 0 0 * * 5L": ""L" is not known to NCRONTAB",
        "0 0 0 * * 7": "7 is no day of the week, Sunday is 0",
        "0 0 0 * * MON#2": ""#" is not known to NCRONTAB",
        "0 0 0 15W * *": ""W" is not known to NCRONTAB",
        "0 0 0 31 2 *": "it never occurs",
        "0 0 0 ? * *": ""?" is not known to NCRONTAB",
        "0 0 0 L * *": ""L" is not known to NCRONTAB",
        "0 99 * * * *": "CronPattern: Invalid value for minute: 99",
        "@daily": "it has 1 field",
      }
    `);
  });

  it('quotes the expression in a whole sentence', () => {
    expect(explainScheduleFault('0 0 0 * * 7')).toBe(
      'expected an NCRONTAB schedule {second} {minute} {hour} {day} {month} {day of week}, such as "0 */5 * * * *", got "0 0 0 * * 7": 7 is no day of the week, Sunday is 0',
    );
  });
});

describe('occurrences', () => {
  it('lie around any moment: the previous one at or before it, the next one after it, none between', () => {
    fc.assert(
      fc.property(expression, moment, (schedule, now) => {
        const before = previousOccurrence(schedule, now);
        const next = nextOccurrence(schedule, now);
        expect(before.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(nextOccurrence(schedule, before)).toEqual(next);
        expect(previousOccurrence(schedule, next)).toEqual(next);
        expect(previousOccurrence(schedule, new Date(next.getTime() - 1))).toEqual(before);
        expect(intervalAfter(schedule, before)).toBe(next.getTime() - before.getTime());
      }),
      { numRuns: 600 },
    );
  });

  it('of every five minutes are the multiples of five minutes', () => {
    fc.assert(
      fc.property(moment, (now) => {
        const floor = Math.floor(now.getTime() / 300_000) * 300_000;
        expect(previousOccurrence(everyFive, now).getTime()).toBe(floor);
        expect(nextOccurrence(everyFive, now).getTime()).toBe(floor + 300_000);
      }),
      { numRuns: 500 },
    );
  });

  it('need both the day of the month and the day of the week', () => {
    expect(nextOccurrence('0 0 0 13 * Fri', at('00:00:00'))).toEqual(new Date('2027-08-13T00:00:00Z'));
    expect(previousOccurrence('0 0 0 13 * Fri', at('00:00:00'))).toEqual(new Date('2026-11-13T00:00:00Z'));
  });

  it('are told in UTC, whatever the zone of this machine', () => {
    expect(nextOccurrence('0 15 3 * * *', at('03:15:00'))).toEqual(new Date('2026-11-22T03:15:00Z'));
  });
});

describe('sweepIdAt', () => {
  it('names the nearest occurrence, the earlier one of two that are as near', () => {
    fc.assert(
      fc.property(expression, moment, (schedule, now) => {
        const id = sweepIdAt(schedule, now, false);
        const [before, next] = [previousOccurrence(schedule, now), nextOccurrence(schedule, now)];
        const sinceBefore = now.getTime() - before.getTime();
        const untilNext = next.getTime() - now.getTime();
        expect(id).toBe(formatSweepId(sinceBefore <= untilNext ? before : next));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['on time', '09:35:00', '2026-11-21T09:35:00Z'],
    ['40 ms early', '09:34:59.960', '2026-11-21T09:35:00Z'],
    ['seconds late', '09:35:07.123', '2026-11-21T09:35:00Z'],
    ['in the middle', '09:37:30', '2026-11-21T09:35:00Z'],
    ['past the middle', '09:37:30.001', '2026-11-21T09:40:00Z'],
  ])('names a run that is %s', (_, time, id) => {
    expect(sweepIdAt(everyFive, at(time), false)).toBe(id);
  });

  it.each([
    ['every five minutes: 60 s', everyFive, '09:39:00', '2026-11-21T09:35:00Z'],
    ['every five minutes: less', everyFive, '09:39:00.001', undefined],
    ['every 30 s: a quarter', '*/30 * * * * *', '09:39:22.500', '2026-11-21T09:39:00Z'],
    ['every 30 s: less', '*/30 * * * * *', '09:39:22.501', undefined],
    ['at an occurrence', everyFive, '09:40:00', '2026-11-21T09:40:00Z'],
  ])('of a run past due names the latest occurrence, or none when the next is too near (%s)', (_, schedule, time, id) => {
    expect(sweepIdAt(schedule, at(time), true)).toBe(id);
  });

  it('of a run past due is never an occurrence that lies ahead', () => {
    fc.assert(
      fc.property(expression, moment, (schedule, now) => {
        const id = sweepIdAt(schedule, now, true);
        if (id === undefined) {
          const interval = nextOccurrence(schedule, now).getTime() - previousOccurrence(schedule, now).getTime();
          expect(nextOccurrence(schedule, now).getTime() - now.getTime()).toBeLessThan(Math.min(60_000, interval / 4));
        } else expect(id).toBe(formatSweepId(previousOccurrence(schedule, now)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives ids that sort as their times do and need no quoting in keys', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [first, second] = [formatSweepId(a), formatSweepId(b)];
        expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        if (Math.floor(a.getTime() / 1000) < Math.floor(b.getTime() / 1000)) expect(first < second).toBe(true);
      }),
    );
  });
});

describe('isOccurrence', () => {
  const now = new Date('2026-11-21T12:02:00.000Z');
  const five = { SWEEP_SCHEDULE: '0 */5 * * * *' };

  it.each([
    ['the latest occurrence', '2026-11-21T12:00:00Z', true],
    ['one of yesterday', '2026-11-20T12:05:00Z', true],
    ['the next one, which a timer that fires early may name', '2026-11-21T12:05:00Z', true],
    ['one between two turns', '2026-11-21T12:01:00Z', false],
    ['the one after the next', '2026-11-21T12:10:00Z', false],
    ['one of the day before yesterday', '2026-11-19T12:00:00Z', false],
    ['one of the year 9999', '9999-12-31T23:55:00Z', false],
  ])('says of %s: %s is one: %s', (_, sweep, expected) => {
    expect(isOccurrence(five, sweep, now)).toBe(expected);
  });

  it('goes back to the turn before the last day, however long ago that was', () => {
    const weekly = { SWEEP_SCHEDULE: '0 0 6 * * MON' };
    expect([isOccurrence(weekly, '2026-11-16T06:00:00Z', now), isOccurrence(weekly, '2026-11-09T06:00:00Z', now)]).toEqual([true, false]);
  });

  it('holds of whatever a timer names, also for an instance whose clock is two minutes behind', () => {
    fc.assert(
      fc.property(expression, moment, (schedule, time) => {
        const sweep = sweepIdAt(schedule, time, false)!;
        for (const skew of [0, 120_000])
          expect(isOccurrence({ SWEEP_SCHEDULE: schedule }, sweep, new Date(time.getTime() - skew))).toBe(true);
      }),
    );
  });
});
