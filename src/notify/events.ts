import type { CommonFactor } from '../history/common-factors.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { type RankedReason, rankReasons } from '../model/rank-reasons.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { type EventName, VALUE_LIMIT } from './event-schemas.ts';

/** A custom event of Application Insights; `event-schemas.ts` says what its fields mean. */
export interface TelemetryEvent {
  name: EventName;
  /** When it is told, since alert windows look at when an event came. */
  time: string;
  properties: Record<string, string> & { eventId: string };
  measurements?: Record<string, number>;
}

type What = 'started' | 'ended';

const NAMES_LIMIT = 8000;

/** Where the status page of a cluster is, or '' if the app does not know its own address. */
export function clusterPage(pageUrl: string | undefined, cluster: string): string {
  return pageUrl === undefined ? '' : `${pageUrl.replace(/\/$/, '')}/clusters/${encodeURIComponent(cluster)}`;
}

/** Where the status page of a node is, or '' if the app does not know its own address. */
export function nodePage(pageUrl: string | undefined, cluster: string, node: string): string {
  return pageUrl === undefined ? '' : `${clusterPage(pageUrl, cluster)}/nodes/${encodeURIComponent(node)}`;
}

/** The id under which the start or end of an outage's episode is told, however often. */
export function eventIdOf(outage: Outage, what: What, episode: number): string {
  return `${outageId(outage)}/${what}/${episode}`;
}

const secondsBetween = (start: string, end: string) => (Date.parse(end) - Date.parse(start)) / 1000;

function causeOf(cluster: string, reason: ReasonCode) {
  const { stage, sentence, remedies, links } = reasons[reason];
  const runbook = (links as readonly string[])[0] ?? '';
  return {
    cluster,
    subscriptionId: parseClusterId(cluster)?.subscriptionId ?? '',
    reason,
    stage,
    sentence,
    remedy: remedies[0] ?? '',
    runbook,
  };
}

/** As many names as fit, cut between two of them. */
function fitNames(names: readonly string[]): { nodes: string; nodesOmitted: string } {
  let length = -1;
  const over = names.findIndex((name) => {
    length += name.length + 1;
    return length > NAMES_LIMIT;
  });
  const kept = over < 0 ? names : names.slice(0, over);
  return { nodes: kept.join(','), nodesOmitted: String(names.length - kept.length) };
}

const countsOf = (ranked: readonly RankedReason[]) => ranked.map(({ reason, nodes }) => `${nodes} ${reason}`).join(', ');
const sentencesOf = (factors: readonly CommonFactor[]) => factors.map(({ sentence }) => sentence).join('; ');

function eventOf(
  name: EventName,
  now: Date,
  properties: TelemetryEvent['properties'],
  measurements?: TelemetryEvent['measurements'],
): TelemetryEvent {
  const cut = Object.entries(properties).map(([key, value]) => [key, value.slice(0, VALUE_LIMIT)]);
  return { name, time: now.toISOString(), properties: { ...Object.fromEntries(cut), eventId: properties.eventId }, measurements };
}

/**
 * Writes the event of the start or end of an outage's present episode: of a node, or of a cluster where the outage names no node.
 *
 * @param pageUrl - address of the status page.
 * @param now - when it is told.
 */
