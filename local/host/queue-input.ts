import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { TypedData } from './core-api.ts';
import type { TriggerInput } from './invoke.ts';

/**
 * What the function receives for a message's text. Members of a JSON object replace metadata of the same name, as in Azure.
 * @param text - The decoded body.
 * @param message - Absent when the function is started manually.
 */
export function queueInput(text: string, message: DequeuedMessageItem | undefined): TriggerInput {
  const metadata = new Map<string, [string, TypedData]>();
  const set = (key: string, data: TypedData): void => void metadata.set(key.toLowerCase(), [key, data]);
  set('QueueTrigger', { string: text });
  if (message) {
    set('DequeueCount', { json: JSON.stringify(message.dequeueCount) });
    set('ExpirationTime', { json: JSON.stringify(message.expiresOn) });
    set('Id', { string: message.messageId });
    set('InsertionTime', { json: JSON.stringify(message.insertedOn) });
    set('NextVisibleTime', { json: JSON.stringify(message.nextVisibleOn) });
    set('PopReceipt', { string: message.popReceipt });
  }
  for (const [key, value] of Object.entries(parseObject(text)))
    set(key, typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) });
  return { data: { string: text }, metadata: Object.fromEntries(metadata.values()) };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
