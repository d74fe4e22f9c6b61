import { log } from '../../log.ts';
import { hasPoison, insertPoison } from '../../tables/poison-rows.ts';
import { type Delivery, type DeliveryKey, noteDelivery } from '../../tables/webhook-rows.ts';
import type { NotifyContext } from '../notify-context.ts';
import { reportError } from '../report-error.ts';

/** The name of the sink of a webhook. */
export const sinkOf = (webhook: string) => `webhook-${webhook}`;

/**
 * Gives a delivery up: it stays in its table for days, a poison letter says so, and the other sinks are sent one event a day.
 *
 * @param why - what the webhook did, in words that follow its name.
 */
export async function giveUpDelivery(
  { tables, sinks, now }: Pick<NotifyContext, 'tables' | 'sinks' | 'now'>,
  key: DeliveryKey,
  { event, attempts }: Pick<Delivery, 'event' | 'attempts'>,
  why: string,
  answer: string,
): Promise<void> {
  const { webhook } = key;
  const time = now().toISOString();
  const what = event === undefined ? `an event of ${key.day}` : `${event.name} ${event.properties.eventId}`;
  log.error(`webhook ${webhook} ${why}: ${what} is given up after ${attempts} attempts`);
  const message = `the webhook ${webhook} ${why}: events are lost to it. Try it with "npm run cli -- notify --test"; the table webhooks holds for 7 days what was given up`;
  const properties = { eventId: `webhook/${webhook}/${time.slice(0, 10)}`, message, evidence: answer };
  // Sent before it is noted: twice does no harm, never would.
  const others = sinks.filter(({ name }) => name !== sinkOf(webhook));
  const id = `webhook-${webhook}`;
  if (!(await hasPoison(tables, id, time))) {
    await reportError({ tables, sinks: others }, 'webhook', { name: 'ProberError', time, properties });
    await insertPoison(tables, { id, time, message: what, error: `${why}: ${answer}` });
  }
  await noteDelivery(tables, key, { state: 'givenUp', answer, attempts });
}
