import { reasons } from '../../model/reasons.ts';
import type { IncidentView } from '../../views/incidents.ts';
import type { NodeDetail } from '../../views/node-detail.ts';
import type { OutageView } from '../../views/outages.ts';
import { remedyLine } from '../../views/remedies.ts';
import type { UptimeShares } from '../../views/uptime.ts';
import { clusterNameOf, lastedOf, layouts, percentOf, stateOf, subjectOf, timeOf } from './columns.ts';
import type { DescribedCluster } from './describe.ts';
import { printList } from './get.ts';

const TITLE = 16;
const MOST_LOGS = 5;
const KINDS = { cause: 'cause', suspicion: 'suspicion', couldNotLook: 'could not look' } as const;

/** What comes from a service must not move the cursor. */
const clean = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
const line = (title: string, text: string | number | null) =>
  text === null || text === '' ? [] : [`${`${title}:`.padEnd(TITLE)} ${clean(String(text))}`];
const block = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((each) => `  ${clean(each)}`)];
const table = (text: string) => text.trimEnd().split('\n');
const spanOf = (start: string, end: string | null) =>
  end === null ? `since ${timeOf(start)}, ${lastedOf(start, null)}` : `${timeOf(start)} to ${timeOf(end)}, ${lastedOf(start, end)}`;
const uptimeOf = (uptime: UptimeShares) =>
  (['24h', '7d', '30d'] as const)
    .flatMap((window) => (uptime[window] === null ? [] : [`${window} ${percentOf(uptime[window])}`]))
    .join(', ');

/** What Azure's configuration says of an outage, and what to do. */
function causesOf({ findings, changes, remedies }: Pick<OutageView, 'findings' | 'changes' | 'remedies'>): string[] {
  const todo = findings.flatMap((finding) => finding.todo ?? []);
  return [
    ...block(
      'Azure’s configuration',
      findings.map(({ kind, sentence }) => `${KINDS[kind]}: ${sentence}`),
    ),
    ...block(
      'What changed',
      changes.map(
        ({ time, resourceId, operation, property, before, after, by }) =>
          `${timeOf(time)} ${resourceId.split('/').at(-1)}: ${property === undefined ? operation : `${property} ${before ?? '(nothing)'} → ${after ?? '(nothing)'}`}${by === undefined ? '' : `, by ${by}`}`,
      ),
    ),
    ...block('What to do', [...todo, ...remedies].map(remedyLine)),
  ];
}

/** The lines that describe a node. Pure but for the time. */
export function describeNodeLines({ node, cluster, verdict, reason, spec, status, remedies }: NodeDetail): string[] {
  const conditions = status.conditions.map(
    ({ type, status: value, reason: why, message, lastTransitionTime }) =>
      `${type} ${value}, ${why}${lastTransitionTime === null ? '' : ` since ${timeOf(lastTransitionTime)}`}: ${message}`,
  );
  const logs = (entries: NodeDetail['status']['failures']) =>
    entries
      .slice(0, MOST_LOGS)
      .map((entry) => `${timeOf(entry.time)} ${entry.reason}${entry.latency === null ? '' : `, ${entry.latency}`}: ${entry.message}`);
  const outages = status.outages.map((outage) => `${spanOf(outage.start, outage.end)}: ${outage.reason}`);
  const open = status.outages.find(({ end }) => end === null);
  return [
    ...line('Node', node),
    ...line('Cluster', `${clusterNameOf(cluster)} (${cluster})`),
    ...line('Verdict', verdict === 'reachable' ? verdict : `${verdict}, ${reason}: ${reasons[reason].sentence}`),
    ...line('Probed', timeOf(status.lastProbeTime)),
    ...line('API server', spec.targetEndpoint),
    ...line('Machine', [spec.size, spec.os, spec.image].filter(Boolean).join(', ')),
    ...line('Pool', `${spec.pool}${spec.zone === null ? '' : `, zone ${spec.zone}`}`),
    ...line('Resource ID', spec.resourceId),
    ...line('Subnet', spec.subnet),
    ...line('Created', timeOf(spec.created)),
    ...line('Uptime', uptimeOf(status.uptime)),
    ...line('Notes', [status.flapping && 'flapping', status.blind && 'blind'].filter(Boolean).join(', ')),
    ...block('Conditions', conditions),
    ...block('Newest failures', logs(status.failures)),
    ...block('Newest successes', logs(status.successes)),
    ...block('Outages', outages),
    ...(open === undefined ? (verdict === 'reachable' ? [] : block('What to do', remedies.map(remedyLine))) : causesOf(open)),
  ];
}

