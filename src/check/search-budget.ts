import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { type Bounds, useUp } from '../tables/budget-rows.ts';

/** A search lists clusters and nodes, which costs Azure more than to probe a node: wrong names must not use up what sweeps need. */
const SEARCHES_A_MINUTE: Bounds = { own: 10, all: 20 };

/** What a caller may have searched in Azure. */
export interface SearchBudget {
  /** The name under which the caller is counted. */
  account: string;
  /**
   * Uses up one search.
   *
   * @throws Problem where there were as many in this minute.
   */
  useUp(): Promise<void>;
}

/** Bounds what one caller has searched, and what all have together. */
export function searchBudget({ tables, now }: Services, account: string): SearchBudget {
  return {
    account,
    async useUp() {
      const time = now();
      const use = { caller: account, use: randomBytes(4).toString('hex') };
      const full = await useUp(tables, 'searches', time, use, SEARCHES_A_MINUTE);
      if (full === undefined) return;
      const who = full === 'own' ? 'of one caller' : 'of all callers';
      const detail = `expected at most ${SEARCHES_A_MINUTE[full]} checks a minute ${who} of nodes that no sweep has seen, since Azure is searched for each, there were as many already; look the name up in GET /api/clusters/{cluster}/nodes`;
      throw new Problem('too-many-searches', detail, 60 - time.getUTCSeconds());
    },
  };
}

const oneAtATime = pLimit(1);
const byCaller = new Map<string, { inTurn: LimitFunction; searches: number }>();

/** Searches the fleet for a bare name, one search after the other, and of one caller no second one before another caller's first. */
export async function takeTurns<T>(account: string, search: () => Promise<T>): Promise<T> {
  const own = byCaller.get(account) ?? { inTurn: pLimit(1), searches: 0 };
  byCaller.set(account, own);
  own.searches += 1;
  try {
    return await own.inTurn(() => oneAtATime(search));
  } finally {
    own.searches -= 1;
    if (own.searches === 0) byCaller.delete(account);
  }
}
