import type { TokenCredential } from '@azure/identity';
import { log } from '../log.ts';
import type { TelemetryTarget } from '../model/connection-string.ts';
import type { Chunk } from './chunks.ts';
import { shortened } from './envelopes.ts';
import { type Tracked, track } from './track.ts';

/** Where telemetry goes, with which proof, and for how many milliseconds an answer is awaited. */
export interface Endpoint {
  target: TelemetryTarget;
  /** Absent where the component takes its instrumentation key as proof. */
  credential: TokenCredential | undefined;
  requestMs: number;
}

/**
 * Sends a chunk. Items that are refused for what they are go once more, shortened, so that one bad item neither keeps the others from being accepted nor
 * is sent as it is for ever.
 *
 * @returns what became of each item; one is refused only if its shortened form was too.
 * @throws IngestionError where the endpoint cannot be reached, or takes nothing at present.
 */
export async function sendChunk({ target, credential, requestMs }: Endpoint, { envelopes, texts }: Chunk<unknown>): Promise<Tracked> {
  const sent = await track(target, credential, texts, requestMs);
  const refused = sent.outcomes.flatMap((outcome, index) => (outcome === 'refused' ? [index] : []));
  const left = sent.outcomes.filter((outcome) => outcome !== 'accepted').length;
  if (left > 0) log.warn(`${left} of ${texts.length} events were not accepted and are sent again: ${sent.answer}`);
  if (refused.length === 0) return sent;
  const short = refused.map((index) => JSON.stringify(shortened(envelopes[index]!)));
  const again = await track(target, credential, short, requestMs);
  const outcomes = [...sent.outcomes];
  for (const [n, index] of refused.entries()) outcomes[index] = again.outcomes[n]!;
  return { ...again, outcomes };
}
