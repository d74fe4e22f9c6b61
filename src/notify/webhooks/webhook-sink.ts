import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { log } from '../../log.ts';
import type { Webhook } from '../../model/webhooks.ts';
import { webhooksOf } from '../../settings.ts';
import type { WorkQueue } from '../../sweep/queue/work-queue.ts';
import { type Delivery, deliveryKey, insertDelivery, readDelivery } from '../../tables/webhook-rows.ts';
import type { Sink } from '../sink.ts';
import type { TelemetryEvent } from '../telemetry-event.ts';
import { type AttemptContext, attemptDelivery } from './attempt.ts';
import { sendDelivery } from './deliver-webhook.ts';
import { sinkOf } from './give-up.ts';
import { REQUEST_MS } from './send.ts';

const CONCURRENT = 8;
/** For how long others wait for a webhook; an attempt that takes longer goes on by itself. */
const WAIT_MS = 2000;
/** When the message tries what the first attempt did not achieve: it is over by then. */
const NET_SECONDS = Math.ceil(REQUEST_MS / 1000) + 5;

type Context = AttemptContext & { queue: WorkQueue };

/** Only what JSON can hold. */
function storable({ name, time, properties, measurements = {} }: TelemetryEvent): Delivery['event'] {
  const numbers = Object.entries(measurements).filter(([, value]) => Number.isFinite(value));
  return { name, time, properties, measurements: Object.fromEntries(numbers) };
}

/** Stores an event for a webhook, with a message that delivers it whatever becomes of this process. Returns its first attempt, if there is to be one. */
async function store(context: Context, webhook: Webhook, event: TelemetryEvent): Promise<(() => Promise<unknown>) | undefined> {
  const { tables, now } = context;
  const storedAt = now().toISOString();
  const key = deliveryKey(webhook.name, event.properties.eventId, storedAt);
  if ((await readDelivery(tables, key)) !== undefined) return undefined;
  const dueAt = new Date(now().getTime() + NET_SECONDS * 1000).toISOString();
  const delivery: Delivery = { event: storable(event), state: 'pending', storedAt, dueAt, attempts: 0, answer: '' };
  // Sent first: a row without a message would never be delivered, and a message without a row does nothing.
  await sendDelivery(context, key, NET_SECONDS);
  await insertDelivery(tables, key, delivery);
  // What it does not achieve is seen to, and told, by the message.
  return () => attemptDelivery(context, webhook, key, delivery).catch(() => undefined);
}

/**
 * A webhook accepts an event by having it stored: from then on it is delivered apart from everything else, for a day. It is tried at once, so that the news
 * leaves within seconds.
 */
export function openWebhook(context: Context, webhook: Webhook): Sink {
  return {
    name: sinkOf(webhook.name),
    async deliver(events) {
      const limit = pLimit(CONCURRENT);
      const accepted = new Set<string>();
      const attempts: (() => Promise<unknown>)[] = [];
      const outcomes = await Promise.allSettled(
        events.map((event) =>
          limit(async () => {
            const attempt = await store(context, webhook, event);
            accepted.add(event.properties.eventId);
            if (attempt !== undefined) attempts.push(attempt);
          }),
        ),
      );
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined && accepted.size === 0) throw failure.reason;
      if (failure !== undefined)
        log.warn(`some events for the webhook ${webhook.name} could not be stored and are sent again`, failure.reason);
      const tried = Promise.all(attempts.map((attempt) => limit(attempt)));
      await Promise.race([tried, sleep(WAIT_MS, undefined, { ref: false })]);
      return accepted;
    },
  };
}

/** Opens the webhooks that the settings name. */
export function openWebhooks(context: Context): readonly Sink[] {
  return webhooksOf(context.settings).map((webhook) => openWebhook(context, webhook));
}
