import type { QueueContext } from './work-queue.ts';

/** A search may come late: whether it is due follows from the tables. */
const WITHIN_MS = 1_800_000;

/**
 * Queues a search in Azure for what caused something.
 *
 * @param subject - `cluster`, `blind`, or the reason of the outages of nodes.
 * @param at - the earliest time; at once by default.
 */
export async function requestDiagnosis(
  { queue, now }: Pick<QueueContext, 'queue' | 'now'>,
  cluster: string,
  subject: string,
  at: Date = now(),
): Promise<void> {
  const delaySeconds = Math.max(0, (at.getTime() - now().getTime()) / 1000);
  await queue.send({ kind: 'diagnose', cluster, subject }, { delaySeconds, deadline: new Date(at.getTime() + WITHIN_MS) });
}
