import pLimit from 'p-limit';
import { z } from 'zod';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { updateRow } from './update-row.ts';

/** What there is so much of in a minute, over all instances: checks that begin, and searches that reach Azure. */
export type Budget = 'checks' | 'searches';

/** How much of it one caller may use, and all of them together. */
export interface Bounds {
  own: number;
  all: number;
}

/** By caller, each use by its name. */
const used = z.record(z.string(), z.array(z.string()));

// Many at once in one process would lose their writes to each other.
const oneAtATime = pLimit(1);

/**
 * Uses up one of what a minute has. The same use counts once, however often it is told of.
 *
 * @param caller - nothing that is a secret: it is stored.
 * @param use - names this use.
 * @returns undefined where it counts; else whose bound keeps it from counting.
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
