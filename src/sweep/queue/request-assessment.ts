import { assessmentMark, urgentMark } from '../../history/assessment-mark.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { QueueContext } from './work-queue.ts';

/**
 * Queues an assessment of a cluster: at the next multiple of min(30 s, interval / 4), so that many results are judged together, or of min(2 s, interval /
 * 20) where somebody is waiting for it.
 *
 * @param at - the earliest time, for a notification that waits; `'at once'` for a mark within two seconds, at which what comes in together is judged
 *   together all the same; or `'now'`.
 */
export async function requestAssessment(
  { settings, queue, now }: Omit<QueueContext, 'tables'>,
  sweep: string,
  cluster: string,
  at?: Date | 'now' | 'at once',
): Promise<void> {
  const time = now();
  if (at === 'now') {
    await queue.send({ kind: 'assess-cluster', sweep, cluster, assessAt: time.toISOString() });
    return;
  }
  const interval = intervalAt(settings.SWEEP_SCHEDULE, time);
  const earliest = Math.max(time.getTime() + 1, at instanceof Date ? at.getTime() : 0);
  const assessAt = new Date(at === undefined ? assessmentMark(earliest, interval) : urgentMark(earliest, interval));
  const delaySeconds = (assessAt.getTime() - time.getTime()) / 1000;
  await queue.send({ kind: 'assess-cluster', sweep, cluster, assessAt: assessAt.toISOString() }, { delaySeconds });
}
