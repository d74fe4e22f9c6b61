import { type Columns, count, optionalText, readColumns, text, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRow, unlessLost } from './rows.ts';

/** Later than every day, so that it is not cleared with the deliveries. */
const PARTITION = 'gates';

/** That a webhook takes nothing at present: it is not asked before a time, by none of the events that wait for it. */
export interface Gate {
  failures: number;
  until: string;
  /** Where it wants nothing any more: the fingerprint of the address that said so. */
  gone?: string;
}

const columns: Columns<Gate> = { failures: count, until: text, gone: optionalText };

/** Reads the gate of a webhook; undefined while it takes events. */
export async function readGate(tables: Tables, webhook: string): Promise<{ gate: Gate; etag: string } | undefined> {
  const row = await readRow(await tables.open('webhooks'), PARTITION, webhook);
  return row && { gate: readColumns(columns, row), etag: row.etag };
}

/** Closes the gate of a webhook, or keeps it closed for longer. */
export async function closeGate(tables: Tables, webhook: string, gate: Gate): Promise<void> {
  const table = await tables.open('webhooks');
  await table.upsertEntity({ partitionKey: PARTITION, rowKey: webhook, ...writeColumns(columns, gate) }, 'Replace');
}

/** Acquires the only attempt that a closed gate lets through. Returns false if another has it. */
export async function passGate(tables: Tables, webhook: string, gate: Gate, etag: string): Promise<boolean> {
  const table = await tables.open('webhooks');
  return unlessLost(table.updateEntity({ partitionKey: PARTITION, rowKey: webhook, ...writeColumns(columns, gate) }, 'Replace', { etag }));
}

/** Opens the gate: the webhook takes events again. */
export async function openGate(tables: Tables, webhook: string): Promise<void> {
  await unlessLost((await tables.open('webhooks')).deleteEntity(PARTITION, webhook));
}
