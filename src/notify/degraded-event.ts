import type { Degraded } from '../history/degraded-standing.ts';
import type { What } from '../history/next-notification.ts';
import { clusterPageUrl } from './page-url.ts';
import { causeOf, eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/** What is said of the end: what is still not served, or that nobody looks any more. */
function wordsOfEnd(after: Degraded['after']): string {
  if (after === undefined)
    return 'The cluster is not watched for this any more: it was stopped, deleted or excluded, or its nodes are not asked';
  const { notServed, asked } = after;
  if (notServed === 0) return 'The API server serves its nodes again';
  return `${notServed} of the ${asked} nodes that asked ${notServed === 1 ? 'is' : 'are'} still not served`;
}

/**
 * Writes the event of a cluster whose API server does not serve many of the nodes that reach it, or no longer does so.
 *
 * @param since - when people were to be notified of it, as the recipient knows it; names the event.
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function degradedEvent(
  { subject, reason, notServed, asked, names, degradedSince, after }: Omit<Degraded, 'delivered'>,
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
    message: started ? `The API server does not serve ${notServed} of the ${asked} nodes that reached it and asked` : wordsOfEnd(after),
    start: degradedSince,
    end,
    nodes: names.join(','),
    page: clusterPageUrl(pageUrl, subject),
  };
  // Both may be sent at once, where the first could not be delivered: each tells of its own moment.
  const measurements = started ? { notServed, asked } : { ...after, durationSeconds: secondsBetween(degradedSince, end) };
  return eventOf(started ? 'ClusterDegraded' : 'ClusterRestored', now, properties, measurements);
}
