import { createHash } from 'node:crypto';
import * as z from '../zod.ts';
import { type Columns, count, oneOf, optionalLongJson, readColumns, text, writeColumns, writeSome } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { insertOnce, readRange, readRow, unlessLost } from './rows.ts';

const storedEvent = z.object({
  name: z.string(),
  time: z.string(),
  properties: z.record(z.string(), z.string()),
  measurements: z.optional(z.record(z.string(), z.number())),
});
type StoredEvent = z.output<typeof storedEvent>;

/** Names the delivery of an event to a webhook: what a message of the queue says of it. */
export interface DeliveryKey {
  webhook: string;
  /** The day on which it was stored. */
  day: string;
  /** The hash of the event's id, which may be longer than a key. */
  event: string;
}

/** An event on its way to a webhook. It is kept for days, so that one that comes again is known. */
export interface Delivery {
  /** Undefined where the row cannot be read. */
  event: StoredEvent | undefined;
  state: 'pending' | 'accepted' | 'givenUp';
  storedAt: string;
  /** When the next attempt is due; a message is on its way for then. */
  dueAt: string;
  attempts: number;
  /** What the receiver last answered, redacted. */
  answer: string;
}

const columns: Columns<Delivery> = {
  event: optionalLongJson(storedEvent),
  state: oneOf('pending', 'accepted', 'givenUp'),
  storedAt: text,
  dueAt: text,
  attempts: count,
  answer: text,
};

const rowKeyOf = ({ webhook, event }: DeliveryKey) => `${webhook}|${event}`;

/** Names a delivery. */
export function deliveryKey(webhook: string, eventId: string, time: string): DeliveryKey {
  return { webhook, day: time.slice(0, 10), event: createHash('sha256').update(eventId).digest('hex').slice(0, 32) };
}

/** Stores a delivery, once. */
export async function insertDelivery(tables: Tables, key: DeliveryKey, delivery: Delivery): Promise<void> {
  await insertOnce(await tables.open('webhooks'), { partitionKey: key.day, rowKey: rowKeyOf(key), ...writeColumns(columns, delivery) });
}

/** Reads a delivery; undefined if it is not stored, or not any more. */
export async function readDelivery(tables: Tables, key: DeliveryKey): Promise<Delivery | undefined> {
  const row = await readRow(await tables.open('webhooks'), key.day, rowKeyOf(key));
  return row && readColumns(columns, row);
}

/** Notes what became of a delivery. */
export async function noteDelivery(tables: Tables, key: DeliveryKey, some: Partial<Delivery>): Promise<void> {
  const table = await tables.open('webhooks');
  // It may have been cleared meanwhile.
  await unlessLost(table.updateEntity({ partitionKey: key.day, rowKey: rowKeyOf(key), ...writeSome(columns, some) }, 'Merge'));
}

/** An event is delivered for a day at most. */
const DELIVERED_MS = 86_400_000;

/** Counts the deliveries that wait, by webhook. */
export async function countDeliveries(tables: Tables, now: Date): Promise<Map<string, number>> {
  const table = await tables.open('webhooks');
  const days = [new Date(now.getTime() - DELIVERED_MS), now].map((time) => time.toISOString().slice(0, 10));
  const pending = await Promise.all(days.map((day) => readRange(table, day, { select: ['RowKey'], filter: "state eq 'pending'" })));
  const byWebhook = Map.groupBy(pending.flat(), ({ rowKey }) => rowKey.split('|')[0]!);
  return new Map([...byWebhook].map(([webhook, rows]) => [webhook, rows.length]));
}
