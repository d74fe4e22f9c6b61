import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { categories, describeError, type Log } from './log.ts';
import { storageErrorCode } from './open-queue.ts';

/** The real listener's, not to be set: https://github.com/Azure/azure-webjobs-sdk QueueListener.cs */
export const LEASE_SECONDS = 600;

/** A received message, hidden from others for as long as this is kept. */
export interface MessageLease {
  message: DequeuedMessageItem;
  /** Removes the message. */
  delete(): Promise<void>;
  /** Gives the message back, to be seen again after the delay in seconds. */
  release(delaySeconds: number): Promise<void>;
  /** Stops renewing. */
  end(): void;
}

/** Keeps a message hidden by renewing at half of its lease until `end`; a message that was lost to others is let go silently. */
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
