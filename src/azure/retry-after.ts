import type { RestError } from '@azure/core-rest-pipeline';

// Azure may send a 429 without the header, and has sent 1,235 s (recorded).
const WITHOUT_HEADER_SECONDS = 30;
const AT_MOST_SECONDS = 600;

/** Seconds to wait after Azure throttled a request: its `Retry-After`, at most 600; 30 without one. */
export function retryAfterSeconds(error: RestError): number {
  const header = Number(error.response?.headers.get('retry-after'));
  return Number.isFinite(header) && header > 0 ? Math.min(header, AT_MOST_SECONDS) : WITHOUT_HEADER_SECONDS;
}
