import type { Tables } from './open-tables.ts';
import { insertOnce } from './rows.ts';

/** A message that failed each time it was tried, redacted, for people to see. */
export interface PoisonRow {
  /** The same for the same message: it is kept once a day. */
  id: string;
  time: string;
  message: string;
  error: string;
}

/** Keeps a poison message, once. */
export async function insertPoison(tables: Tables, { id, time, message, error }: PoisonRow): Promise<void> {
  await insertOnce(await tables.open('poison'), { partitionKey: time.slice(0, 10), rowKey: id, time, message, error });
}
