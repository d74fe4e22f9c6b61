import type { TokenCredential } from '@azure/identity';
import { TelemetryClient } from 'applicationinsights';

/**
 * Switches the statistics off that the exporter keeps of itself (three of its documented settings, read when a client is made): they go to
 * Microsoft's own component, on timers of 15 minutes and 24 hours, and no operator has asked for them.
 */
const OWN_STATISTICS_OFF = {
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true',
  APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true',
};

/**
 * Sends an exception through the Application Insights SDK, with its stack as the portal shows it. Nothing is instrumented, nothing is kept on disk.
 *
 * @param credential - for components without local authentication.
 */
export async function sendException(connectionString: string, credential: TokenCredential | undefined, error: Error): Promise<void> {
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
  client.trackException({ exception: error });
  await client.flush();
}
