import type { TokenCredential } from '@azure/identity';
import { log } from '../log.ts';
import type { Settings } from '../settings.ts';
import { findComponent } from './application-insights.ts';
import type { Availability } from './envelopes.ts';
import { postItems } from './post-items.ts';
import { postState } from './post-state.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/** What Application Insights alone has besides notifications: the state that alerts rest on, and exceptions. */
export interface Telemetry {
  /** Sends the heartbeat of a sweep and the state of its clusters, which the next sweep repeats: what is lost of it is logged. */
  report(availability: Iterable<Availability>, heartbeat: TelemetryEvent): Promise<void>;
  /**
   * Sends the state of clusters or incidents between sweeps, once.
   *
   * @returns whether all of it was accepted; else the next completion of a sweep sends it.
   */
  state(availability: readonly Availability[]): Promise<boolean>;
  /** Sends an exception with its stack, as far as that can be done. */
  exception(error: Error): Promise<void>;
}

const writeLine = (kind: string, value: object) => log.warn(JSON.stringify({ kind, ...value }));

const toLog: Telemetry = {
  async report(availability, heartbeat) {
    for (const result of availability) if (!result.success) writeLine('availability', result);
    writeLine('event', heartbeat);
  },
  // It is in the log already.
  async state(availability) {
    for (const result of availability) writeLine('availability', result);
    return true;
  },
  async exception() {},
};

/**
 * Opens the way to Application Insights; without a connection string it is the log. The SDK `applicationinsights` takes a second and 60 MB to load, so
 * it is loaded for an exception alone, which ends the process: state goes straight to the ingestion endpoint, whose answer says what was accepted.
 */
export function openTelemetry(settings: Settings, credential: TokenCredential): Telemetry {
  const component = findComponent(settings, credential);
  if (component === undefined) return toLog;
  return {
    report: (availability, heartbeat) =>
      postState(component.target, component.credential, heartbeat, availability).catch((error: unknown) =>
        log.error('the state after a sweep could not be sent, and is with the next one', error),
      ),
    state: (availability) =>
      postItems(component.target, component.credential, availability).catch((error: unknown) => {
        log.warn('the state of clusters between sweeps could not be sent, and is with the next sweep', error);
        return false;
      }),
    async exception(error) {
      const { sendException } = await import('./send-exception.ts');
      await sendException(component.connectionString, component.credential, error);
    },
  };
}
