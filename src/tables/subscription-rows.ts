import { text } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange, readRow } from './rows.ts';

/** Beside the clusters that lists show, so that a list reads them at once. */
const PARTITION = 'subscriptions';
/** Azure allows 64 characters. */
const MOST_CHARACTERS = 100;

/** The display name of a subscription, and when Azure was asked for it. */
export interface SubscriptionName {
  name: string;
  readAt: string;
}

const toName = (row: Record<string, unknown>): SubscriptionName => ({ name: text.read(row, 'name'), readAt: text.read(row, 'readAt') });

/** Reads the name of one subscription; undefined if none is known. */
export async function readSubscriptionName(tables: Tables, subscription: string): Promise<SubscriptionName | undefined> {
  const row = await readRow(await tables.open('clusters'), PARTITION, subscription);
  return row && toName(row);
}

/** Reads the names of all subscriptions that have one, by id. */
export async function readSubscriptionNames(tables: Tables): Promise<Map<string, string>> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  return new Map(rows.map((row) => [row.rowKey, toName(row).name] as const).filter(([, name]) => name !== ''));
}

/** Notes the name of a subscription. */
export async function putSubscriptionName(tables: Tables, subscription: string, { name, readAt }: SubscriptionName): Promise<void> {
  const clusters = await tables.open('clusters');
  const entity = { partitionKey: PARTITION, rowKey: subscription, name: name.slice(0, MOST_CHARACTERS), readAt };
  await clusters.upsertEntity(entity, 'Replace');
}
