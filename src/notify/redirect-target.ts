/**
 * Suffixes of the hosts at which Azure Monitor takes telemetry in, by cloud: those that its own exporter trusts with a token
 * (`redirectUtils.js` of @azure/monitor-opentelemetry-exporter 1.0.0-beta.45).
 */
const CLOUDS = [
  ['.applicationinsights.azure.com', '.services.visualstudio.com', '.monitor.azure.com'],
  ['.applicationinsights.azure.us', '.monitor.azure.us'],
  ['.applicationinsights.azure.cn', '.monitor.azure.cn'],
];

// A name that ends in a dot is the same name.
const hostOf = ({ hostname }: URL) => hostname.replace(/\.+$/, '');

/** Whether two https URLs belong to the same endpoint: the same host and port, or two hosts of Azure Monitor in one cloud. */
function isSameDomain(a: URL, b: URL): boolean {
  if (hostOf(a) === hostOf(b)) return a.port === b.port;
  if (a.port !== '' || b.port !== '') return false;
  return CLOUDS.some((suffixes) => [a, b].every((url) => suffixes.some((suffix) => hostOf(url).endsWith(suffix))));
}

/**
 * Decides where a redirect of the ingestion endpoint leads: to a stamp, which takes in the telemetry of one region. The next request carries a token, so
 * it leads to https only, and never out of the domain of the endpoint in the connection string, however many redirects lie between. Pure.
 *
 * @param configured - the endpoint in the connection string.
 * @param asked - the URL that answered with the redirect; a relative location begins there.
 * @param location - the header of that name.
 * @returns the URL to ask next, or why it is not followed.
 */
export function redirectTarget(configured: string, asked: URL, location: string | null): URL | string {
  if (location === null || location.trim() === '') return 'it names no Location';
  if (!URL.canParse(location, asked.href)) return `its Location is no URL: "${location.slice(0, 200)}"`;
  const target = new URL(location, asked);
  // The exporter of Azure Monitor takes the host alone: a Location without a path means the path that was asked.
  if (target.pathname === '/') target.pathname = asked.pathname;
  target.hash = '';
  if (target.protocol !== 'https:') return `it leads to ${target.protocol}, expected https`;
  if (target.username !== '' || target.password !== '') return 'its Location has a user name, expected none';
  return isSameDomain(new URL(configured), target) ? target : `it leads to the foreign host ${target.host}`;
}
