import type { TokenCredential } from '@azure/identity';
import { TelemetryClient } from 'applicationinsights';
import type { TelemetryEvent } from './events.ts';
import type { Availability } from './telemetry.ts';

/**
 * Switches the statistics off that the exporter keeps of itself (three of its documented settings, read when a client is made): they go to
 * Microsoft's own component, on timers of 15 minutes and 24 hours, and no operator has asked for them.
 */
const OWN_STATISTICS_OFF = {
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true',
  APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true',
};

/** Sends what may be lost, through the Application Insights SDK. */
export interface Reporter {
  send(availability: readonly Availability[], event: TelemetryEvent): Promise<void>;
}

/**
 * Opens the SDK's client for custom telemetry only: nothing is instrumented, nothing is kept on disk.
 *
 * @param credential - for components without local authentication.
 */
export function openReporter(connectionString: string, credential: TokenCredential | undefined): Reporter {
  Object.assign(process.env, OWN_STATISTICS_OFF);
  const client = new TelemetryClient(connectionString, { useGlobalProviders: false });
  client.config.aadTokenCredential = credential;
  client.config.azureMonitorOpenTelemetryOptions = {
    // Said again here, or nothing is sent (3.16.0).
    azureMonitorExporterOptions: { connectionString, credential, disableOfflineStorage: true },
    enableLiveMetrics: false,
    enableStandardMetrics: false,
    samplingRatio: 1,
  };
  return {
    async send(availability, { name, time, properties, measurements }) {
      for (const { durationMs, time: at, ...result } of availability)
        client.trackAvailability({ ...result, time: new Date(at), duration: durationMs, runLocation: 'aks-fleet-prober' });
      client.trackEvent({ name, time: new Date(time), properties, measurements });
      await client.flush();
    },
  };
}
