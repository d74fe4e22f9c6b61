import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { log } from '../log.ts';
import type { TelemetryTarget } from '../model/connection-string.ts';
import { type Availability, availabilityEnvelope, type Envelope, eventEnvelope } from './envelopes.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const TIMEOUT_MS = 10_000;
const ANSWERED = [200, 206];
/** About half a megabyte. */
const ITEMS_OF_A_REQUEST = 500;
/** Before each time that state is sent. */
const WAITS_MS = [0, 1000, 5000];

const answer = z.object({
  itemsReceived: z.number(),
  itemsAccepted: z.number(),
  errors: z.array(z.object({ index: z.number(), statusCode: z.number() })).default([]),
});

/**
 * Posts items in one request.
 *
 * @returns whether each was accepted, in their order.
 * @throws Error where the endpoint cannot be reached or refuses the whole request.
 */
async function post(target: TelemetryTarget, credential: TokenCredential | undefined, items: readonly Envelope[]): Promise<boolean[]> {
  const token = await credential?.getToken(`${target.audience.replace(/\/$/, '')}/.default`);
  const response = await fetch(new URL('v2.1/track', target.ingestionEndpoint), {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token.token}` } : {}) },
    body: JSON.stringify(items),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await response.text();
  if (!ANSWERED.includes(response.status))
    throw new Error(
      `expected the ingestion endpoint ${target.ingestionEndpoint} to accept events, got ${response.status}: ${body.slice(0, 200)}`,
    );
  const { itemsAccepted, errors } = answer.parse(JSON.parse(body));
  const refused = new Set(errors.map(({ index }) => index));
  if (refused.size > 0 || itemsAccepted !== items.length)
    log.warn(`${items.length - itemsAccepted} of ${items.length} events were not accepted and are sent again: ${body.slice(0, 200)}`);
  const isCounted = itemsAccepted === items.length - refused.size;
  return items.map((_, index) => isCounted && !refused.has(index));
}

/**
 * Posts events to Application Insights in one request. Only what this returns may be marked as delivered.
 *
 * @param credential - absent where the component takes its instrumentation key as proof.
 * @returns ids of the accepted events.
 * @throws Error where the endpoint cannot be reached or refuses the whole request.
 */
export async function postEvents(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  events: readonly TelemetryEvent[],
): Promise<Set<string>> {
  const accepted = await post(
    target,
    credential,
    events.map((event) => eventEnvelope(event, target.instrumentationKey)),
  );
  return new Set(events.filter((_, index) => accepted[index]).map(({ properties }) => properties.eventId));
}

/**
 * Posts what a sweep came to: the heartbeat first, since its absence alone wakes people, then the state of each cluster, some hundreds a request.
 * What is not accepted is sent again, twice; the next sweep's state takes the place of what is lost then.
 *
 * @throws Error that says how much was lost.
 */
export async function postState(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  heartbeat: TelemetryEvent,
  availability: readonly Availability[],
): Promise<void> {
  const key = target.instrumentationKey;
  let left = [eventEnvelope(heartbeat, key), ...availability.map((result) => availabilityEnvelope(result, key))];
  let cause: unknown;
  for (const wait of WAITS_MS) {
    await sleep(wait);
    const refused: Envelope[] = [];
    for (let from = 0; from < left.length; from += ITEMS_OF_A_REQUEST) {
      const chunk = left.slice(from, from + ITEMS_OF_A_REQUEST);
      const accepted = await post(target, credential, chunk).catch((error: unknown) => {
        cause = error;
        return [];
      });
      refused.push(...chunk.filter((_, index) => !accepted[index]));
    }
    left = refused;
    if (left.length === 0) return;
  }
  throw new Error(`${left.length} of ${availability.length + 1} items of the state after a sweep were not accepted`, { cause });
}
