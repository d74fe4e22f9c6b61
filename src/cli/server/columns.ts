import { formatDuration } from '../../history/outage.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import type { ClusterView } from '../../views/clusters.ts';
import type { IncidentView } from '../../views/incidents.ts';
import type { NodeView } from '../../views/nodes.ts';
import type { OutageView } from '../../views/outages.ts';
import type { SweepView } from '../../views/sweeps.ts';
import { WORST_FIRST, worstOf } from '../../views/worst-first.ts';
import type { Cell } from '../table.ts';

/** One column of a list. */
export interface Column<T> {
  title: string;
  cell(item: T): Cell;
  /** Only shown by `-o wide`. */
  wide?: true;
}

/** A list as it is shown: its columns, and what names an item for `-o name` and `describe`. */
export interface Layout<T> {
  columns: readonly Column<T>[];
  name(item: T): string;
}

/** A time to the second, which is as long as people need it. */
export const timeOf = (time: string | null): string => (time === null ? '' : time.replace(/\.\d+Z$/, 'Z'));
export const percentOf = (share: number | null): string => (share === null ? '' : `${(share * 100).toFixed(2)} %`);

/** The name of a cluster with its resource group, as people know it. */
export function clusterNameOf(id: string): string {
  const parts = parseClusterId(id);
  return parts === undefined ? id : `${parts.resourceGroup}/${parts.name}`;
}

/** How long something lasted, or has lasted. */
export function lastedOf(start: string, end: string | null, now = Date.now()): string {
  return formatDuration(Math.max(0, Math.floor(((end === null ? now : Date.parse(end)) - Date.parse(start)) / 1000) * 1000));
}

/** What a cluster is in, the worst first. */
export function stateOf({ clusterOutage, blind, degraded, maintenance, recordOnly, nodes }: ClusterView): string {
  const notes = [clusterOutage && 'outage', blind && 'blind', degraded && 'degraded', maintenance && 'maintenance', recordOnly].filter(
    (note) => note !== null,
  );
  return notes.length > 0 ? notes.join(', ') : WORST_FIRST[WORST_FIRST.indexOf(worstOf(nodes))]!;
}

/** The condition Reachable of a node. */
const reachableOf = ({ status }: NodeView) => status.conditions.find(({ type }) => type === 'Reachable');

/** What an outage or an incident is about. */
export const subjectOf = ({ subject }: OutageView): string =>
  subject.kind === 'node' ? `${subject.node} of ${clusterNameOf(subject.cluster)}` : clusterNameOf(subject.cluster);

const clusters: Layout<ClusterView> = {
  name: ({ cluster }) => cluster,
  columns: [
    { title: 'Cluster', cell: ({ cluster }) => clusterNameOf(cluster) },
    { title: 'State', cell: stateOf },
    { title: 'Nodes', cell: ({ nodes }) => nodes.known },
    { title: 'Reachable', cell: ({ nodes }) => nodes.reachable },
    { title: 'Unreachable', cell: ({ nodes }) => nodes.unreachable },
    { title: 'Unknown', cell: ({ nodes }) => nodes.unknown },
    { title: 'Outages', cell: ({ openOutages }) => openOutages },
    { title: 'Uptime 24h', cell: ({ uptime }) => percentOf(uptime['24h']) },
    { title: 'Region', cell: ({ region }) => region, wide: true },
    { title: 'Version', cell: ({ version }) => version, wide: true },
    { title: 'Assessed', cell: ({ assessedAt }) => timeOf(assessedAt), wide: true },
    { title: 'ID', cell: ({ cluster }) => cluster, wide: true },
  ],
};

const nodes: Layout<NodeView> = {
  name: ({ node }) => node,
  columns: [
    { title: 'Node', cell: ({ node }) => node },
    { title: 'Cluster', cell: ({ cluster }) => clusterNameOf(cluster) },
    { title: 'Verdict', cell: ({ verdict, served }) => (served === false ? `${verdict}, not served` : verdict) },
    { title: 'Reason', cell: ({ reason }) => (reason === 'Reachable' ? '' : reason) },
    { title: 'Since', cell: (node) => timeOf(reachableOf(node)?.lastTransitionTime ?? null) },
    { title: 'Pool', cell: ({ spec }) => spec.pool, wide: true },
    { title: 'Zone', cell: ({ spec }) => spec.zone ?? '', wide: true },
    { title: 'OS', cell: ({ spec }) => spec.os, wide: true },
    { title: 'Probed', cell: ({ status }) => timeOf(status.lastProbeTime), wide: true },
    { title: 'Message', cell: (node) => reachableOf(node)?.message ?? '', wide: true },
    { title: 'Resource ID', cell: ({ spec }) => spec.resourceId, wide: true },
  ],
};

const outages: Layout<OutageView> = {
  name: ({ id }) => id,
  columns: [
    { title: 'Subject', cell: subjectOf },
    { title: 'Reason', cell: ({ reason }) => reason },
    { title: 'Start', cell: ({ start }) => timeOf(start) },
    { title: 'Lasted', cell: ({ start, end }) => `${lastedOf(start, end)}${end === null ? ', open' : ''}` },
    { title: 'Nodes', cell: ({ nodes: own = [''] }) => own.length },
    { title: 'End', cell: ({ end }) => timeOf(end), wide: true },
    { title: 'Message', cell: ({ message }) => message, wide: true },
    { title: 'ID', cell: ({ id }) => id, wide: true },
  ],
};

const incidents: Layout<IncidentView> = {
  name: ({ id }) => id,
  columns: [
    { title: 'Incident', cell: ({ id }) => id },
    { title: 'Sev', cell: ({ severity }) => severity },
    { title: 'Lasted', cell: ({ start, end }) => `${lastedOf(start, end)}${end === null ? ', open' : ''}` },
    { title: 'Clusters', cell: ({ counts }) => counts.affected },
    { title: 'Nodes', cell: ({ nodes: own }) => own.affected },
    { title: 'What', cell: ({ message }) => message },
    { title: 'Start', cell: ({ start }) => timeOf(start), wide: true },
    { title: 'Why', cell: ({ why }) => why, wide: true },
  ],
};

const sweeps: Layout<SweepView> = {
  name: ({ id }) => id,
  columns: [
    { title: 'Sweep', cell: ({ id }) => id },
    { title: 'Starter', cell: ({ starter }) => starter },
    { title: 'Lasted', cell: ({ startedAt, completedAt }) => (completedAt === null ? 'running' : lastedOf(startedAt, completedAt)) },
    { title: 'Known', cell: ({ ledger }) => ledger?.known ?? '' },
    { title: 'Reachable', cell: ({ ledger }) => ledger?.reachable ?? '' },
    { title: 'Unreachable', cell: ({ ledger }) => ledger?.unreachable ?? '' },
    { title: 'Unknown', cell: ({ ledger }) => ledger?.unknown ?? '' },
    { title: 'Not probed', cell: ({ ledger }) => ledger?.notProbed ?? '' },
    { title: 'Coverage', cell: ({ coverage }) => percentOf(coverage) },
    { title: 'Warnings', cell: ({ warnings }) => warnings.join('; '), wide: true },
  ],
};

/** How each list is shown. */
export const layouts = { clusters, nodes, outages, incidents, sweeps };
