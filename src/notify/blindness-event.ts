import type { Blindness } from '../history/blindness.ts';
import type { What } from '../history/next-notification.ts';
import { findingFields } from './finding-fields.ts';
import { clusterPageUrl } from './page-url.ts';
import { causeOf, eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/**
 * Writes the event of a cluster of which nothing can be said any more, or again.
 *
 * @param since - when it became blind, as its recipient knows it; names the event.
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function blindnessEvent(
  { subject, reason, after, findings, ...begun }: Pick<Blindness, 'subject' | 'unknown' | 'planned' | 'reason' | 'after' | 'findings'>,
  what: What,
  since: string,
  pageUrl: string | undefined,
  now: Date,
): TelemetryEvent {
  // Both may be sent at once, where the first could not be delivered: each tells of its own moment.
  const { unknown, planned } = what === 'started' ? begun : (after ?? begun);
  const started = what === 'started';
  const end = started ? '' : now.toISOString();
  const properties = {
    eventId: `${subject}|blind|${since}/${what}`,
    ...causeOf(subject, reason),
    ...findingFields(findings),
    message: `${unknown} of ${planned} nodes give no verdict${started ? '' : ': enough others do again'}`,
    start: since,
    end,
    page: clusterPageUrl(pageUrl, subject),
  };
  const measurements = { unknown, planned, ...(started ? {} : { durationSeconds: secondsBetween(since, end) }) };
  return eventOf(started ? 'ClusterBlind' : 'ClusterSighted', now, properties, measurements);
}
