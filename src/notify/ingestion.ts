import type { TokenCredential } from '@azure/identity';
import type { TelemetryTarget } from '../model/connection-string.ts';
import { chunksOf } from './chunks.ts';
import { eventEnvelope } from './envelopes.ts';
import { sendChunk } from './send-chunk.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const REQUEST_MS = 10_000;

/**
 * Posts events to Application Insights, some hundreds a request. Only what this returns may be marked as delivered.
 *
 * @param credential - absent where the component takes its instrumentation key as proof.
 * @returns ids of the accepted events.
 * @throws Error where none was accepted and the endpoint cannot be reached, or refuses a whole request.
 */
export async function postEvents(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  events: readonly TelemetryEvent[],
): Promise<Set<string>> {
  const endpoint = { target, credential, requestMs: REQUEST_MS };
  const ids = new Set<string>();
  for (const chunk of chunksOf(events, (event) => eventEnvelope(event, target.instrumentationKey))) {
    try {
      const { outcomes, answer } = await sendChunk(endpoint, chunk);
      for (const [index, { properties }] of chunk.items.entries()) if (outcomes[index] === 'accepted') ids.add(properties.eventId);
      if (ids.size === 0 && outcomes.every((outcome) => outcome === 'refused'))
        throw new Error(`expected the ingestion endpoint ${target.ingestionEndpoint} to accept events, got a refusal: ${answer}`);
    } catch (error) {
      // Those that follow would wait for the same endpoint: they are sent again with this one.
      if (ids.size === 0) throw error;
      return ids;
    }
  }
  return ids;
}
