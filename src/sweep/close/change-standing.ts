import pLimit from 'p-limit';
import type { Standing } from '../../history/standing.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { unlessLost } from '../../tables/rows.ts';
import type { StandingRows } from '../../tables/standing-rows.ts';

/** A region that goes blind is thousands of clusters: one write after the other would outlast the function. */
const CONCURRENT_WRITES = 8;

/**
 * Folds a sweep into the conditions of one kind, and writes those that change. One that lost is left to whoever was faster: the next sweep judges again.
 *
 * @returns those that change, and whether there are any at all.
 */
export async function changeStanding<S extends Standing>(
  tables: Tables,
  rows: StandingRows<S>,
  fold: (stored: ReadonlyMap<string, S>) => readonly S[],
): Promise<{ changed: readonly S[]; areAny: boolean }> {
  const stored = await rows.read(tables);
  const changed = fold(new Map([...stored].map(([subject, { standing }]) => [subject, standing])));
  const limit = pLimit(CONCURRENT_WRITES);
  await Promise.all(changed.map((each) => limit(() => unlessLost(rows.put(tables, each, stored.get(each.subject)?.etag)))));
  return { changed, areAny: stored.size + changed.length > 0 };
}
