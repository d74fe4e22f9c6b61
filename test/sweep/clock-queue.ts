import type { QueueClient } from '@azure/storage-queue';
import { openWorkQueue, type WorkQueue } from '../../src/sweep/queue/work-queue.ts';

const LONGEST_DELAY_SECONDS = 7 * 86_400;

/** A message in the queue; times are milliseconds since 1970. */
export interface Queued {
  body: { kind: string; sweep: string; [field: string]: unknown };
  visibleAt: number;
  expiresAt: number;
}

/** A queue whose delays go by the clock of a test, so that hours of it take seconds. */
export interface ClockQueue {
  queue: WorkQueue;
  messages: Queued[];
  /** Takes out the message that is visible first, if one is by then. */
  takeUntil(time: number): Queued | undefined;
}

/** Opens the work queue over a stand-in for the storage client that refuses what storage refuses. */
export function openClockQueue(now: () => Date): ClockQueue {
  const messages: Queued[] = [];
  const client: Pick<QueueClient, 'name' | 'sendMessage'> = {
    name: 'work',
    async sendMessage(text, { visibilityTimeout = 0, messageTimeToLive = 0 } = {}) {
      if (visibilityTimeout > LONGEST_DELAY_SECONDS || messageTimeToLive <= visibilityTimeout)
        throw new Error(`expected a delay of 7 days at most and a longer life, got ${visibilityTimeout} s and ${messageTimeToLive} s`);
      const at = now().getTime();
      const body = JSON.parse(Buffer.from(text, 'base64').toString());
      messages.push({ body, visibleAt: at + visibilityTimeout * 1000, expiresAt: at + messageTimeToLive * 1000 });
      return {} as Awaited<ReturnType<QueueClient['sendMessage']>>;
    },
  };
  return {
    queue: openWorkQueue(async () => client as QueueClient, now),
    messages,
    takeUntil(time) {
      const [first] = [...messages].sort((a, b) => a.visibleAt - b.visibleAt);
      if (first === undefined || first.visibleAt > time) return undefined;
      messages.splice(messages.indexOf(first), 1);
      return first;
    },
  };
}
