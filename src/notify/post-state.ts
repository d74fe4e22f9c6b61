import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import type { TelemetryTarget } from '../model/connection-string.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { type Availability, availabilityEnvelope, eventEnvelope } from './envelopes.ts';
import { IngestionError } from './ingestion-error.ts';
import type { Outcome } from './item-outcomes.ts';
import { sendChunk } from './send-chunk.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/** For how long state is sent, in milliseconds. */
export interface StateLimits {
  /** For an answer to one request, redirects included. */
  requestMs: number;
  /** For all of it: no request begins later. A function has five minutes, and the next sweep reports anew. */
  totalMs: number;
  /** The wait after a request that failed; twice as long after each further one in a row. */
  backOffMs: number;
  /** The longest wait, whatever `Retry-After` says. */
  longestWaitMs: number;
}

const LIMITS: StateLimits = { requestMs: 10_000, totalMs: 120_000, backOffMs: 1000, longestWaitMs: 20_000 };
/** How much of the time the heartbeat has for itself. */
const HEARTBEAT_SHARE = 0.5;

type Item = TelemetryEvent | Availability;

/**
 * Posts what a sweep came to: the heartbeat first and alone, since its absence wakes people, then the state of each cluster, some hundreds a request.
 * What is not accepted is sent again until time is up; the next sweep's state takes the place of what is lost then.
 *
 * @param availability - made as it is sent, so that nobody holds the state of a large fleet as a whole.
 * @throws Error that says how much was lost.
 */
export async function postState(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  heartbeat: TelemetryEvent,
  availability: Iterable<Availability>,
  limits: StateLimits = LIMITS,
): Promise<void> {
  const key = target.instrumentationKey;
  const envelopeOf = (item: Item) => ('success' in item ? availabilityEnvelope(item, key) : eventEnvelope(item, key));
  const { requestMs, totalMs, backOffMs, longestWaitMs } = limits;
  const startedAt = Date.now();
  let [waitMs, failures, refused, seen] = [0, 0, 0, 0];
  let cause: unknown;

  async function sendOne(chunk: Chunk<Item>): Promise<Outcome[]> {
    await sleep(waitMs);
    try {
      const { outcomes, answer, retryAfterMs = 0 } = await sendChunk({ target, credential, requestMs }, chunk);
      [failures, waitMs] = [0, Math.min(retryAfterMs, longestWaitMs)];
      if (outcomes.some((outcome) => outcome !== 'accepted')) cause = new Error(answer);
      refused += outcomes.filter((outcome) => outcome === 'refused').length;
      return outcomes;
    } catch (error) {
      cause = error;
      const asked = error instanceof IngestionError ? error.retryAfterMs : undefined;
      waitMs = Math.min(asked ?? backOffMs * 2 ** failures, longestWaitMs);
      failures += 1;
      return chunk.items.map(() => 'later');
    }
  }

  /** Sends items once, as long as there is time, and returns those that may still be accepted. */
  async function sendAll(items: Iterable<Item>, until: number): Promise<Item[]> {
    const later: Item[] = [];
    for (const chunk of chunksOf(items, envelopeOf)) {
      const outcomes = Date.now() + waitMs < until ? await sendOne(chunk) : undefined;
      later.push(...chunk.items.filter((_, index) => (outcomes?.[index] ?? 'later') === 'later'));
    }
    // What is left of a request that was accepted in part is not sent again at once.
    if (later.length > 0 && waitMs === 0) waitMs = backOffMs;
    return later;
  }

  async function sendUntil(items: Iterable<Item>, until: number): Promise<Item[]> {
    let left = await sendAll(items, until);
    while (left.length > 0 && Date.now() + waitMs < until) left = await sendAll(left, until);
    return left;
  }

  function* allOf(first: readonly Item[]): Generator<Item> {
    yield* first;
    for (const result of availability) {
      seen += 1;
      yield result;
    }
  }

  const unheard = await sendUntil([heartbeat], startedAt + totalMs * HEARTBEAT_SHARE);
  const left = await sendUntil(allOf(unheard), startedAt + totalMs);
  const lost = left.length + refused;
  if (lost > 0) throw new Error(`${lost} of ${seen + 1} items of the state after a sweep were not accepted`, { cause });
}
