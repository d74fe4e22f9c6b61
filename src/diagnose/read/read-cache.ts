import pLimit from 'p-limit';
import type { ArmAnswer, ArmRequest } from '../../azure/arm-request.ts';
import { failureOf } from '../../azure/failure.ts';

/** For how long an answer is used again: one hub breaks many clusters, whose searches read the same things within minutes. */
const KEPT_MS = 180_000;
const MOST_KEPT = 500;
/** Azure grants 250 reads at once and 25 a second for an identity and a subscription; sweeps need them more than searches do. */
const LEAST_LEFT = 50;
const PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
/** Resource Graph grants 15 queries in 5 seconds. */
const GRAPH_EVERY_MS = 400;
const CONCURRENT_GRAPH = 1;
const SEARCHES_AT_ONCE = 4;

/** An answer of Azure; that Azure, or our own budget, asks to wait; or no answer. */
export type Answer = { status: 'answered'; answer: ArmAnswer } | { status: 'throttled' } | { status: 'failed' };

/** Answers of this process, shared by its searches. */
export interface ReadCache {
  /**
   * Begins a search, if this process does not make too many: probes share its time.
   *
   * @returns what ends it; undefined where it must wait.
   */
  beginSearch(): (() => void) | undefined;
  /**
   * Asks, unless the same was asked within minutes or is being asked now.
   *
   * @param fresh - asks again whatever is known, as when an outage has ended.
   * @param onRequest - called if a request is really sent.
   */
  ask(path: string, options: { body?: unknown; signal: AbortSignal; fresh: boolean; onRequest(): void }): Promise<Answer>;
}

type Kept = { at: number; answer: Promise<Answer> };

const subscriptionOf = (path: string) => /^\/subscriptions\/([^/?]+)/i.exec(path)?.[1]?.toLowerCase() ?? 'graph';

/** Whether an answer says something of what was asked for that holds for minutes: what there is, that there is none, or that we may not read it. */
const isLasting = (answer: Answer) => answer.status === 'answered' && [200, 403, 404].includes(answer.answer.status);

/** Opens the cache. Requests to a subscription pause after a 429, and while Azure says that few are left. */
export function openReadCache(request: ArmRequest, now: () => Date = () => new Date()): ReadCache {
  const kept = new Map<string, Kept>();
  const pausedUntil = new Map<string, number>();
  const graph = pLimit(CONCURRENT_GRAPH);

  const pause = (subscription: string, milliseconds: number) => {
    pausedUntil.set(subscription, now().getTime() + Math.min(milliseconds, LONGEST_PAUSE_MS));
  };

  const send = async (path: string, body: unknown, signal: AbortSignal): Promise<Answer> => {
    const subscription = subscriptionOf(path);
    try {
      const answer = await request(path, { body, signal });
      const left = Number(answer.header('x-ms-ratelimit-remaining-subscription-reads') ?? Number.POSITIVE_INFINITY);
      if (answer.status === 429) pause(subscription, 1000 * Number(answer.header('retry-after') ?? 0) || PAUSE_MS);
      else if (left < LEAST_LEFT) pause(subscription, PAUSE_MS);
      return answer.status === 429 ? { status: 'throttled' } : { status: 'answered', answer };
    } catch (error) {
      if (!signal.aborted && failureOf(error).kind === 'own') throw error;
      return { status: 'failed' };
    }
  };

  const sendSpaced = (path: string, body: unknown, signal: AbortSignal): Promise<Answer> =>
    graph(async () => {
      const answer = await send(path, body, signal);
      await new Promise((resolve) => setTimeout(resolve, GRAPH_EVERY_MS));
      return answer;
    });

  // The oldest are first: bodies of logs are large, and this process probes.
  const forgetOld = (time: number) => {
    for (const [key, { at }] of kept) {
      if (time - at <= KEPT_MS && kept.size <= MOST_KEPT) return;
      kept.delete(key);
    }
  };

  let searches = 0;
  return {
    beginSearch() {
      if (searches >= SEARCHES_AT_ONCE) return undefined;
      searches += 1;
      return () => {
        searches -= 1;
      };
    },
    async ask(path, { body, signal, fresh, onRequest }) {
      const time = now().getTime();
      const key = `${path.toLowerCase()} ${body === undefined ? '' : JSON.stringify(body)}`;
      const known = kept.get(key);
      if (!fresh && known !== undefined && time - known.at <= KEPT_MS) return known.answer;
      if ((pausedUntil.get(subscriptionOf(path)) ?? 0) > time) return { status: 'throttled' };
      onRequest();
      const answer = (body === undefined ? send : sendSpaced)(path, body, signal);
      kept.delete(key);
      forgetOld(time);
      kept.set(key, { at: time, answer });
      const settled = await answer.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
      if (!isLasting(settled) && kept.get(key)?.answer === answer) kept.delete(key);
      return settled;
    },
  };
}
