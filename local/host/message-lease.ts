import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { categories, describeError, type Log } from './log.ts';
import { storageErrorCode } from './open-queue.ts';

/** As in the real listener, where it cannot be set: https://github.com/Azure/azure-webjobs-sdk QueueListener.cs */
export const LEASE_SECONDS = 600;

/** A received message, hidden from other readers while its lease is renewed. */
export interface MessageLease {
  message: DequeuedMessageItem;
  /** Removes the message. */
  delete(): Promise<void>;
  /** Requeues the message, visible again after the delay in seconds. */
  release(delaySeconds: number): Promise<void>;
  /** Stops renewing. */
  end(): void;
}

/** Keeps a message hidden by renewing its lease at half time until `end`; one that another reader has taken over is dropped silently. */
export function keepLease(queue: QueueClient, message: DequeuedMessageItem, log: Log): MessageLease {
  let { popReceipt } = message;
  const hide = async (seconds: number): Promise<void> => {
    const updated = await queue.updateMessage(message.messageId, popReceipt, undefined, seconds);
    popReceipt = updated.popReceipt ?? popReceipt;
  };
  const renewal = setInterval(
    () =>
      hide(LEASE_SECONDS).catch((error: unknown) =>
        log('warning', categories.queue, `message ${message.messageId} was not renewed: ${describeError(error)}`),
      ),
    (LEASE_SECONDS / 2) * 1000,
  );
  return {
    message,
    delete: () => queue.deleteMessage(message.messageId, popReceipt).then(() => {}, ignoreLost),
    release: (delaySeconds) => hide(Math.ceil(delaySeconds)).catch(ignoreLost),
    end: () => clearInterval(renewal),
  };
}

function ignoreLost(error: unknown): void {
  if (!['MessageNotFound', 'PopReceiptMismatch', 'QueueNotFound'].includes(storageErrorCode(error) ?? '')) throw error;
}
