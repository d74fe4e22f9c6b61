import type { TokenCredential } from '@azure/identity';
import { log } from '../log.ts';
import { parseConnectionString } from '../model/connection-string.ts';
import type { Settings } from '../settings.ts';
import type { Tables } from '../tables/open-tables.ts';
import type { TelemetryEvent } from './events.ts';
import { postEvents, postState } from './ingestion.ts';

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
  /** Sends the heartbeat of a sweep and the state of its clusters, which the next sweep repeats: what is lost of it is logged. */
  report(availability: readonly Availability[], event: TelemetryEvent): Promise<void>;
  /** Sends an exception with its stack, as far as that can be done. */
  exception(error: Error): Promise<void>;
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
  // It is in the log already.
  async exception() {},
};

/**
 * Opens the way to Application Insights. The SDK `applicationinsights` takes a second and 60 MB to load, so it is loaded for an exception alone, which
 * ends the process: events and state go straight to the ingestion endpoint, whose answer tells what was accepted.
 *
 * @param credential - used where the authentication string says `Authorization=AAD`.
 */
export function openTelemetry(settings: Settings, credential: TokenCredential): Telemetry {
  const connectionString = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (connectionString === undefined) return toLog;
  const target = parseConnectionString(connectionString);
  if (typeof target === 'string') throw new Error(target);
  const proof = /Authorization=AAD/i.test(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '') ? credential : undefined;
  return {
    announce: (events) => (events.length === 0 ? Promise.resolve(new Set()) : postEvents(target, proof, events)),
    report: (availability, event) =>
      postState(target, proof, event, availability).catch((error: unknown) =>
        log.error('the state after a sweep could not be sent, and is with the next one', error),
      ),
    async exception(error) {
      const { sendException } = await import('./send-exception.ts');
      await sendException(connectionString, proof, error);
    },
  };
}

/** What it takes to notify people: a part of the services. */
export interface NotifyContext {
  settings: Settings;
  tables: Tables;
  telemetry: Telemetry;
  now(): Date;
}
