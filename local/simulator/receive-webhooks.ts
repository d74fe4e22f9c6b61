import type { IncomingHttpHeaders } from 'node:http';
import { type ArmReply, ok } from './arm-reply.ts';
import type { SimulatorClock } from './clock.ts';
import { Problem } from './problem.ts';

const MOST_KEPT = 1000;

/** A request as a webhook received it. */
export type ReceivedWebhook = { at: string; name: string; status: number; headers: Record<string, string>; body: unknown };

/** Webhooks of operators, which keep what they are sent. */
export type WebhookReceiver = {
  /** Answers a POST to `/webhooks/{name}`. */
  receive(path: string, headers: IncomingHttpHeaders, body: unknown): ArmReply;
  read(): ReceivedWebhook[];
  clear(): void;
  /** What they answer from now on, such as `{"status": 503, "retryAfterSeconds": 60}`; with nothing, they accept again. */
  fail(fault: unknown): { status: number; retryAfterSeconds?: number };
};

const SHOWN = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** Whether requests go to a webhook. */
export const isWebhook = (path: string) => /^\/webhooks\/[a-z][a-z0-9-]*$/.test(path);

function faultIn(body: unknown): { status: number; retryAfterSeconds?: number } {
  const { status, retryAfterSeconds } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (status === undefined) return { status: 200 };
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status < 600)
    return { status, ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}) };
  throw new Problem(400, 'Unknown fault', `Expected {"status": 503, "retryAfterSeconds": 60} or {}, got ${JSON.stringify(body)}.`);
}

/** Keeps what webhooks receive, the newest 1,000 requests. */
export function receiveWebhooks({ now }: SimulatorClock): WebhookReceiver {
  const kept: ReceivedWebhook[] = [];
  let fault: { status: number; retryAfterSeconds?: number } = { status: 200 };
  return {
    receive(path, headers, body) {
      const { status, retryAfterSeconds } = fault;
      const shown = Object.fromEntries(SHOWN.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])));
      kept.push({ at: now().toISOString(), name: path.slice('/webhooks/'.length), status, headers: shown, body });
      kept.splice(0, Math.max(0, kept.length - MOST_KEPT));
      if (status < 300) return ok({ accepted: true });
      return {
        status,
        headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
        body: { accepted: false },
      };
    },
    read: () => kept,
    clear() {
      kept.length = 0;
    },
    fail(given) {
      fault = faultIn(given);
      return fault;
    },
  };
}
