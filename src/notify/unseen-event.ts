import type { What } from '../history/next-notification.ts';
import type { Unseen } from '../history/unseen-standing.ts';
import { clusterPageUrl } from './page-url.ts';
import { causeOf, eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/**
 * Writes the event of nodes that nobody has seen for long, or that are seen again.
 *
 * @param since - when people were to be notified of them, as the recipient knows it; names the event.
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function unseenEvent(
  { cluster, reason, nodes, pools, names, unseenSince }: Omit<Unseen, 'delivered'>,
  what: What,
  since: string,
  pageUrl: string | undefined,
  now: Date,
): TelemetryEvent {
  const started = what === 'started';
  const end = started ? '' : now.toISOString();
  const who = `${nodes} node${nodes === 1 ? '' : 's'} of the pool${pools.length === 1 ? '' : 's'} ${pools.join(', ')}`;
  const properties = {
    eventId: `${cluster}|unseen|${reason}|${since}/${what}`,
    ...causeOf(cluster, reason),
    message: started
      ? `${who} had no verdict since ${unseenSince}, though they should have one`
      : `${who}: none is without a verdict for this reason any more`,
    start: unseenSince,
    end,
    pools: pools.join(', '),
    nodes: names.join(','),
    page: clusterPageUrl(pageUrl, cluster),
  };
  const measurements = { unseen: nodes, ...(started ? {} : { durationSeconds: secondsBetween(unseenSince, end) }) };
  return eventOf(started ? 'NodesUnseen' : 'NodesSeen', now, properties, measurements);
}
