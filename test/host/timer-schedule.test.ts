import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../local/host/timer-schedule.ts';
import { firstStatus, statusAfterRun, statusAtStart } from '../../local/host/timer-status.ts';

const at = (time: string): Date => new Date(`2024-02-${time}Z`);

describe('an NCRONTAB schedule', () => {
  it('gives occurrences strictly after and before a time, in UTC', () => {
    const schedule = parseSchedule('0 */5 * * * *');
    expect(schedule.next(at('01T00:05:00'))).toEqual(at('01T00:10:00'));
    expect(schedule.next(at('01T00:05:00.001'))).toEqual(at('01T00:10:00'));
    expect(schedule.previous(at('01T00:05:00'))).toEqual(at('01T00:00:00'));
  });

  it('needs day of month and day of week to match', () => {
    // 2024-02-13 is a Tuesday, the next Friday the 13th is in September.
    expect(parseSchedule('0 0 0 13 * Fri').next(at('01T00:00:00'))).toEqual(new Date('2024-09-13T00:00:00Z'));
  });

  it('is sub-minute only when all but the seconds are wild', () => {
    const subMinute = (expression: string): boolean => parseSchedule(expression).isSubMinute(at('01T00:00:30.500'));
    expect(['*/30 * * * * *', '0,59 * * * * *', '0 * * * * *', '*/10 */20 * * * *'].map(subMinute)).toEqual([true, true, false, false]);
  });

  it('is refused when Azure would refuse it or read it otherwise', () => {
    const problem = (expression: string): string => {
      try {
        parseSchedule(expression);
        return 'none';
      } catch (error) {
        return String(error).replace(/^.*got "[^"]*": /, '');
      }
    };
    const expressions = ['* * * * *', '0 0 0 * * * 2030', '0 0 0 ? * *', '0 0 0 L * *', '0 0 0 15W * *', '0 0 0 * * MON#2', '0 0 0 * * 5L'];
    const more = ['0 0 0 * * 7', '0 0 0 * * 5-7', '0 0 0 * * */7', '0 99 * * * *', '0 0 0 31 2 *', '', '@daily'];
    expect(Object.fromEntries([...expressions, ...more].map((expression) => [expression, problem(expression)]))).toMatchInlineSnapshot(`
      {
        "": "it has 1 field",
        "* * * * *": "it has 5 fields",
        "0 0 0 * * * 2030": "it has 7 fields",
        "0 0 0 * * */7": "none",
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
});

describe('the status of a timer at start', () => {
  const schedule = parseSchedule('0 */5 * * * *');

  it('is new and not past due when none is recorded', () => {
    const now = at('01T00:01:00');
    expect(statusAtStart(undefined, schedule, now)).toEqual({ status: firstStatus(schedule, now), isPastDue: false });
  });

  it('is past due only when the recorded occurrence has gone by', () => {
    const recorded = statusAfterRun(schedule, at('01T00:00:00.250'));
    expect(statusAtStart(recorded, schedule, at('01T00:05:00'))).toEqual({ status: recorded, isPastDue: false });
    expect(statusAtStart(recorded, schedule, at('01T03:00:00'))).toEqual({ status: recorded, isPastDue: true });
  });

  it('is past due for a timer that never ran but was to', () => {
    const recorded = firstStatus(schedule, at('01T00:01:00'));
    expect(statusAtStart(recorded, schedule, at('01T00:06:00')).isPastDue).toBe(true);
  });

  it('is never past due after the schedule has changed', () => {
    const recorded = statusAfterRun(parseSchedule('0 0 * * * *'), at('01T00:00:00'));
    expect(statusAtStart(recorded, schedule, at('01T00:02:00')).status.Next).toBe('2024-02-01T00:05:00.000Z');
    expect(statusAtStart(recorded, schedule, at('01T03:02:00'))).toMatchObject({
      status: { Next: '2024-02-01T03:05:00.000Z' },
      isPastDue: false,
    });
  });
});
