import type { QueueContext } from './work-queue.ts';

/** One that comes late still judges what is: people may be waiting for it. */
const WITHIN_MS = 600_000;

/** Queues a judgement of incidents between two completions of sweeps, at a time. Requests for one time are one judgement. */
export async function requestJudging({ queue, now }: Pick<QueueContext, 'queue' | 'now'>, sweep: string, at: Date): Promise<void> {
  const delaySeconds = Math.max(0, (at.getTime() - now().getTime()) / 1000);
  const deadline = new Date(at.getTime() + WITHIN_MS);
  await queue.send({ kind: 'judge-incidents', sweep, judgeAt: at.toISOString() }, { delaySeconds, deadline });
}
