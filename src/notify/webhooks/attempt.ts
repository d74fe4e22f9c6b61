import { createHash } from 'node:crypto';
import { SKEW_MS } from '../../model/schedule.ts';
import type { Webhook } from '../../model/webhooks.ts';
import { type Settings, statusPageUrl } from '../../settings.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { closeGate, openGate, passGate, readGate } from '../../tables/webhook-gates.ts';
import { type Delivery, type DeliveryKey, noteDelivery } from '../../tables/webhook-rows.ts';
import type { TelemetryEvent } from '../telemetry-event.ts';
import { LONGEST_CLOSED_SECONDS, LONGEST_SECONDS, TRIED_MS, waitSeconds } from './back-off.ts';
import { requestOf } from './request.ts';
import { REQUEST_MS, sendWebhook } from './send.ts';

/** What it takes to ask a webhook: a part of the services. */
export interface AttemptContext {
  settings: Settings;
  tables: Tables;
  now(): Date;
}

/** What an attempt came to. */
export type Attempt =
  | { outcome: 'accepted' }
  /** To be tried again; `answer` is absent where the webhook was not asked, since it took nothing shortly before. */
  | { outcome: 'later'; waitSeconds: number; attempts: number; answer?: string }
  /** It wants no events any more, as it said now or within a day. */
  | { outcome: 'gone'; answer: string };

/** Tells an address from another one after the settings have changed, and says nothing of either. */
const fingerprint = ({ url }: Webhook) => createHash('sha256').update(url.href).digest('hex').slice(0, 8);

const secondsUntil = (time: Date | string, now: Date) => Math.ceil((new Date(time).getTime() - now.getTime()) / 1000);

/** Looks whether a webhook may be asked: how often in a row it failed, or for how many seconds it may not. */
async function askGate({ tables, now }: AttemptContext, webhook: Webhook): Promise<{ failures: number } | number | 'gone'> {
  const found = await readGate(tables, webhook.name);
  if (found === undefined) return { failures: 0 };
  const { gate, etag } = found;
  const wait = secondsUntil(gate.until, now());
  if (gate.gone !== undefined && gate.gone !== fingerprint(webhook)) return { failures: gate.failures };
  // A gate that is closed for longer than any can be is none of ours, and must not silence the webhook.
  const longest = (gate.gone === undefined ? LONGEST_SECONDS : TRIED_MS / 1000) + SKEW_MS / 1000;
  if (wait > 0 && wait <= longest) return gate.gone === undefined ? Math.min(wait, LONGEST_SECONDS) : 'gone';
  const held = { ...gate, gone: undefined, until: new Date(now().getTime() + REQUEST_MS + 5000).toISOString() };
  return (await passGate(tables, webhook.name, held, etag)) ? { failures: gate.failures } : secondsUntil(held.until, now());
}

/**
 * Tries to deliver an event to a webhook, once, and notes that it was accepted. While the webhook takes nothing, one event in a while asks for all of them:
 * neither the webhook nor the others wait for hundreds of attempts.
 */
export async function attemptDelivery(
  context: AttemptContext,
  webhook: Webhook,
  key: DeliveryKey,
  { event, attempts }: Delivery,
): Promise<Attempt> {
  const { tables, settings, now } = context;
  const accept = async (): Promise<Attempt> => {
    await noteDelivery(tables, key, { state: 'accepted', attempts: attempts + 1 });
    return { outcome: 'accepted' };
  };
  const request = requestOf(webhook, event as TelemetryEvent, statusPageUrl(settings) ?? 'aks-fleet-prober', now());
  if (request === undefined) return accept();
  const gate = await askGate(context, webhook);
  if (gate === 'gone') return { outcome: 'gone', answer: 'not asked: it answered 410 within a day' };
  if (typeof gate === 'number') return { outcome: 'later', waitSeconds: gate, attempts };
  const { outcome, text: answer, waitMs } = await sendWebhook(webhook, request, now());
  const at = (seconds: number) => new Date(now().getTime() + seconds * 1000).toISOString();
  switch (outcome) {
    case 'accepted':
      if (gate.failures > 0) await openGate(tables, webhook.name);
      return accept();
    case 'gone':
      await closeGate(tables, webhook.name, { failures: gate.failures + 1, until: at(TRIED_MS / 1000), gone: fingerprint(webhook) });
      return { outcome: 'gone', answer };
    case 'down': {
      const wait = waitSeconds(gate.failures + 1, LONGEST_CLOSED_SECONDS, waitMs);
      await closeGate(tables, webhook.name, { failures: gate.failures + 1, until: at(wait) });
      return { outcome: 'later', waitSeconds: wait, attempts: attempts + 1, answer };
    }
    case 'refused':
      // It answers, so that others may be accepted.
      if (gate.failures > 0) await openGate(tables, webhook.name);
      return { outcome: 'later', waitSeconds: waitSeconds(attempts + 1, LONGEST_SECONDS, waitMs), attempts: attempts + 1, answer };
  }
}
