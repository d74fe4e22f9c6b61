import type { QueueOptions } from './host-json.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Encodes a text for the wire. */
export function encodeMessage(text: string, encoding: QueueOptions['messageEncoding']): string {
  return encoding === 'base64' ? Buffer.from(text).toString('base64') : text;
}

/** Decodes a message's text from the wire; undefined when it is not in that encoding. */
export function decodeMessage(wireText: string, encoding: QueueOptions['messageEncoding']): string | undefined {
  if (encoding === 'none') return wireText;
  const compact = wireText.replace(/\s/g, '');
  return BASE64.test(compact) ? Buffer.from(compact, 'base64').toString() : undefined;
}
