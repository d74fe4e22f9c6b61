import { parseClusterId } from '../fleet/resource-id.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { reasons } from '../probe/reasons.ts';

/** A custom event of Application Insights. Names and fields are what alerts and workbook query. */
export interface TelemetryEvent {
  name: 'NodeOutageStarted' | 'NodeOutageEnded' | 'SweepCompleted' | 'ProberError';
  time: string;
  properties: Record<string, string> & { eventId: string };
  measurements?: Record<string, number>;
}

/** Where the status page of a node is, if the app knows its own address. */
export function nodePage(pageUrl: string | undefined, cluster: string, node: string): string {
  return pageUrl === undefined
    ? ''
    : `${pageUrl.replace(/\/$/, '')}/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}`;
}

/** The id under which an outage's start or end is told, however often. */
export function eventIdOf(outage: Outage, what: 'started' | 'ended'): string {
  return `${outageId(outage)}/${what}/${outage.episode}`;
}

/**
 * Writes the event of a node outage's start or end.
 *
 * @param pageUrl - address of the status page.
 */
export function nodeOutageEvent(outage: Outage, what: 'started' | 'ended', pageUrl: string | undefined): TelemetryEvent {
  const node = outage.node ?? '*';
  const named = parseClusterId(outage.cluster);
  const { stage, sentence, remedies, links } = reasons[outage.reason];
  const started = what === 'started';
  return {
    name: started ? 'NodeOutageStarted' : 'NodeOutageEnded',
    time: started ? outage.start : (outage.end ?? outage.start),
    properties: {
      eventId: eventIdOf(outage, what),
      cluster: outage.cluster,
      subscriptionId: named?.subscriptionId ?? '',
      node,
      reason: outage.reason,
      stage,
      sentence,
      message: started ? `Connectivity outage detected at ${outage.start}` : outage.message,
      evidence: outage.startLogs[0]?.message ?? '',
      start: outage.start,
      end: outage.end ?? '',
      remedy: remedies[0] ?? '',
      runbook: (links as readonly string[])[0] ?? '',
      page: nodePage(pageUrl, outage.cluster, node),
    },
    measurements:
      outage.end === undefined || started ? undefined : { durationSeconds: (Date.parse(outage.end) - Date.parse(outage.start)) / 1000 },
  };
}
