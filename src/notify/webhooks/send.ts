import { redact } from '../../model/redact.ts';
import type { Webhook } from '../../model/webhooks.ts';
import { retryAfterMs } from '../retry-after-ms.ts';
import type { WebhookRequest } from './request.ts';

/** Standard Webhooks recommends 15 to 30 s. */
export const REQUEST_MS = 15_000;
const MOST_BYTES = 2000;
const SHOWN = 300;

/** What a receiver made of an event. */
export interface WebhookAnswer {
  /** `refused`: this event was; `down`: the receiver takes none at present; `gone`: it wants none any more. */
  outcome: 'accepted' | 'refused' | 'down' | 'gone';
  status?: number;
  /** The status and the beginning of the body, or why there was none; without secrets. */
  text: string;
  /** Milliseconds to wait before the next request, if it said so. */
  waitMs?: number;
}

function outcomeOf(status: number): WebhookAnswer['outcome'] {
  if (status >= 200 && status < 300) return 'accepted';
  if (status === 410) return 'gone';
  return status >= 500 || [408, 425, 429].includes(status) ? 'down' : 'refused';
}

/** Takes out of a text what only the receiver and the operator may know, should a receiver repeat it. */
function hide({ url, key, signing }: Webhook, text: string): string {
  const { href, pathname, search } = url;
  const parts = [href, pathname + search, search, ...pathname.split('/'), ...new URLSearchParams(search).values(), key ?? '', ...signing];
  const secrets = parts.filter((part) => part.length >= 8).sort((a, b) => b.length - a.length);
  return redact(
    secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '[removed]'), text),
    SHOWN,
  );
}

/** The beginning of a body; the rest is not read. */
async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && bytes < MOST_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
  }
  await reader?.cancel();
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MOST_BYTES));
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * Sends a request to a receiver, once. A redirect is not followed: the operator named the address, and nobody else may.
 *
 * @param now - for a `Retry-After` that is a date.
 */
export async function sendWebhook(webhook: Webhook, { url, headers, body }: WebhookRequest, now: Date): Promise<WebhookAnswer> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(REQUEST_MS);
    response = await fetch(url, { method: 'POST', redirect: 'manual', headers, body, signal });
  } catch (error) {
    return { outcome: 'down', text: hide(webhook, `no answer: ${causeOf(error)}`) };
  }
  const { status } = response;
  // Its status is what counts, whatever becomes of its body.
  const said = await beginningOf(response).catch(() => '');
  const waitMs = retryAfterMs(response.headers.get('retry-after'), now);
  return { outcome: outcomeOf(status), status, text: hide(webhook, `${status} ${said}`.trim()), waitMs };
}
