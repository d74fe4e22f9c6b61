import { intervalAfter, lastStart, MISSING_AFTER_MS } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { markResent, type SweepRows } from '../../tables/sweep-rows.ts';
import { spreadOf } from '../plan/start-sweep.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { Work } from '../queue/work-queue.ts';

/** Milliseconds after which work of a sweep that has left no trace is missing: a long sweep has time to wait for a slow one. */
function missingAfterMs({ settings }: Services, sweep: string): number {
  return Math.max(MISSING_AFTER_MS, intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep)) / 4);
}

/** Enqueues work once more, once in a sweep. Sent before it is noted: twice does no harm, never would. */
async function sendOnce({ settings, queue, tables }: Services, sweep: string, what: string, work: Work): Promise<void> {
  await queue.send(work, { deadline: lastStart(settings, sweep) });
  faultPoint('close-sweep:sent-again');
  await markResent(tables, sweep, what);
}

/**
 * Enqueues once more what has left no trace a minute or longer after it was due, since its message may be with a process that died: the start of
 * the sweep, the listing of a subscription, and the expansion of a cluster.
 */
export async function sendAgain(services: Services, sweep: string, rows: SweepRows, unplanned: readonly string[]): Promise<void> {
  const { settings, now } = services;
  const time = now().getTime();
  if (time >= lastStart(settings, sweep).getTime()) return;
  const missingAfter = missingAfterMs(services, sweep);
  const isMissing = (since: number, what: string) => time >= since + missingAfter && !rows.resent.has(what);
  if (rows.subscriptions === undefined) {
    if (isMissing(Date.parse(sweep), 'start-sweep')) await sendOnce(services, sweep, 'start-sweep', { kind: 'start-sweep', sweep });
    return;
  }
  const startedAt = Date.parse(rows.startedAt ?? sweep);
  const listed = new Set(rows.listed.map(({ subscription }) => subscription));
  const spread = spreadOf(settings, sweep, rows.subscriptions.length);
  for (const subscription of rows.subscriptions) {
    const what = `list|${subscription}`;
    if (listed.has(subscription) || !isMissing(startedAt + spread(subscription) * 1000, what)) continue;
    await sendOnce(services, sweep, what, { kind: 'list-clusters', sweep, subscription });
  }
  for (const cluster of unplanned) {
    const what = `expand|${cluster}`;
    const since = startedAt + spread(cluster.slice(0, cluster.indexOf('.'))) * 1000;
    if (isMissing(since, what)) await sendOnce(services, sweep, what, { kind: 'expand-cluster', sweep, cluster });
  }
}
