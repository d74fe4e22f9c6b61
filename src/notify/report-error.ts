import { log } from '../log.ts';
import type { Tables } from '../tables/open-tables.ts';
import { countError, type ErrorKind } from '../tables/total-rows.ts';
import { deliverToAll, type Sink } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/**
 * Counts an error of the prober itself and sends its event to all sinks. A count that fails keeps nobody from being notified.
 *
 * @throws what a sink throws, after all the others are done.
 */
export async function reportError(
  { tables, sinks }: { tables: Tables; sinks: readonly Sink[] },
  kind: ErrorKind,
  event: TelemetryEvent,
): Promise<void> {
  const counted = countError(tables, kind).catch((error: unknown) => log.warn(`an error (${kind}) could not be counted`, error));
  await Promise.all([deliverToAll(sinks, event), counted]);
}
