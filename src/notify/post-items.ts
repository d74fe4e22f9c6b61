import type { TokenCredential } from '@azure/identity';
import type { TelemetryTarget } from '../model/connection-string.ts';
import { chunksOf } from './chunks.ts';
import { type Availability, availabilityEnvelope } from './envelopes.ts';
import { sendChunk } from './send-chunk.ts';

/** For an answer to one request, redirects included. */
const REQUEST_MS = 10_000;

/**
 * Posts availability results once.
 *
 * @returns whether all of them were accepted.
 * @throws IngestionError where the endpoint cannot be reached, or takes nothing at present.
 */
export async function postItems(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  items: readonly Availability[],
): Promise<boolean> {
  let accepted = true;
  for (const chunk of chunksOf(items, (item) => availabilityEnvelope(item, target.instrumentationKey))) {
    const { outcomes } = await sendChunk({ target, credential, requestMs: REQUEST_MS }, chunk);
    if (outcomes.some((outcome) => outcome !== 'accepted')) accepted = false;
  }
  return accepted;
}
