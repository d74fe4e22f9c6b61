import type { Rendered } from './render.ts';

const MOST_ANSWERS = 200;
const MOST_CHARACTERS = 16_000_000;

/** An answer with the moment at which its reading began: it is at least as new as that. */
export type Aged = Rendered & { readAt: number };

/** Answers of the last few seconds, so that many who ask the same at once cost one read. */
export interface KeptAnswers {
  /**
   * Gives the answer that is kept under a key, or makes it; who comes while it is made waits for the same.
   *
   * @param longestMs - how old it may be.
   */
  get(key: string, now: number, longestMs: number, make: () => Promise<Rendered>): Promise<Aged>;
}

/** Begins to keep answers, the newest ones within a bound. What fails is not kept. */
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
      // A clock that went back must not make an answer last.
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
