import { createHash } from 'node:crypto';
import { isRestError } from '@azure/core-rest-pipeline';
import { retryAfterSeconds } from '../../azure/retry-after.ts';
import { subscriptionsInScope } from '../../inventory/scope.ts';
import { endOf, intervalAfter, lastStart, sweepIdAt } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { isRemembered, listClusterRows } from '../../tables/cluster-rows.ts';
import { listSweeps } from '../../tables/sweep-list.ts';
import { insertSweep } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainStart } from '../queue/origin.ts';
import { requestClose } from '../queue/request-close.ts';

const MANY_SUBSCRIPTIONS = 10;
const EARLIER_SWEEPS = 3;
const CHECKED_AFTER_SECONDS = 60;
const LONGEST_CLOSE_MS = 240_000;

/**
 * Queues the start of a sweep. The timer does nothing else, since a timer has no retry. A repeated start is the same sweep.
 *
 * @param isPastDue - whether the timer fired late.
 */
export async function requestSweep({ settings, queue, now }: Services, isPastDue: boolean): Promise<void> {
  const sweep = sweepIdAt(settings.SWEEP_SCHEDULE, now(), isPastDue);
  if (sweep === undefined) return;
  // However late a cold start delivers the message, the sweep may start until the next one is due.
  await queue.send({ kind: 'start-sweep', sweep }, { deadline: endOf(settings, sweep) });
  // If the process crashes during the start and its message is lost, this close-sweep starts the sweep again.
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: CHECKED_AFTER_SECONDS, deadline: lastStart(settings, sweep) });
}

/**
 * Seconds by which a subscription's listing is delayed: the same in each sweep, spread over a quarter of the interval.
 *
 * @param count - the number of subscriptions; up to 10 are not spread.
 */
export function spreadOf({ SWEEP_SCHEDULE }: Settings, sweep: string, count: number): (subscription: string) => number {
  if (count <= MANY_SUBSCRIPTIONS) return () => 0;
  const width = Math.min(60, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 4000);
  return (subscription) => (createHash('sha256').update(subscription).digest().readUInt32BE() / 2 ** 32) * width;
}

/** Writes the sweep's rows, queues close-sweep for it and for unfinished earlier sweeps, and queues the listing of each subscription in scope or known before. */
async function begin(services: Services, sweep: string, scope: readonly string[]): Promise<void> {
  const { settings, tables, queue, now } = services;
  // A known subscription that is no longer readable is a gap; the fleet must not just look smaller.
  const known = (await listClusterRows(tables)).filter(isRemembered).map((row) => row.subscriptionId);
  const subscriptions = await insertSweep(tables, sweep, [...new Set([...scope, ...known])], now().toISOString());
  faultPoint('start-sweep:sweep-rows');

  const interval = intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep));
  const most = Math.ceil(LONGEST_CLOSE_MS / interval) + EARLIER_SWEEPS + 2;
  const earlier = (await listSweeps(tables, now(), most)).filter((line) => line.sweep !== sweep && line.completedAt === undefined);
  for (const unfinished of [sweep, ...earlier.map((line) => line.sweep).slice(0, EARLIER_SWEEPS)]) await requestClose(services, unfinished);
  faultPoint('start-sweep:close-sweep');

  const deadline = lastStart(settings, sweep);
  const spread = spreadOf(settings, sweep, subscriptions.length);
  for (const subscription of subscriptions) {
    const delaySeconds = spread(subscription);
    await queue.send({ kind: 'list-clusters', sweep, subscription }, { delaySeconds, deadline });
  }
  faultPoint('start-sweep:list-clusters');
}

/** Begins a sweep whose subscriptions could not be listed, over the known ones, unless it is too late: an interval without a sweep would go unnoticed. */
export async function startOverKnown(services: Services, { sweep }: MessageOf<'start-sweep'>): Promise<void> {
  if (services.now() < lastStart(services.settings, sweep)) await begin(services, sweep, services.settings.SUBSCRIPTIONS);
}

/** Stage 1: finds the subscriptions in scope, and begins the sweep over them. */
export async function startSweep(services: Services, { sweep }: MessageOf<'start-sweep'>): Promise<void> {
  const { settings, arm, now } = services;
  const fault = await explainStart(services, sweep);
  if (fault !== undefined) throw new Error(fault);
  const scope = await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions).catch((error: unknown) => {
    const isThrottled = isRestError(error) && error.statusCode === 429;
    if (!isThrottled || now().getTime() + retryAfterSeconds(error) * 1000 < endOf(settings, sweep).getTime()) throw error;
    // A requeued message would come after the next sweep is due, so the sweep begins with what is known.
    return settings.SUBSCRIPTIONS;
  });
  await begin(services, sweep, scope);
}
