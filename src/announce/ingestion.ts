import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { log } from '../log.ts';
import type { TelemetryTarget } from './connection-string.ts';
import type { TelemetryEvent } from './events.ts';

const TIMEOUT_MS = 10_000;
const ANSWERED = [200, 206];

const answer = z.object({
  itemsReceived: z.number(),
  itemsAccepted: z.number(),
  errors: z.array(z.object({ index: z.number(), statusCode: z.number() })).default([]),
});

function envelope({ name, time, properties, measurements }: TelemetryEvent, instrumentationKey: string) {
  return {
    ver: 1,
    name: 'Microsoft.ApplicationInsights.Event',
    time,
    sampleRate: 100,
    iKey: instrumentationKey,
    tags: { 'ai.cloud.role': 'aks-fleet-prober', 'ai.operation.id': properties.eventId },
    data: { baseType: 'EventData', baseData: { ver: 2, name, properties, measurements: measurements ?? {} } },
  };
}

/**
 * Posts events to Application Insights in one request and tells which were accepted. Only what this returns may be marked as announced:
 * `TelemetryClient.flush()` resolves against a dead endpoint.
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
  const token = await credential?.getToken(`${target.audience.replace(/\/$/, '')}/.default`);
  const response = await fetch(new URL('v2.1/track', target.ingestionEndpoint), {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token.token}` } : {}) },
    body: JSON.stringify(events.map((event) => envelope(event, target.instrumentationKey))),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await response.text();
  if (!ANSWERED.includes(response.status))
    throw new Error(
      `expected the ingestion endpoint ${target.ingestionEndpoint} to accept events, got ${response.status}: ${body.slice(0, 200)}`,
    );
  const { itemsAccepted, errors } = answer.parse(JSON.parse(body));
  const refused = new Set(errors.map(({ index }) => index));
  if (refused.size > 0 || itemsAccepted !== events.length)
    log.warn(`${events.length - itemsAccepted} of ${events.length} events were not accepted and are sent again: ${body.slice(0, 200)}`);
  if (itemsAccepted !== events.length - refused.size) return new Set();
  return new Set(events.filter((_, index) => !refused.has(index)).map(({ properties }) => properties.eventId));
}
