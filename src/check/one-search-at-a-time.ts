import pLimit, { type LimitFunction } from 'p-limit';

const one = pLimit(1);
const byCaller = new Map<string, { queue: LimitFunction; searches: number }>();

/** Runs searches one after the other, and a caller's second search not before the first ones of other callers. */
export async function oneSearchAtATime<T>(account: string, search: () => Promise<T>): Promise<T> {
  const own = byCaller.get(account) ?? { queue: pLimit(1), searches: 0 };
  byCaller.set(account, own);
  own.searches += 1;
  try {
    return await own.queue(() => one(search));
  } finally {
    own.searches -= 1;
    if (own.searches === 0) byCaller.delete(account);
  }
}
