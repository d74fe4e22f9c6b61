import { log } from '../../log.ts';
import { SKEW_MS } from '../../model/schedule.ts';
import type { Webhook } from '../../model/webhooks.ts';
import { webhooksOf } from '../../settings.ts';
import type { MessageOf } from '../../sweep/queue/messages.ts';
import type { WorkQueue } from '../../sweep/queue/work-queue.ts';
import { type Delivery, type DeliveryKey, noteDelivery, readDelivery } from '../../tables/webhook-rows.ts';
import type { NotifyContext } from '../notify-context.ts';
import { attemptDelivery } from './attempt.ts';
import { TRIED_MS } from './back-off.ts';
import { giveUpDelivery } from './give-up.ts';

/** A message may be read so late; the queue takes none that says more than a day. */
const DEADLINE_MS = 22 * 3_600_000;
/** When to look again for a delivery whose message came before its row. */
const ROW_SECONDS = 60;

type Context = NotifyContext & { queue: WorkQueue };

/** Sends the message that tries a delivery after some seconds. */
export async function sendDelivery({ queue, now }: Pick<Context, 'queue' | 'now'>, key: DeliveryKey, delaySeconds: number): Promise<void> {
  await queue.send({ kind: 'deliver-webhook', ...key }, { delaySeconds, deadline: new Date(now().getTime() + DEADLINE_MS) });
}

/** Tries a delivery, and sees to it that it is tried again, or given up. */
async function tryDelivery(services: Context, webhook: Webhook, key: DeliveryKey, delivery: Delivery): Promise<void> {
  const { tables, now } = services;
  const tried = await attemptDelivery(services, webhook, key, delivery);
  if (tried.outcome === 'accepted') return;
  if (tried.outcome === 'gone')
    return giveUpDelivery(services, key, delivery, 'answered 410 Gone and is not asked for a day, or until its URL changes', tried.answer);
  const { waitSeconds, attempts, answer = delivery.answer } = tried;
  const dueAt = new Date(now().getTime() + waitSeconds * 1000).toISOString();
  if (Date.parse(dueAt) > Date.parse(delivery.storedAt) + TRIED_MS)
    return giveUpDelivery(services, key, { ...delivery, attempts }, 'accepted no request for 24 hours', answer);
  if (tried.answer !== undefined)
    log.warn(`webhook ${webhook.name} did not accept an event and is asked again in ${waitSeconds} s: ${answer}`);
  // Sent first: after a crash in between, the next attempt comes twice rather than never.
  await sendDelivery(services, key, waitSeconds);
  await noteDelivery(tables, key, { dueAt, attempts, answer });
}

/** Handles the message that tries to deliver an event to a webhook. */
export async function deliverWebhook(services: Context, message: MessageOf<'deliver-webhook'>): Promise<void> {
  const { webhook: name, day, event } = message;
  const key = { webhook: name, day, event };
  const webhook = webhooksOf(services.settings).find((each) => each.name === name);
  if (webhook === undefined) return log.warn(`an event for the webhook ${name} is dropped: the settings name no such webhook any more`);
  const delivery = await readDelivery(services.tables, key);
  if (delivery === undefined) {
    // It was sent before the row was written; a crash in between leaves no row.
    if (message.tries === undefined) await services.queue.requeue({ ...message, tries: 1 }, ROW_SECONDS);
    return;
  }
  if (delivery.state !== 'pending') return;
  const earlyMs = Date.parse(delivery.dueAt) - services.now().getTime();
  if (earlyMs > SKEW_MS) {
    // Another message is on its way for then; or this is that one, and a clock is wrong. It is looked at once more, so that copies do not become more.
    if (message.tries === undefined) await services.queue.requeue({ ...message, tries: 1 }, earlyMs / 1000);
    return;
  }
  if (delivery.event === undefined) return giveUpDelivery(services, key, delivery, 'cannot be told', 'the row of the event cannot be read');
  await tryDelivery(services, webhook, key, delivery);
}

/** Gives up a delivery whose message failed each time it was tried, which is told like that of every other message. */
export async function loseDelivery(
  { tables }: Pick<Context, 'tables'>,
  { webhook, day, event }: MessageOf<'deliver-webhook'>,
): Promise<void> {
  const key = { webhook, day, event };
  const delivery = await readDelivery(tables, key);
  if (delivery?.state === 'pending') await noteDelivery(tables, key, { state: 'givenUp' });
}
