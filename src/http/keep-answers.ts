import type { Rendered } from './render.ts';

const MOST_ANSWERS = 200;
const MOST_CHARACTERS = 16_000_000;

/** An answer with the time at which reading its data began, in epoch milliseconds. */
export type Aged = Rendered & { readAt: number };

/** Answers of the last few seconds, so that many equal requests at once need one read. */
export interface KeptAnswers {
  /**
   * Returns the answer that is kept under a key, or makes it. Requests that come meanwhile wait for the same answer.
   *
   * @param now - in epoch milliseconds.
   * @param longestMs - the maximum age of a kept answer, in milliseconds.
   */
  get(key: string, now: number, longestMs: number, make: () => Promise<Rendered>): Promise<Aged>;
}

/** Creates a store of kept answers with a size limit. Failures are not kept. */
export function keepAnswers(): KeptAnswers {
  const kept = new Map<string, { readAt: number; answer: Promise<Aged>; size: number }>();
  const forget = (key: string) => kept.delete(key);
  const shrink = () => {
    let size = [...kept.values()].reduce((total, each) => total + each.size, 0);
    for (const [key, each] of kept) {
      if (kept.size <= MOST_ANSWERS && size <= MOST_CHARACTERS) return;
      size -= each.size;
      forget(key);
    }
  };
  return {
    get(key, now, longestMs, make) {
      const found = kept.get(key);
      // If the clock was set back, the answer must not be kept longer.
      if (found !== undefined && now >= found.readAt && now - found.readAt <= longestMs) return found.answer;
      forget(key);
      const entry = { readAt: now, answer: make().then((rendered) => ({ ...rendered, readAt: now })), size: 0 };
      kept.set(key, entry);
      entry.answer.then(
        ({ body }) => {
          entry.size = body.length;
          shrink();
        },
        () => kept.get(key) === entry && forget(key),
      );
      return entry.answer;
    },
  };
}
