import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areSweepsMissing,
  occurrenceNumber,
  occurrenceOf,
  sweepByHand,
  sweepToStandInFor,
  timerGraceMs,
  turnOf,
} from '../../src/model/occurrences.ts';
import { endOf, formatSweepId, nextOccurrence, previousOccurrence } from '../../src/model/schedule.ts';

const EVERY_FIVE = '0 */5 * * * *';
const schedules = [EVERY_FIVE, '*/10 * * * * *', '0 0 * * * *', '0 0,20,40 6-18 * * MON-FRI', '0 0 6 * * MON', '0 0 6 1 * *'];
const anySchedule = fc.constantFrom(...schedules);
const anyTime = fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2036-01-01T00:00:00Z'), noInvalidDate: true });
const at = (time: string) => new Date(`2026-11-21T${time}Z`);

describe('the sweep that a stand-in asks for', () => {
  it('may start when its message is due, under the same schedule', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, (schedule, now) => {
        const { sweep, due } = sweepToStandInFor(schedule, now);
        expect(due >= now).toBe(true);
        expect(turnOf(schedule, sweep, due)).toEqual({ is: 'now' });
      }),
    );
  });

  it('is the next one where that is nearer than the grace of the timer', () => {
    const of = (time: string) => sweepToStandInFor(EVERY_FIVE, at(time));
    expect(of('09:36:00')).toEqual({ sweep: '2026-11-21T09:35:00Z', due: at('09:36:30') });
    expect(of('09:39:31')).toEqual({ sweep: '2026-11-21T09:40:00Z', due: at('09:40:30') });
  });
});

describe('the grace of the timer', () => {
  it('is 30 s, or half of a shorter interval', () => {
    expect(timerGraceMs(EVERY_FIVE, at('09:35:00'))).toBe(30_000);
    expect(timerGraceMs('*/10 * * * * *', at('09:35:00'))).toBe(5_000);
  });
});

describe('the turn of a stand-in', () => {
  const sweep = '2026-11-21T09:35:00Z';
  it('comes once the timer has had its grace, and is over with the next occurrence', () => {
    // As by the clock of an instance that is two minutes behind.
    expect(turnOf(EVERY_FIVE, sweep, at('09:33:00'))).toEqual({ is: 'later', due: at('09:35:30') });
    expect(turnOf(EVERY_FIVE, sweep, at('09:35:29.999'))).toEqual({ is: 'later', due: at('09:35:30') });
    expect(turnOf(EVERY_FIVE, sweep, at('09:35:30'))).toEqual({ is: 'now' });
    expect(turnOf(EVERY_FIVE, sweep, at('09:39:59.999'))).toEqual({ is: 'now' });
    expect(turnOf(EVERY_FIVE, sweep, at('09:40:00'))).toEqual({ is: 'gone' });
  });

  it('is gone where the schedule has changed so that it is no occurrence, or another comes first', () => {
    expect(turnOf('0 0 * * * *', sweep, at('09:35:30'))).toEqual({ is: 'gone' });
    expect(turnOf(EVERY_FIVE, '2026-11-21T10:00:00Z', at('09:35:30'))).toEqual({ is: 'gone' });
    expect(turnOf(EVERY_FIVE, '2099-11-21T10:00:00Z', at('09:35:30'))).toEqual({ is: 'gone' });
  });
});

describe('sweeps', () => {
  it('are missing once two occurrences have come since the newest', () => {
    const missing = (newest: string, now: string) => areSweepsMissing(EVERY_FIVE, at(newest).toISOString(), at(now));
    expect(missing('09:30:00', '09:39:59')).toBe(false);
    expect(missing('09:30:00', '09:40:00')).toBe(true);
    // One by hand counts as well.
    expect(missing('09:36:12', '09:44:59')).toBe(false);
    expect(missing('09:36:12', '09:45:00')).toBe(true);
  });

  it('are not missing over a night for which none is due', () => {
    const [workdays, friday] = ['0 0,20,40 6-18 * * MON-FRI', '2026-11-20T18:40:00Z'];
    expect(areSweepsMissing(workdays, friday, new Date('2026-11-23T06:00:10Z'))).toBe(false);
    expect(areSweepsMissing(workdays, friday, new Date('2026-11-23T06:20:00Z'))).toBe(true);
  });

  it('are never missing while each occurrence has one', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, (schedule, now) => {
        const latest = previousOccurrence(schedule, now);
        expect(areSweepsMissing(schedule, formatSweepId(latest), now)).toBe(false);
        // Nor while the one of now is about to begin.
        const before = previousOccurrence(schedule, new Date(latest.getTime() - 1000));
        expect(areSweepsMissing(schedule, formatSweepId(before), now)).toBe(false);
      }),
    );
  });
});

describe('a sweep by hand', () => {
  it('has the present second as its id, and what is left until the next occurrence as its time', () => {
    expect(sweepByHand(EVERY_FIVE, at('09:36:12.345'))).toEqual({ sweep: '2026-11-21T09:36:12Z', isEarly: false });
    expect(endOf({ SWEEP_SCHEDULE: EVERY_FIVE }, '2026-11-21T09:36:12Z')).toEqual(at('09:40:00'));
  });

  it('is the next one, early, where its own time would be too short', () => {
    expect(sweepByHand(EVERY_FIVE, at('09:39:00'))).toMatchObject({ isEarly: false });
    expect(sweepByHand(EVERY_FIVE, at('09:39:00.001'))).toEqual({ sweep: '2026-11-21T09:40:00Z', isEarly: true });
  });

  it('belongs to the occurrence before it, and shares its number', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, (schedule, now) => {
        const settings = { SWEEP_SCHEDULE: schedule };
        const { sweep } = sweepByHand(schedule, now);
        const occurrence = occurrenceOf(settings, sweep);
        expect(occurrence <= sweep).toBe(true);
        expect(occurrenceOf(settings, occurrence)).toBe(occurrence);
        expect(occurrenceNumber(settings, sweep)).toBe(occurrenceNumber(settings, occurrence));
        expect(nextOccurrence(schedule, new Date(occurrence)) > new Date(sweep)).toBe(true);
      }),
    );
  });
});
