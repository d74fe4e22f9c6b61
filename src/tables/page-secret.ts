import { randomBytes } from 'node:crypto';
import type { Tables } from './open-tables.ts';
import { insertOnce, readRow } from './rows.ts';

const KEY = { partitionKey: 'secret', rowKey: 'pages' };
/** How long a process uses what it has read: whoever deletes the row ends all sessions within this time. */
const KEPT_MS = 60_000;

const kept = new WeakMap<Tables, { secret: string; readAt: number }>();

/**
 * The secret that sessions and forms of the pages are signed with, made when it is first needed.
 *
 * @param now - in epoch milliseconds.
 */
export async function pageSecret(tables: Tables, now: number): Promise<string> {
  const known = kept.get(tables);
  if (known !== undefined && Math.abs(now - known.readAt) < KEPT_MS) return known.secret;
  const clusters = await tables.open('clusters');
  const read = async () => String((await readRow(clusters, KEY.partitionKey, KEY.rowKey, ['value']))?.value ?? '');
  let secret = await read();
  if (!/^[\w-]{43}$/.test(secret)) {
    await insertOnce(clusters, { ...KEY, value: randomBytes(32).toString('base64url') });
    secret = await read();
  }
  // An empty secret would sign anything.
  if (!/^[\w-]{43}$/.test(secret))
    throw new Error('expected a secret of 43 characters in the row "pages" of the table clusters, got another: delete the row');
  kept.set(tables, { secret, readAt: now });
  return secret;
}
