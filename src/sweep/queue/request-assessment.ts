import { assessmentMark } from '../../history/assessment-mark.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { QueueContext } from './work-queue.ts';

/**
 * Queues an assessment of a cluster at the next multiple of min(30 s, interval / 4), so that many results are judged together.
 *
 * @param at - the earliest time, for a notification that waits, or `'now'`.
 */
export async function requestAssessment(
  { settings, queue, now }: Omit<QueueContext, 'tables'>,
  sweep: string,
  cluster: string,
  at?: Date | 'now',
): Promise<void> {
  const time = now();
  if (at === 'now') {
    await queue.send({ kind: 'assess-cluster', sweep, cluster, assessAt: time.toISOString() });
    return;
  }
  const interval = intervalAt(settings.SWEEP_SCHEDULE, time);
  const assessAt = new Date(assessmentMark(Math.max(time.getTime() + 1, at?.getTime() ?? 0), interval));
  const delaySeconds = (assessAt.getTime() - time.getTime()) / 1000;
  await queue.send({ kind: 'assess-cluster', sweep, cluster, assessAt: assessAt.toISOString() }, { delaySeconds });
}
