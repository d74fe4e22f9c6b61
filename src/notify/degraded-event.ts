import type { Degraded } from '../history/degraded-standing.ts';
import type { What } from '../history/next-notification.ts';
import { clusterPageUrl } from './page-url.ts';
import { causeOf, eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/**
 * Writes the event of a cluster whose API server does not serve many of the nodes that reach it, or serves them again.
 *
 * @param since - when people were to be notified of it, as the recipient knows it; names the event.
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function degradedEvent(
  { subject, reason, notServed, asked, names, degradedSince }: Omit<Degraded, 'delivered'>,
  what: What,
  since: string,
  pageUrl: string | undefined,
  now: Date,
): TelemetryEvent {
  const started = what === 'started';
  const end = started ? '' : now.toISOString();
  const properties = {
    eventId: `${subject}|degraded|${since}/${what}`,
    ...causeOf(subject, reason),
    message: started
      ? `${notServed} of ${asked} nodes reach their API server, and it does not serve them`
      : 'The API server serves its nodes again, or enough of them',
    start: degradedSince,
    end,
    nodes: names.join(','),
    page: clusterPageUrl(pageUrl, subject),
  };
  const measurements = { notServed, asked, ...(started ? {} : { durationSeconds: secondsBetween(degradedSince, end) }) };
  return eventOf(started ? 'ClusterDegraded' : 'ClusterRestored', now, properties, measurements);
}
