import { isRestError } from '@azure/core-rest-pipeline';
import type { QueueClient } from '@azure/storage-queue';
import { log } from '../log.ts';
import { redact } from '../model/redact.ts';
import { reportError } from '../notify/report-error.ts';
import type { Services } from '../services.ts';

const EVIDENCE_BYTES = 1000;

/** Messages of any visibility, and the texts of those that are visible. */
async function look(queue: QueueClient): Promise<{ count: number; texts: string[] }> {
  try {
    const { approximateMessagesCount: count = 0 } = await queue.getProperties();
    const { peekedMessageItems } = count > 0 ? await queue.peekMessages({ numberOfMessages: 32 }) : { peekedMessageItems: [] };
    return { count, texts: peekedMessageItems.map(({ messageText }) => messageText) };
  } catch (error) {
    // The host makes it for the first message that goes there.
    if (isRestError(error) && error.code === 'QueueNotFound') return { count: 0, texts: [] };
    throw error;
  }
}

/**
 * Notifies of messages that stay in the poison queue. Its function takes every message from there, but for those that the host cannot decode and those
 * that failed there, too: the host hides these for ten minutes again and again until they expire, so that they are counted rather than read.
 *
 * One event a day, sent each time.
 */
async function reportPoison(services: Services): Promise<void> {
  const { now } = services;
  const poisonQueue = await services.poisonQueue();
  const { count, texts } = await look(poisonQueue);
  if (count === 0) return;
  const time = now().toISOString();
  const message = `the queue ${poisonQueue.name} holds ${count} message${count === 1 ? '' : 's'} that its function did not take or failed on: look who sends what is not base64, then clear the queue`;
  const evidence = redact(texts.join('\n'), EVIDENCE_BYTES);
  const properties = { eventId: `poison/queue/${time.slice(0, 10)}`, message, evidence };
  await reportError(services, 'poison-queue', { name: 'ProberError', time, properties });
}

/** Looks at the poison queue and notifies of what stays there; a look that fails keeps nobody from anything else. */
export async function watchPoison(services: Services): Promise<void> {
  await reportPoison(services).catch((error: unknown) => log.error('what stays in the poison queue could not be notified', error));
}
