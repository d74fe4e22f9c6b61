/** Where telemetry goes: one Application Insights component. */
export interface TelemetryTarget {
  instrumentationKey: string;
  /** Base URL of the ingestion endpoint, ending in a slash. */
  ingestionEndpoint: string;
  /** Entra audience to request a token for; Azure Monitor's own unless the string names another. */
  audience: string;
}

/**
 * Reads an Application Insights connection string (`Key=Value;…`, keys in any case).
 *
 * @returns the target, or a sentence that says what is wrong with the string.
 */
export function parseConnectionString(text: string): TelemetryTarget | string {
  const parts = new Map<string, string>();
  for (const pair of text.split(';').filter((piece) => piece.trim() !== '')) {
    const at = pair.indexOf('=');
    if (at < 1) return `expected "Key=Value;…" as copied from the Application Insights resource, got the part "${pair}"`;
    parts.set(pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim());
  }
  const instrumentationKey = parts.get('instrumentationkey');
  if (!instrumentationKey) return 'expected an InstrumentationKey in the connection string, got none';
  const suffix = parts.get('endpointsuffix');
  const endpoint = parts.get('ingestionendpoint') ?? (suffix ? `https://dc.${suffix}/` : 'https://dc.services.visualstudio.com/');
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:') return `expected an https IngestionEndpoint, got "${endpoint}"`;
  return {
    instrumentationKey,
    ingestionEndpoint: endpoint.endsWith('/') ? endpoint : `${endpoint}/`,
    audience: parts.get('aadaudience') ?? 'https://monitor.azure.com',
  };
}
