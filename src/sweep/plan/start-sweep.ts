import { createHash } from 'node:crypto';
import { isRestError } from '@azure/core-rest-pipeline';
import { retryAfterSeconds } from '../../azure/retry-after.ts';
import { subscriptionsInScope } from '../../inventory/scope.ts';
import { log } from '../../log.ts';
import { endOf, formatSweepId, intervalAfter, lastStart, sweepIdAt } from '../../model/schedule.ts';
import { isStandIn, mustYield, type StandIn, type Starter, timerMissedSince } from '../../model/starter.ts';
import { reportError } from '../../notify/report-error.ts';
import { timerEvent } from '../../notify/timer-event.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { isRemembered, listClusterRows } from '../../tables/cluster-rows.ts';
import { listSweeps, type SweepLine } from '../../tables/sweep-list.ts';
import { insertRequest, readStart } from '../../tables/sweep-requests.ts';
import { insertSweep } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainStart } from '../queue/origin.ts';
import { requestClose } from '../queue/request-close.ts';
import { sendStart } from '../queue/request-start.ts';
import { waitForTurn } from './stand-in.ts';

const MANY_SUBSCRIPTIONS = 10;
const EARLIER_SWEEPS = 3;
const LONGEST_CLOSE_MS = 240_000;

/**
 * Queues the start of a sweep. The timer does nothing else, since a timer has no retry. A repeated start is the same sweep.
 *
 * @param isPastDue - whether the timer fired late.
 */
export async function requestSweep(services: Services, isPastDue: boolean): Promise<void> {
  const { settings, tables, now } = services;
  const sweep = sweepIdAt(settings.SWEEP_SCHEDULE, now(), isPastDue);
  if (sweep === undefined) return;
  // However late a cold start delivers the message, the sweep may start until the next one is due.
  await sendStart(services, sweep, 'timer', endOf(settings, sweep));
  // However late the message is delivered, nobody needs to stand in for a timer that has fired.
  await insertRequest(tables, sweep, 'timer', now().toISOString());
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

/** The sweeps before one, newest first. */
async function readEarlier({ settings, tables, now }: Services, sweep: string): Promise<SweepLine[]> {
  const interval = intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep));
  const most = Math.ceil(LONGEST_CLOSE_MS / interval) + EARLIER_SWEEPS + 2;
  return (await listSweeps(tables, now(), most)).filter((line) => line.sweep !== sweep);
}

/** Tells of a sweep that the timer did not start. Where that fails it is left at it: the next sweep tells it again, as long as the timer is silent. */
async function reportTimer(services: Services, sweep: string, starter: StandIn, since: string): Promise<void> {
  const event = timerEvent(sweep, starter, since, services.now());
  log.warn(event.properties.message!);
  await reportError(services, 'timer', event).catch((error: unknown) => log.error('the silence of the timer could not be notified', error));
}

/** What is known of the fleet and of earlier sweeps when a sweep begins. */
interface Before {
  /** Subscriptions that had clusters: one that is no longer readable is a gap; the fleet must not just look smaller. */
  known: string[];
  /** The sweeps before, newest first. */
  earlier: SweepLine[];
}

async function readBefore(services: Services, sweep: string): Promise<Before> {
  const [rows, earlier] = await Promise.all([listClusterRows(services.tables), readEarlier(services, sweep)]);
  return { known: rows.filter(isRemembered).map((row) => row.subscriptionId), earlier };
}

/**
 * Writes the sweep's rows, queues close-sweep for it and for unfinished earlier sweeps, and queues the listing of each subscription in scope or known
 * before; all of it unless another starter has begun the sweep meanwhile.
 */
async function begin(services: Services, sweep: string, scope: readonly string[], starter: Starter, before: Before): Promise<void> {
  const { settings, tables, queue, now } = services;
  const { known, earlier } = before;
  const next = (id: string) => formatSweepId(endOf(settings, id));
  const begun = earlier.map((line) => ({ ...line, starter: line.starter ?? ('timer' as const) }));
  const since = isStandIn(starter) ? timerMissedSince(sweep, begun, next) : undefined;
  const all = [...new Set([...scope, ...known])];
  const stored = await insertSweep(tables, sweep, all, now().toISOString(), { starter, timerMissedSince: since });
  if (mustYield(starter, { requested: new Set(), begunBy: stored.first ? undefined : stored.starter })) return;
  faultPoint('start-sweep:sweep-rows');

  const unfinished = earlier.filter((line) => line.completedAt === undefined).slice(0, EARLIER_SWEEPS);
  for (const id of [sweep, ...unfinished.map((line) => line.sweep)]) await requestClose(services, id);
  faultPoint('start-sweep:close-sweep');

  const deadline = lastStart(settings, sweep);
  const spread = spreadOf(settings, sweep, stored.subscriptions.length);
  for (const subscription of stored.subscriptions) {
    const delaySeconds = spread(subscription);
    await queue.send({ kind: 'list-clusters', sweep, subscription }, { delaySeconds, deadline });
  }
  faultPoint('start-sweep:list-clusters');
  if (isStandIn(starter) && since !== undefined) await reportTimer(services, sweep, starter, since);
}

/** Begins a sweep whose subscriptions could not be listed, over the known ones, unless it is too late: an interval without a sweep would go unnoticed. */
export async function startOverKnown(services: Services, { sweep, starter = 'timer' }: MessageOf<'start-sweep'>): Promise<void> {
  if (services.now() >= lastStart(services.settings, sweep)) return;
  await begin(services, sweep, services.settings.SUBSCRIPTIONS, starter, await readBefore(services, sweep));
}

/** Stage 1: finds the subscriptions in scope, and begins the sweep over them, unless another starter does. */
export async function startSweep(services: Services, { sweep, starter = 'timer' }: MessageOf<'start-sweep'>): Promise<void> {
  const { settings, tables, arm, now } = services;
  const known = await readStart(tables, sweep);
  if (mustYield(starter, known) || (await waitForTurn(services, sweep, starter, known))) return;
  const fault = await explainStart(services, sweep);
  if (fault !== undefined) throw new Error(fault);
  const listing = subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions).catch((error: unknown) => {
    const isThrottled = isRestError(error) && error.statusCode === 429;
    if (!isThrottled || now().getTime() + retryAfterSeconds(error) * 1000 < endOf(settings, sweep).getTime()) throw error;
    // A requeued message would come after the next sweep is due, so the sweep begins with what is known.
    return settings.SUBSCRIPTIONS;
  });
  const [scope, before] = await Promise.all([listing, readBefore(services, sweep)]);
  await begin(services, sweep, scope, starter, before);
}
