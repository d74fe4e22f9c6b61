import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { AppFunction } from './app-settings.ts';
import type { QueueOptions } from './host-json.ts';
import type { Invoke } from './invoke.ts';
import { type Listener, pause } from './listener.ts';
import { categories, describeError, type Log } from './log.ts';
import { keepLease, LEASE_SECONDS, type MessageLease } from './message-lease.ts';
import { decodeMessage } from './message-text.ts';
import { type OpenQueue, storageErrorCode } from './open-queue.ts';
import { queueInput } from './queue-input.ts';

const SHORTEST_POLL_MS = 100;
const POISON_SUFFIX = '-poison';
const LONGEST_QUEUE_NAME = 63;

interface QueueListenerOptions {
  fn: AppFunction;
  openQueue: OpenQueue;
  options: QueueOptions;
  invoke: Invoke;
  log: Log;
}

/**
 * Runs a function on the messages of its queue, as the storage extension does: a queue that does not exist counts as empty, and is not created here.
 * At most batchSize + newBatchThreshold messages are processed at once.
 */
export function startQueueListener({ fn, openQueue, options, invoke, log }: QueueListenerOptions): Listener {
  const { connection, queueName = '' } = fn.trigger;
  const queue = openQueue(connection, queueName);
  const poisonName = queueName + POISON_SUFFIX;
  const hasPoison = !queueName.endsWith(POISON_SUFFIX) && poisonName.length <= LONGEST_QUEUE_NAME;
  const poison = hasPoison ? openQueue(connection, poisonName) : undefined;
  const stopping = new AbortController();
  const leases = new Map<MessageLease, Promise<void>>();

  const take = (message: DequeuedMessageItem): void => {
    const lease = keepLease(queue, message, log);
    const done = processMessage(lease)
      .catch((error: unknown) =>
        log('error', categories.queue, `message ${message.messageId} of queue ${queueName}: ${describeError(error)}`),
      )
      .finally(() => {
        lease.end();
        leases.delete(lease);
      });
    leases.set(lease, done);
  };

  const processMessage = async (lease: MessageLease): Promise<void> => {
    const { message } = lease;
    // Without a poison queue, the message stays hidden until its lease ends, again and again, until it expires.
    if (message.dequeueCount > options.maxDequeueCount) return poison && moveToPoison(lease, poison);
    const text = decodeMessage(message.messageText, options.messageEncoding);
    if (text === undefined) {
      log('warning', categories.queue, `message ${message.messageId} of queue ${queueName} is not ${options.messageEncoding}`);
      return poison && moveToPoison(lease, poison);
    }
    const succeeded = await invoke(fn, queueInput(text, message)).then(
      () => true,
      () => false,
    );
    if (succeeded) return lease.delete();
    if (!poison) return;
    if (message.dequeueCount >= options.maxDequeueCount) return moveToPoison(lease, poison);
    return lease.release(options.visibilityTimeoutMs / 1000);
  };

  const moveToPoison = async (lease: MessageLease, target: QueueClient): Promise<void> => {
    log(
      'warning',
      categories.queue,
      `message ${lease.message.messageId} goes to ${poisonName} after ${lease.message.dequeueCount} attempts`,
    );
    await target.createIfNotExists();
    await target.sendMessage(lease.message.messageText);
    await lease.delete();
  };

  const poll = async (): Promise<void> => {
    let emptyPolls = 0;
    while (!stopping.signal.aborted) {
      if (leases.size > options.newBatchThreshold) {
        await Promise.race(leases.values());
        continue;
      }
      // Never aborted: messages that storage handed out and nobody read would stay hidden for the whole lease.
      const messages = await receive(queue, options.batchSize).catch((error: unknown) => {
        log('error', categories.queue, `queue ${queueName} cannot be read: ${describeError(error)}`);
        return [];
      });
      messages.forEach(take);
      emptyPolls = messages.length > 0 ? 0 : emptyPolls + 1;
      if (emptyPolls > 0) await pause(pollDelayMs(emptyPolls, options.maxPollingIntervalMs), stopping.signal);
    }
  };

  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      await polling;
      await Promise.all(leases.values());
    },
    async abandon() {
      await Promise.allSettled([...leases.keys()].map((lease) => lease.release(0)));
    },
  };
}

async function receive(queue: QueueClient, batchSize: number): Promise<DequeuedMessageItem[]> {
  try {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: batchSize, visibilityTimeout: LEASE_SECONDS });
    return receivedMessageItems;
  } catch (error) {
    if (storageErrorCode(error) !== 'QueueNotFound') throw error;
    return [];
  }
}

/** Delay before the next poll after so many empty ones: random, doubling from 100 ms up to the longest. */
function pollDelayMs(emptyPolls: number, longestMs: number): number {
  if (emptyPolls === 1) return SHORTEST_POLL_MS;
  const backOffMs = SHORTEST_POLL_MS * (0.8 + 0.4 * Math.random()) * (2 ** Math.min(emptyPolls - 1, 20) - 1);
  return Math.min(SHORTEST_POLL_MS + backOffMs, longestMs);
}
