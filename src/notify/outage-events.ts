import type { CommonFactor } from '../history/common-factors.ts';
import type { What } from '../history/next-notification.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { type RankedReason, rankReasons } from '../model/rank-reasons.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { findingFields } from './finding-fields.ts';
import { fitNames } from './fit-names.ts';
import { clusterPageUrl, nodePageUrl } from './page-url.ts';
import { causeOf, eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/** The id under which the start or end of an outage's episode is sent, however often. */
export function eventIdOf(outage: Outage, what: What, episode: number): string {
  return `${outageId(outage)}/${what}/${episode}`;
}

function nodeNames(all: readonly string[]): { nodes: string; nodesOmitted: string } {
  const { names, omitted } = fitNames(all);
  return { nodes: names, nodesOmitted: omitted };
}

const countsOf = (ranked: readonly RankedReason[]) => ranked.map(({ reason, nodes }) => `${nodes} ${reason}`).join(', ');
const sentencesOf = (factors: readonly CommonFactor[]) => factors.map(({ sentence }) => sentence).join('; ');

/**
 * Writes the event of the start or end of an outage's present episode: of a node, or of a cluster where the outage names no node.
 *
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function outageEvent(outage: Outage, what: What, pageUrl: string | undefined, now: Date): TelemetryEvent {
  const { cluster, node, start, end, episode } = outage;
  const common = {
    eventId: eventIdOf(outage, what, episode),
    ...causeOf(cluster, outage.reason, outage),
    ...findingFields(outage.findings),
    start,
    end: end ?? '',
    episode: String(episode),
    flaps: String(episode - 1),
  };
  const length = what === 'ended' ? { durationSeconds: secondsBetween(start, end ?? now.toISOString()) } : undefined;
  if (node !== undefined) {
    const message = what === 'started' ? `Connectivity outage detected at ${outage.episodes.at(-1)?.start ?? start}` : outage.message;
    const evidence = outage.startLogs[0]?.message ?? '';
    const properties = { ...common, node, message, evidence, page: nodePageUrl(pageUrl, cluster, node), summary: 'false' as const };
    return eventOf(what === 'started' ? 'NodeOutageStarted' : 'NodeOutageEnded', now, properties, length);
  }
  const { counts = { failing: 0, conclusive: 0, planned: 0, most: 0 }, nodes = [], commonFactors = [] } = outage;
  // A start that is sent late says how many failed then.
  const failed = end === undefined ? counts.failing : counts.most;
  const message =
    what === 'started' ? `${failed} of ${Math.max(failed, counts.conclusive)} nodes cannot reach their API server` : outage.message;
  const factors = sentencesOf(commonFactors);
  const properties = {
    ...common,
    reasons: countsOf(outage.reasons ?? []),
    message,
    ...nodeNames(nodes),
    commonFactors: factors,
    page: clusterPageUrl(pageUrl, cluster),
  };
  const { failing, conclusive, planned, most } = counts;
  const measurements = { failing, conclusive, planned, most, members: nodes.length, ...length };
  return eventOf(what === 'started' ? 'ClusterOutageStarted' : 'ClusterOutageEnded', now, properties, measurements);
}

/**
 * Writes one event that stands for the outages of many nodes.
 *
 * @param eventId - the caller's, the same each time that these members are sent.
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
  // One node may have had several.
  const nodes = new Set(members.map(({ cluster, node }) => `${cluster}/${node}`)).size;
  const cluster = clusters.size === 1 ? members[0]!.cluster : '*';
  const byReason = rankReasons(members.map(({ reason, start: at }) => ({ reason, at })));
  const start = members.reduce((first, each) => (each.start < first ? each.start : first), members[0]!.start);
  const end = members.reduce((last, each) => ((each.end ?? '') > last ? each.end! : last), '');
  const properties = {
    eventId,
    ...causeOf(cluster, byReason[0]!.reason),
    ...findingFields(),
    node: '*',
    message: `Connectivity outages of ${nodes} nodes ${what === 'started' ? 'detected' : 'ended'}`,
    evidence: countsOf(byReason),
    start,
    end: what === 'ended' ? end : '',
    page: cluster === '*' ? (pageUrl ?? '') : clusterPageUrl(pageUrl, cluster),
    episode: '',
    flaps: '',
    summary: 'true' as const,
    ...nodeNames(members.map((each) => (cluster === '*' ? `${each.cluster}/${each.node}` : each.node))),
    commonFactors: sentencesOf(factors),
  };
  if (what === 'started') return eventOf('NodeOutageStarted', now, properties, { members: members.length });
  const durationSeconds = secondsBetween(start, end || now.toISOString());
  return eventOf('NodeOutageEnded', now, properties, { members: members.length, durationSeconds });
}