/** The lines that describe a cluster. Pure but for the time. */
export function describeClusterLines(cluster: DescribedCluster): string[] {
  const { nodes, clusterOutage, degraded, blind, maintenance, commonFactors, uptime, worstNodes, outages } = cluster;
  const list = <T>(items: readonly T[], layout: Parameters<typeof printList<T>>[1]) =>
    items.length === 0 ? [] : table(printList(items, layout, 'table'));
  return [
    ...line('Cluster', clusterNameOf(cluster.cluster)),
    ...line('ID', cluster.cluster),
    ...line('State', stateOf(cluster)),
    ...line('Region', `${cluster.region}, Kubernetes ${cluster.version}${cluster.upgrading ? ', being upgraded' : ''}`),
    ...line(
      'Nodes',
      `${nodes.known} known: ${nodes.reachable} reachable (${nodes.notServed} not served), ${nodes.unreachable} unreachable, ${nodes.unknown} unknown, ${nodes.notProbed} not probed`,
    ),
    ...line('Assessed', timeOf(cluster.assessedAt)),
    ...line('Uptime', uptimeOf(uptime)),
    ...line('Outage', clusterOutage && `${clusterOutage.reason} ${spanOf(clusterOutage.start, null)}`),
    ...line('Degraded', degraded && `${degraded.reason} ${spanOf(degraded.since, null)}`),
    ...line('Blind', blind && spanOf(blind.since, null)),
    ...line('Maintenance', maintenance && `until ${timeOf(maintenance.until)}, by ${maintenance.source}`),
    ...block(
      'What the failing nodes share',
      commonFactors.map((factor) => JSON.stringify(factor)),
    ),
    ...block('Nodes that are not reachable', list(worstNodes, layouts.nodes)),
    ...block('Open outages', list(outages, layouts.outages)),
  ];
}

/** The lines that describe an outage. Pure but for the time. */
export function describeOutageLines(outage: OutageView): string[] {
  const { id, reason, start, end, message, flaps, maintenance, episodes, nodes = [], searchedAt } = outage;
  return [
    ...line('Outage', id),
    ...line('Subject', subjectOf(outage)),
    ...line('Reason', `${reason}: ${reasons[reason].sentence}`),
    ...line('Time', spanOf(start, end)),
    ...line('Message', message),
    ...line('Returned', flaps === 0 ? null : `${flaps} times`),
    ...line('Maintenance', maintenance ? 'began in one' : null),
    ...line('Searched', timeOf(searchedAt)),
    ...block('Episodes', episodes.length > 1 ? episodes.map((each) => spanOf(each.start, each.end)) : []),
    ...block('Nodes', nodes),
    ...causesOf(outage),
  ];
}

/** The lines that describe an incident. Pure but for the time. */
export function describeIncidentLines({
  id,
  severity,
  start,
  end,
  message,
  why,
  changed,
  factor,
  factorValue,
  reason,
  counts,
  nodes,
  clusters,
  openClusters,
  finding,
  remedies,
}: IncidentView): string[] {
  return [
    ...line('Incident', id),
    ...line('Severity', severity),
    ...line('Time', spanOf(start, end)),
    ...line('What', message),
    ...line('Why', why),
    ...line('Changed', changed),
    ...line('Shared', `${factor} ${factorValue}`),
    ...line('Reason', `${reason}: ${reasons[reason].sentence}`),
    ...line(
      'Affected',
      `${counts.affected} of ${counts.inside} clusters that share it, ${counts.elsewhereAffected} of ${counts.elsewhere} others; ${nodes.affected} of ${nodes.planned} nodes`,
    ),
    ...line('Finding', finding && `${KINDS[finding.kind]}: ${finding.sentence}`),
    ...block('What to do', end === null ? [...(finding?.todo ? [finding.todo] : []), ...remedies].map(remedyLine) : []),
    ...block(
      'Clusters',
      clusters.map((cluster) => `${clusterNameOf(cluster)}${openClusters.includes(cluster) ? ', in trouble now' : ''}`),
    ),
  ];
}
