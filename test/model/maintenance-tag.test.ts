import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_MAINTENANCE_MS, stretchAt, stretchesIn } from '../../src/model/maintenance.ts';
import { maintenanceTagOf, readMaintenanceTag } from '../../src/model/maintenance-tag.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const from = Date.parse('2026-12-01T22:00:00Z');

describe('readMaintenanceTag', () => {
  it.each([
    ['2026-12-01T22:00Z/PT4H', { kind: 'once', from, until: from + 4 * HOUR }],
    ['2026-12-01T22:00:00Z/PT90M', { kind: 'once', from, until: from + 1.5 * HOUR }],
    ['2026-12-01T22:00Z/2026-12-02T02:00Z', { kind: 'once', from, until: from + 4 * HOUR }],
    ['Sun 22:00Z/PT4H', { kind: 'weekly', start: 22 * HOUR, length: 4 * HOUR }],
    [' Sat 23:30Z/P1D ', { kind: 'weekly', start: 6 * DAY + 23.5 * HOUR, length: DAY }],
  ])('reads "%s"', (value, rule) => {
    expect(readMaintenanceTag(value)).toEqual({ rules: [rule], mistakes: [] });
  });

  it('reads several windows, separated by semicolons', () => {
    const { rules, mistakes } = readMaintenanceTag('Sun 22:00Z/PT4H; Wed 22:00Z/PT2H;2026-12-01T22:00Z/PT4H;');
    expect([rules.length, mistakes]).toEqual([3, []]);
  });

  it('finds nothing where there is no tag', () => {
    expect(readMaintenanceTag(undefined)).toEqual({ rules: [], mistakes: [] });
  });

  it.each([
    '',
    'on',
    '2026-12-01T22:00/PT4H',
    '2026-12-01T22:00+01:00/PT4H',
    '2026-11-31T22:00Z/PT4H',
    '2026-12-01/PT4H',
    '2026-12-01T22:00Z',
    '2026-12-01T22:00Z/',
    '2026-12-01T22:00Z/4H',
    '2026-12-01T22:00Z/PT4H/PT4H',
    'Sunday 22:00Z/PT4H',
    'Sun 24:00Z/PT4H',
    'Sun 22:00Z/2026-12-02T02:00Z',
  ])('says what was expected of "%s"', (value) => {
    const { rules, mistakes } = readMaintenanceTag(value);
    expect(rules).toEqual([]);
    expect(mistakes).toEqual([expect.stringMatching(/^expected a window as "2026-12-01T22:00Z\/PT4H".*, times in UTC, got "/)]);
    expect(mistakes[0]).toContain(`got "${value}"`);
  });

  it.each([
    ['2026-12-01T22:00Z/P8D', 'expected a window of 1 minute to 7 days, got "2026-12-01T22:00Z/P8D"'],
    ['2026-12-01T22:00Z/2026-12-01T22:00Z', 'expected a window of 1 minute to 7 days, got'],
    ['2026-12-01T22:00Z/2026-11-01T22:00Z', 'expected a window of 1 minute to 7 days, got'],
    ['Sun 22:00Z/PT25H', 'expected a window of 1 minute to 24 hours each week, got'],
    ['Sun 22:00Z/PT0M', 'expected a window of 1 minute to 24 hours each week, got'],
  ])('refuses the length of "%s"', (value, mistake) => {
    expect(readMaintenanceTag(value)).toEqual({ rules: [], mistakes: [expect.stringContaining(mistake)] });
  });

  it('follows the windows beside one that it cannot follow', () => {
    const { rules, mistakes } = readMaintenanceTag('tomorrow;Sun 22:00Z/PT4H');
    expect([rules.length, mistakes.length]).toEqual([1, 1]);
  });

  it.each([
    'Mon 00:00Z/P1D;Tue 00:00Z/P1D;Wed 00:00Z/P1D;Thu 00:00Z/P1D',
    '2026-12-01T00:00Z/P7D;2026-12-08T00:00Z/PT1M',
    '2026-12-07T00:00Z/P7D;Mon 00:00Z/P1D',
  ])('silences nobody for ever: "%s" counts for nothing', (value) => {
    expect(readMaintenanceTag(value)).toEqual({ rules: [], mistakes: [expect.stringContaining('at most 7 days without a break')] });
  });

  it('never puts a cluster into maintenance for more than seven days without a break', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    const day = fc.integer({ min: 1, max: 28 });
    const hour = fc.integer({ min: 0, max: 23 });
    const window = fc.oneof(
      fc.tuple(day, hour, fc.integer({ min: 1, max: 168 })).map(([d, h, l]) => `2026-12-${two(d)}T${two(h)}:00Z/PT${l}H`),
      fc
        .tuple(fc.constantFrom('Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'), hour, fc.integer({ min: 1, max: 24 }))
        .map(([d, h, l]) => `${d} ${two(h)}:00Z/PT${l}H`),
    );
    fc.assert(
      fc.property(fc.array(window, { maxLength: 8 }), (windows) => {
        const { rules } = readMaintenanceTag(windows.join(';'));
        const all = stretchesIn(rules, { from: Date.UTC(2026, 10, 1), until: Date.UTC(2027, 1, 1) });
        for (const each of all) expect(each.until - each.from).toBeLessThanOrEqual(LONGEST_MAINTENANCE_MS);
        expect(stretchAt(rules, Date.UTC(2030, 0, 1)) === undefined || rules.some(({ kind }) => kind === 'weekly')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

it('the tag is found whatever the letter case of its name', () => {
  expect(maintenanceTagOf({ owner: 'x', 'AKS-Fleet-Prober-Maintenance': 'Sun 22:00Z/PT4H' })).toBe('Sun 22:00Z/PT4H');
  expect(maintenanceTagOf({ 'aks-fleet-prober': 'off' })).toBeUndefined();
  expect(maintenanceTagOf(undefined)).toBeUndefined();
});
