import type { Tables } from './open-tables.ts';
import { insertOnce, readRow } from './rows.ts';

/** A queue message that failed each time it was tried, redacted. */
export interface PoisonRow {
  /** The same for the same message, so that it is stored once a day. */
  id: string;
  time: string;
  message: string;
  error: string;
}

/** Stores a poison message, once. */
export async function insertPoison(tables: Tables, { id, time, message, error }: PoisonRow): Promise<void> {
  await insertOnce(await tables.open('poison'), { partitionKey: time.slice(0, 10), rowKey: id, time, message, error });
}

/** Whether a poison message is stored already on the day of a time. */
export async function hasPoison(tables: Tables, id: string, time: string): Promise<boolean> {
  return (await readRow(await tables.open('poison'), time.slice(0, 10), id, ['rowKey'])) !== undefined;
}
