import { log } from '../log.ts';
import { mayHaveAccepted } from './ingestion-error.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/** Where notifications go. */
export interface Sink {
  /** Names it in the delivery marks that are stored, so that it must stay the same. */
  readonly name: string;
  /**
   * Sends events that must not be lost.
   *
   * @returns ids of those that were accepted; the others are sent again.
   */
  deliver(events: readonly TelemetryEvent[]): Promise<ReadonlySet<string>>;
}

/** What was accepted of events, and by which sink. */
export interface Delivery {
  sink: string;
  accepted: ReadonlySet<string>;
  /** Whether the sink may have accepted the others too: its answer was lost. */
  isUnsure?: boolean;
}

/**
 * Sends to each sink the events that it is to have, to all at once; one that fails keeps no other from its own.
 *
 * @param subject - what could not be delivered, for the log.
 */
export async function deliverEach(
  sinks: readonly Sink[],
  eventsOf: (sink: string) => readonly TelemetryEvent[],
  subject: string,
): Promise<Delivery[]> {
  const deliver = async (sink: Sink): Promise<Delivery> => {
    const events = eventsOf(sink.name);
    if (events.length === 0) return { sink: sink.name, accepted: new Set() };
    try {
      return { sink: sink.name, accepted: await sink.deliver(events) };
    } catch (error) {
      log.error(`${subject} could not be delivered to ${sink.name} and will be sent again`, error);
      return { sink: sink.name, accepted: new Set(), ...(mayHaveAccepted(error) && { isUnsure: true }) };
    }
  };
  return Promise.all(sinks.map(deliver));
}

/**
 * Sends one event to all sinks at once, of which nobody notes whether they accepted it.
 *
 * @throws what a sink throws, after all the others are done.
 */
export async function deliverToAll(sinks: readonly Sink[], event: TelemetryEvent): Promise<void> {
  const outcomes = await Promise.allSettled(sinks.map((sink) => sink.deliver([event])));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new AggregateError(failures, `expected ${sinks.length} sinks to accept an event, ${failures.length} of them failed`);
}
