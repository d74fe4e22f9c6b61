import { randomBytes } from 'node:crypto';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { type Bounds, useUp } from '../tables/budget-rows.ts';

/** A search lists clusters and nodes, which needs more requests to Azure than a probe: wrong names must not use up what sweeps need. */
const SEARCHES_A_MINUTE: Bounds = { own: 10, all: 20 };

/** The number of searches in Azure that a caller may still request. */
export interface SearchBudget {
  /** The name under which the caller is counted. */
  account: string;
  /**
   * Uses up one search.
   *
   * @throws Problem if the caller, or all callers together, have used up those of this minute.
   */
  useUp(): Promise<void>;
}

/** Bounds the searches of one caller, and those of all callers together. */
export function searchBudget({ tables, now }: Services, account: string): SearchBudget {
  return {
    account,
    async useUp() {
      const time = now();
      const use = { caller: account, use: randomBytes(4).toString('hex') };
      const full = await useUp(tables, 'searches', time, use, SEARCHES_A_MINUTE);
      if (full === undefined) return;
      const who = full === 'own' ? 'of one caller' : 'of all callers';
      const detail = `expected at most ${SEARCHES_A_MINUTE[full]} checks a minute ${who} of nodes that no sweep has seen, since each needs a search in Azure, and there were as many already; look the name up in GET /api/clusters/{cluster}/nodes`;
      throw new Problem('too-many-searches', detail, 60 - time.getUTCSeconds());
    },
  };
}