export function outageEvent(outage: Outage, what: What, pageUrl: string | undefined, now: Date): TelemetryEvent {
  const { cluster, node, start, end, episode } = outage;
  const common = {
    eventId: eventIdOf(outage, what, episode),
    ...causeOf(cluster, outage.reason),
    start,
    end: end ?? '',
    episode: String(episode),
    flaps: String(episode - 1),
  };
  const length = what === 'ended' ? { durationSeconds: secondsBetween(start, end ?? now.toISOString()) } : undefined;
  if (node !== undefined) {
    const message = what === 'started' ? `Connectivity outage detected at ${outage.episodes.at(-1)?.start ?? start}` : outage.message;
    const evidence = outage.startLogs[0]?.message ?? '';
    const properties = { ...common, node, message, evidence, page: nodePage(pageUrl, cluster, node), summary: 'false' };
    return eventOf(what === 'started' ? 'NodeOutageStarted' : 'NodeOutageEnded', now, properties, length);
  }
  const { counts = { failing: 0, conclusive: 0, planned: 0, most: 0 }, nodes = [], commonFactors = [] } = outage;
  // A start that is told late says how many failed then.
  const failed = end === undefined ? counts.failing : counts.most;
  const message = what === 'started' ? `${failed} of ${counts.conclusive} nodes cannot reach their API server` : outage.message;
  const factors = sentencesOf(commonFactors);
  const properties = {
    ...common,
    reasons: countsOf(outage.reasons ?? []),
    message,
    ...fitNames(nodes),
    commonFactors: factors,
    page: clusterPage(pageUrl, cluster),
  };
  const { failing, conclusive, planned, most } = counts;
  const measurements = { failing, conclusive, planned, most, members: nodes.length, ...length };
  return eventOf(what === 'started' ? 'ClusterOutageStarted' : 'ClusterOutageEnded', now, properties, measurements);
}

/**
 * Writes one event that stands for the outages of many nodes.
 *
 * @param eventId - the caller's, the same each time that these members are told.
 * @param members - at least one; their order decides which names fit.
 * @param factors - what they have in common.
 */
export function summaryEvent(
  eventId: string,
  members: readonly { cluster: string; node: string; start: string; end?: string; reason: ReasonCode }[],
  what: What,
  factors: readonly CommonFactor[],
  pageUrl: string | undefined,
  now: Date,
): TelemetryEvent {
  const clusters = new Set(members.map(({ cluster }) => cluster));
  const cluster = clusters.size === 1 ? members[0]!.cluster : '*';
  const byReason = rankReasons(members.map(({ reason, start: at }) => ({ reason, at })));
  const start = members.reduce((first, each) => (each.start < first ? each.start : first), members[0]!.start);
  const end = members.reduce((last, each) => ((each.end ?? '') > last ? each.end! : last), '');
  const properties = {
    eventId,
    ...causeOf(cluster, byReason[0]!.reason),
    node: '*',
    message: `Connectivity outages of ${members.length} nodes ${what === 'started' ? 'detected' : 'ended'}`,
    evidence: countsOf(byReason),
    start,
    end: what === 'ended' ? end : '',
    page: cluster === '*' ? (pageUrl ?? '') : clusterPage(pageUrl, cluster),
    episode: '',
    flaps: '',
    summary: 'true',
    ...fitNames(members.map((each) => (cluster === '*' ? `${each.cluster}/${each.node}` : each.node))),
    commonFactors: sentencesOf(factors),
  };
  if (what === 'started') return eventOf('NodeOutageStarted', now, properties, { members: members.length });
  const durationSeconds = secondsBetween(start, end || now.toISOString());
  return eventOf('NodeOutageEnded', now, properties, { members: members.length, durationSeconds });
}

/**
 * Writes the event of a cluster of which nothing can be said any more, or again.
 *
 * @param since - when it became blind; names the event.
 * @param unknown - nodes without a verdict, of those planned.
 */
export function blindEvent(
  cluster: string,
  what: What,
  since: string,
  unknown: number,
  planned: number,
  reason: ReasonCode,
  pageUrl: string | undefined,
  now: Date,
): TelemetryEvent {
  const started = what === 'started';
  const end = started ? '' : now.toISOString();
  const properties = {
    eventId: `${cluster}|blind|${since}/${what}`,
    ...causeOf(cluster, reason),
    message: `${unknown} of ${planned} nodes give no verdict${started ? '' : ': enough others do again'}`,
    start: since,
    end,
    page: clusterPage(pageUrl, cluster),
  };
  const measurements = { unknown, planned, ...(started ? {} : { durationSeconds: secondsBetween(since, end) }) };
  return eventOf(started ? 'ClusterBlind' : 'ClusterSighted', now, properties, measurements);
}
