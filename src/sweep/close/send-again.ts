import { intervalAfter, lastStart, MISSING_AFTER_MS } from '../../model/schedule.ts';
import { starterOf } from '../../model/starter.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { markResent, type SweepRows } from '../../tables/sweep-rows.ts';
import { spreadOf } from '../plan/start-sweep.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { Work } from '../queue/work-queue.ts';

/** Milliseconds after which work of a sweep that has left no trace is missing: a long sweep has time to wait for a slow one. */
function missingAfterMs({ SWEEP_SCHEDULE }: Settings, sweep: string): number {
  return Math.max(MISSING_AFTER_MS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 4);
}

/** What of a sweep has left no trace. */
interface MissingStage {
  /** Names it in the rows of the sweep. */
  what: string;
  work: Work;
}

/**
 * Decides what has left no trace a minute or longer after it was due, since its message may be with a process that died: the start of the sweep, the
 * listing of a subscription, and the expansion of a cluster. Pure.
 *
 * @param time - now, in milliseconds since 1970.
 * @param unplanned - clusters without a plan.
 */
export function findMissingStages(
  settings: Settings,
  sweep: string,
  rows: Pick<SweepRows, 'startedAt' | 'subscriptions' | 'requested' | 'resent'> & { listed: readonly { subscription: string }[] },
  unplanned: readonly string[],
  time: number,
): MissingStage[] {
  if (time >= lastStart(settings, sweep).getTime()) return [];
  const missingAfter = missingAfterMs(settings, sweep);
  const isMissing = (since: number, what: string) => time >= since + missingAfter && !rows.resent.has(what);
  if (rows.subscriptions === undefined)
    return isMissing(Date.parse(sweep), 'start-sweep')
      ? [{ what: 'start-sweep', work: { kind: 'start-sweep', sweep, starter: starterOf(rows.requested) } }]
      : [];
  const startedAt = Date.parse(rows.startedAt ?? sweep);
  const listed = new Set(rows.listed.map(({ subscription }) => subscription));
  const spread = spreadOf(settings, sweep, rows.subscriptions.length);
  const isDue = (subscription: string, what: string) => isMissing(startedAt + spread(subscription) * 1000, what);
  const listings = rows.subscriptions
    .filter((subscription) => !listed.has(subscription) && isDue(subscription, `list|${subscription}`))
    .map((subscription): MissingStage => ({ what: `list|${subscription}`, work: { kind: 'list-clusters', sweep, subscription } }));
  const expansions = unplanned
    .filter((cluster) => isDue(cluster.slice(0, cluster.indexOf('.')), `expand|${cluster}`))
    .map((cluster): MissingStage => ({ what: `expand|${cluster}`, work: { kind: 'expand-cluster', sweep, cluster } }));
  return [...listings, ...expansions];
}

/** Enqueues once more, once in a sweep, what of it has left no trace. Sent before it is noted: twice does no harm, never would. */
export async function sendAgain(services: Services, sweep: string, rows: SweepRows, unplanned: readonly string[]): Promise<void> {
  const { settings, queue, tables, now } = services;
  for (const { what, work } of findMissingStages(settings, sweep, rows, unplanned, now().getTime())) {
    await queue.send(work, { deadline: lastStart(settings, sweep) });
    faultPoint('close-sweep:sent-again');
    await markResent(tables, sweep, what);
  }
}
