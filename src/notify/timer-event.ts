import type { StandIn } from '../model/starter.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const WAYS: Readonly<Record<StandIn, string>> = {
  'close-sweep': 'the end of each sweep starts the next one in its place',
  request: 'no sweep was started until an HTTP request came',
};

/**
 * Writes the `ProberError` of a sweep that the timer did not start. Its message is the same for each of them, so that they read as one trouble.
 *
 * @param since - the first sweep that the timer did not start.
 * @param now - when it is sent.
 */
export function timerEvent(sweep: string, starter: StandIn, since: string, now: Date): TelemetryEvent {
  const message =
    `the timer start-sweep has started no sweep since that of ${since}; ${WAYS[starter]}. Restart the function app; if that does not help, break ` +
    'the lease of the blob locks/<host id>/Host.Functions.start-sweep.Listener in the container azure-webjobs-hosts, see docs/guides/on-call.md';
  return {
    name: 'ProberError',
    time: now.toISOString(),
    properties: { eventId: `timer/${sweep}`, message, evidence: `the sweep ${sweep} was started by: ${starter}` },
  };
}
