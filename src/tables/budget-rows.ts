import pLimit from 'p-limit';
import * as z from '../zod.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { updateRow } from './update-row.ts';

/** What is limited per minute, over all instances: checks that begin, and searches in Azure. */
export type Budget = 'checks' | 'searches';

/** How many one caller may use in a minute, and all callers together. */
export interface Bounds {
  own: number;
  all: number;
}

/** The names of the uses, by caller. */
const used = z.record(z.string(), z.array(z.string()));

// Concurrent updates in one process would conflict with each other.
const oneAtATime = pLimit(1);

/**
 * Uses up one unit of this minute's budget. The same use counts once, however often it is repeated.
 *
 * @param caller - name of the caller; it is stored, so it must not be a secret.
 * @param use - identifies this use.
 * @returns undefined if the use is within the bounds; otherwise the bound that is exhausted.
 */
export function useUp(
  tables: Tables,
  budget: Budget,
  now: Date,
  { caller, use }: { caller: string; use: string },
  { own, all }: Bounds,
): Promise<keyof Bounds | undefined> {
  const time = now.toISOString();
  const [partitionKey, rowKey] = [time.slice(0, 10), `${budget}|${time.slice(0, 16)}`];
  const decide = async () => {
    let full: keyof Bounds | undefined;
    await updateRow(await tables.open('checks'), partitionKey, rowKey, (row) => {
      const before: Record<string, string[]> = fromLongJson(used, 'used', row ?? {}, {});
      const mine = before[caller] ?? [];
      const isCounted = mine.includes(use);
      full = isCounted ? undefined : mine.length >= own ? 'own' : Object.values(before).flat().length >= all ? 'all' : undefined;
      if (isCounted || full !== undefined) return undefined;
      return { replace: toLongJson('used', { ...before, [caller]: [...mine, use] }) };
    });
    return full;
  };
  return oneAtATime(decide);
}
