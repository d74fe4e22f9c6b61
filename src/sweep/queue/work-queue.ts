import { isRestError } from '@azure/core-rest-pipeline';
import type { QueueClient, QueueSendMessageOptions } from '@azure/storage-queue';
import type { Settings } from '../../settings.ts';
import { cannotCreate } from '../../tables/cannot-create.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { MESSAGE_VERSION, type WorkMessage } from './messages.ts';

/** How many seconds late a stage may start before its message is dropped. */
const START_GRACE_SECONDS = 120;
const LIFE_AFTER_DUE_SECONDS = 600;

type WithoutEnvelope<M> = M extends unknown ? Omit<M, 'v' | 'deadline'> : never;
/** A message without the version and the deadline, which the queue adds. */
export type Work = WithoutEnvelope<WorkMessage>;

/** Sends messages to the work queue. */
export interface WorkQueue {
  /**
   * @param delaySeconds - how long the message stays invisible; fractions are rounded up, as the queue counts whole seconds.
   * @param deadline - the latest time to begin; by default 120 s after the delay.
   */
  send(work: Work, options?: { delaySeconds?: number; deadline?: Date }): Promise<void>;
  /** Sends a message again, unchanged, with a new delay. */
  requeue(message: WorkMessage, delaySeconds: number): Promise<void>;
}

/** The services that are needed to send messages about a sweep. */
export interface QueueContext {
  settings: Settings;
  tables: Tables;
  queue: WorkQueue;
  now(): Date;
}

/** Sends a message, and creates the queue if it does not exist. */
async function sendOrCreate(client: QueueClient, text: string, options: QueueSendMessageOptions): Promise<void> {
  try {
    await client.sendMessage(text, options);
  } catch (error) {
    if (!isRestError(error) || error.code !== 'QueueNotFound') throw error;
    await client.createIfNotExists().catch((refusal: unknown) => {
      throw cannotCreate('queue', client.name, refusal);
    });
    await client.sendMessage(text, options);
  }
}

/**
 * Opens the work queue. It uses a client because output bindings can set neither a delay nor a time-to-live (azure-functions-host#4176).
 *
 * @param client - connects when the first message is sent.
 * @param now - the clock, for deadlines.
 */
export function openWorkQueue(client: () => Promise<QueueClient>, now: () => Date): WorkQueue {
  const put = async (message: WorkMessage, delaySeconds: number) => {
    const visibilityTimeout = Math.max(0, Math.ceil(delaySeconds));
    // A time-to-live below the delay is refused, and one that ends before the deadline would lose work. The host expects base64.
    const untilDeadline = Math.ceil((Date.parse(message.deadline) - now().getTime()) / 1000);
    const messageTimeToLive = Math.max(visibilityTimeout + LIFE_AFTER_DUE_SECONDS, untilDeadline);
    const text = Buffer.from(JSON.stringify(message)).toString('base64');
    await sendOrCreate(await client(), text, { visibilityTimeout, messageTimeToLive });
  };
  return {
    async send(work, { delaySeconds = 0, deadline } = {}) {
      const latest = deadline ?? new Date(now().getTime() + (delaySeconds + START_GRACE_SECONDS) * 1000);
      await put({ v: MESSAGE_VERSION, ...work, deadline: latest.toISOString() } as WorkMessage, delaySeconds);
    },
    requeue: (message, delaySeconds) => put(message, delaySeconds),
  };
}
