import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lostAt } from '../../../src/check/end-check.ts';
import { collectUntil } from '../../../src/model/claim.ts';
import { STAND_IN_KEPT_MS } from '../../../src/model/occurrences.ts';
import { lastStart, sweepIdAt } from '../../../src/model/schedule.ts';
import { readSettings } from '../../../src/settings.ts';
import { isPast, latestDeadline } from '../../../src/sweep/queue/origin.ts';
import type { CheckRow } from '../../../src/tables/check-rows.ts';

const schedules = ['0 */5 * * * *', '*/30 * * * * *', '0 0 6 * * MON', '0 0,20,40 6-18 * * MON-FRI'];
const moment = fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2036-01-01T00:00:00Z'), noInvalidDate: true });

describe('the latest deadline that is believed', () => {
  it('is that of no message that this program sends, also where the clock that wrote it is two minutes ahead', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        moment,
        fc.integer({ min: 0, max: 1440 }),
        fc.integer({ min: 30, max: 600 }),
        (schedule, time, flap, probe) => {
          const given = { SWEEP_SCHEDULE: schedule, FLAP_WINDOW_MINUTES: String(flap), PROBE_DEADLINE_SECONDS: String(probe) };
          const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...given });
          const [now, ahead] = [time, new Date(time.getTime() + 120_000)];
          const sent = [
            lastStart(settings, sweepIdAt(schedule, now, false)!),
            collectUntil(settings, ahead),
            // A stand-in that is due now.
            new Date(ahead.getTime() + STAND_IN_KEPT_MS),
            lostAt({ settings }, { requestedAt: ahead.toISOString() } as CheckRow),
            // What is told after a quiet flap window, at its mark and two minutes later at most.
            new Date(ahead.getTime() + flap * 60_000 + 30_000 + 120_000),
          ];
          for (const deadline of sent) expect(deadline.getTime()).toBeLessThanOrEqual(latestDeadline(settings, now).getTime());
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is an hour away where sweeps are minutes, whatever the year that a message names', () => {
    const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
    const now = new Date('2026-11-21T09:36:00.000Z');
    expect(latestDeadline(settings, now).toISOString()).toBe('2026-11-21T10:38:00.000Z');
    expect([isPast('2026-11-21T09:38:00.000Z', now), isPast('2026-11-21T09:38:00.001Z', now)]).toEqual([true, false]);
  });
});
