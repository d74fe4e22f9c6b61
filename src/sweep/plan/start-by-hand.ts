import { sweepByHand } from '../../model/occurrences.ts';
import { Problem } from '../../model/problem.ts';
import { endOf, formatSweepId } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { insertLine, type SweepLine } from '../../tables/sweep-list.ts';
import { insertRequest, takeMinute } from '../../tables/sweep-requests.ts';
import { hasBegun } from '../../tables/sweep-rows.ts';
import { sendStart } from '../queue/request-start.ts';

/** The sweep that a person starts at a time, which in the second of an occurrence is that one. One that the timer has begun early is not begun again. */
async function idByHand({ settings, tables }: Services, now: Date): Promise<string> {
  const { sweep, isEarly } = sweepByHand(settings.SWEEP_SCHEDULE, now);
  return isEarly && (await hasBegun(tables, sweep)) ? formatSweepId(now) : sweep;
}

/**
 * Starts a sweep now, beside one that is running: nodes on which that has a run are not asked again, it takes their verdicts. It ends where the next
 * occurrence of the schedule begins.
 *
 * @param requestedBy - describes the person, for the record.
 * @throws Problem if one was started by hand within the last minute, whichever instance did it.
 */
export async function startByHand(services: Services, requestedBy: string): Promise<SweepLine> {
  const { settings, tables, now } = services;
  const time = now();
  const wait = await takeMinute(tables, time);
  if (wait !== undefined) {
    const seconds = Math.ceil(wait / 1000);
    const last = new Date(time.getTime() + wait - 60_000).toISOString();
    throw new Problem(
      'too-many-sweeps',
      `expected at most one sweep a minute by hand, the last was started at ${last}; GET /api/sweeps lists it, and another may be started in ${seconds} s`,
      seconds,
    );
  }
  const sweep = await idByHand(services, time);
  const startedAt = time.toISOString();
  // First, since the worker accepts no sweep between two occurrences that nobody has asked for.
  await insertRequest(tables, sweep, 'person', startedAt, requestedBy);
  await sendStart(services, sweep, 'person', endOf(settings, sweep));
  const start = { starter: 'person', requestedBy } as const;
  await insertLine(tables, sweep, startedAt, start);
  return { sweep, startedAt, ...start };
}
