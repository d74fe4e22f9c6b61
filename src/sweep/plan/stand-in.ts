import { areSweepsMissing, turnOf } from '../../model/occurrences.ts';
import { isStandIn, type KnownStart, type Starter } from '../../model/starter.ts';
import type { Services } from '../../services.ts';
import { newestSweep } from '../../tables/sweep-list.ts';
import { waitingSince } from '../../tables/sweep-requests.ts';
import { requestPresent, sendStandIn } from '../queue/request-start.ts';

/**
 * Handles the message of a stand-in whose sweep may not start now. One that comes early, by the clock of this instance or since it is far away, is sent
 * again. One whose sweep is gone, since the app stood still or the schedule was changed, asks for the present sweep instead: the chain of sweeps that
 * start each other goes on.
 *
 * @returns whether that is all: false for a message of another starter, of a sweep that may start now, and of one that nobody asked for.
 */
export async function waitForTurn(services: Services, sweep: string, starter: Starter, { requested }: KnownStart): Promise<boolean> {
  if (!isStandIn(starter) || !requested.has(starter)) return false;
  const turn = turnOf(services.settings.SWEEP_SCHEDULE, sweep, services.now());
  if (turn.is === 'gone') await requestPresent(services, starter);
  else if (turn.is === 'later') await sendStandIn(services, sweep, starter, turn.due);
  return turn.is !== 'now';
}

/** Has the present sweep started if none has been for two intervals, by whatever starter: the last resort, for which an HTTP request is the occasion. */
export async function startMissingSweep(services: Services): Promise<void> {
  const { settings, tables, now } = services;
  const newest = (await newestSweep(tables, now())) ?? (await waitingSince(tables, now()));
  if (areSweepsMissing(settings.SWEEP_SCHEDULE, newest, now())) await requestPresent(services, 'request');
}
