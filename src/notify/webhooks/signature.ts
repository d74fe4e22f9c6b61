import { createHmac } from 'node:crypto';

/**
 * The id of an event as a header: percent-encoded, so that it is ASCII whatever names a cluster has, and without full stops, which divide what is
 * signed.
 */
export function webhookId(eventId: string): string {
  return encodeURIComponent(eventId.toWellFormed()).replaceAll('.', '%2E');
}

/**
 * Signs a request as Standard Webhooks says: recipients verify it with its libraries.
 *
 * @param secrets - each `whsec_` and base64; the recipient accepts the signature of any.
 * @param body - exactly as it is sent.
 * @param now - the time of this attempt.
 */
export function signatureHeaders(eventId: string, secrets: readonly string[], body: string, now: Date): Record<string, string> {
  const id = webhookId(eventId);
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const sign = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  const signature = secrets.map((secret) => `v1,${sign(secret)}`).join(' ');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, ...(signature === '' ? {} : { 'webhook-signature': signature }) };
}
