import type { TokenCredential } from '@azure/identity';
import { log } from '../log.ts';
import type { Settings } from '../settings.ts';
import { parseConnectionString } from './connection-string.ts';
import type { TelemetryEvent } from './events.ts';
import { postEvents } from './ingestion.ts';

/** One availability result: the state of a cluster after a sweep, on which alerts rest. */
export interface Availability {
  id: string;
  name: string;
  time: string;
  success: boolean;
  durationMs: number;
  message: string;
  properties: Record<string, string>;
}

/** Who is told. */
export interface Telemetry {
  /** Sends events that must not be lost; returns the ids of those that were accepted. Without a connection string they are log lines, and all accepted. */
  announce(events: readonly TelemetryEvent[]): Promise<Set<string>>;
  /** Sends what may be lost: availability results and the heartbeat. */
  report(availability: readonly Availability[], event: TelemetryEvent): Promise<void>;
}

const logged = (kind: string, value: unknown) => log.warn(JSON.stringify({ kind, ...(value as object) }));

const toLog: Telemetry = {
  async announce(events) {
    for (const event of events) logged('event', event);
    return new Set(events.map(({ properties }) => properties.eventId));
  },
  async report(availability, event) {
    for (const result of availability.filter(({ success }) => !success)) logged('availability', result);
    logged('event', event);
  },
};

/**
 * Opens the way to Application Insights. `applicationinsights` takes a second and 100 MB to load, so it is loaded when it is first needed.
 *
 * @param credential - used where the authentication string says `Authorization=AAD`.
 */
export function openTelemetry(settings: Settings, credential: TokenCredential): Telemetry {
  const connectionString = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (connectionString === undefined) return toLog;
  const target = parseConnectionString(connectionString);
  if (typeof target === 'string') throw new Error(target);
  const proof = /Authorization=AAD/i.test(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '') ? credential : undefined;
  let reporter: Promise<import('./reporter.ts').Reporter> | undefined;
  return {
    announce: (events) => (events.length === 0 ? Promise.resolve(new Set()) : postEvents(target, proof, events)),
    async report(availability, event) {
      reporter ??= import('./reporter.ts').then(({ openReporter }) => openReporter(connectionString, proof));
      await (await reporter).send(availability, event);
    },
  };
}
