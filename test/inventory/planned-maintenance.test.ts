import { expect, it } from 'vitest';
import { describePlanned } from '../../src/inventory/planned-maintenance.ts';

const name = 'aksManagedAutoUpgradeSchedule';
const window = { durationHours: 4, startTime: '02:00' };

it.each([
  ['every day', { daily: { intervalDays: 1 } }],
  ['every 3 days', { daily: { intervalDays: 3 } }],
  ['every week on Sunday', { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } }],
  ['every 2 weeks on Friday', { weekly: { intervalWeeks: 2, dayOfWeek: 'Friday' } }],
  ['every month on day 15', { absoluteMonthly: { intervalMonths: 1, dayOfMonth: 15 } }],
  ['every 3 months on the last Monday', { relativeMonthly: { intervalMonths: 3, weekIndex: 'Last', dayOfWeek: 'Monday' } }],
  ['on days that Azure does not tell', {}],
])('a window is told in words: %s', (words, schedule) => {
  expect(describePlanned({ name, maintenanceWindow: { ...window, schedule } })).toEqual({ name, schedule: words, ...window });
});

it('the days on which a window begins and on which there is none are told too, and its offset as it is', () => {
  const maintenanceWindow = {
    ...window,
    schedule: { daily: { intervalDays: 1 } },
    utcOffset: '+01:00',
    startDate: new Date('2026-12-01'),
    notAllowedDates: [{ start: new Date('2026-12-23'), end: new Date('2027-01-03') }],
  };
  expect(describePlanned({ name, maintenanceWindow })).toEqual({
    name,
    ...window,
    utcOffset: '+01:00',
    schedule: 'every day, from 2026-12-01 on, not from 2026-12-23 to 2027-01-03',
  });
});

it('hours of the week are told as ranges, whatever their order', () => {
  const timeInWeek = [
    { day: 'Monday', hourSlots: [22, 2, 1, 23] },
    { day: 'Sunday', hourSlots: [5] },
  ];
  const notAllowedTime = [{ start: new Date('2026-12-23T10:00:00Z'), end: new Date('2026-12-24T10:00:00Z') }];
  expect(describePlanned({ name: 'default', timeInWeek, notAllowedTime })).toEqual({
    name: 'default',
    schedule: 'Monday 01:00-03:00, 22:00-24:00 UTC; Sunday 05:00-06:00 UTC, not from 2026-12-23T10:00:00.000Z to 2026-12-24T10:00:00.000Z',
  });
});

it('one that holds nothing is at no time', () => {
  expect(describePlanned({ name: 'default' })).toEqual({ name: 'default', schedule: 'at no time' });
});
