import type { ClusterView } from '../views/clusters.ts';
import type { FleetView } from '../views/fleet.ts';
import type { IncidentView } from '../views/incidents.ts';
import type { OutageView } from '../views/outages.ts';

/** One thing that is wrong, or planned: each is shown once, as what it is worst. */
export type Trouble =
  | { kind: 'incident'; incident: IncidentView; members: ClusterView[] }
  | { kind: 'outage'; cluster: ClusterView; outage: OutageView }
  | { kind: 'nodes'; cluster: ClusterView; outages: OutageView[] }
  | { kind: 'blind' | 'notServed' | 'unseen' | 'maintenance'; cluster: ClusterView };

const ORDER = ['incident', 'outage', 'nodes', 'blind', 'notServed', 'unseen', 'maintenance'] as const;

/** How many nodes a trouble is about, to show the largest first. */
function sizeOf(trouble: Trouble): number {
  if (trouble.kind === 'incident') return trouble.incident.nodes.affected;
  const { nodes, blind, unseen } = trouble.cluster;
  if (trouble.kind === 'outage' || trouble.kind === 'nodes') return nodes.unreachable;
  if (trouble.kind === 'blind') return blind?.unknown ?? 0;
  return trouble.kind === 'notServed' ? nodes.notServed : unseen.reduce((sum, group) => sum + group.nodes, 0);
}

/** The troubles of one cluster that no incident covers. */
function ofCluster(cluster: ClusterView, own: OutageView[]): Trouble[] {
  const troubles: Trouble[] = [];
  const whole = own.find(({ subject }) => subject.kind === 'cluster');
  // Its own outage covers those of its nodes.
  if (whole !== undefined) troubles.push({ kind: 'outage', cluster, outage: whole });
  else if (own.length > 0) troubles.push({ kind: 'nodes', cluster, outages: own });
  if (cluster.blind !== null) troubles.push({ kind: 'blind', cluster });
  if (cluster.nodes.notServed > 0) troubles.push({ kind: 'notServed', cluster });
  if (cluster.unseen.length > 0 || cluster.missingMachines.length > 0) troubles.push({ kind: 'unseen', cluster });
  return troubles;
}

/**
 * What is wrong in a fleet, worst first. What an open incident covers is not repeated; nothing else is left out. Pure.
 *
 * @param outages - the open ones.
 */
export function troublesOf(
  { incidents }: Pick<FleetView, 'incidents'>,
  clusters: readonly ClusterView[],
  outages: readonly OutageView[],
): Trouble[] {
  const byId = new Map(clusters.map((cluster) => [cluster.cluster, cluster]));
  const ofOne = Map.groupBy(outages, ({ subject }) => subject.cluster);
  const covered = new Set(incidents.flatMap(({ openClusters }) => openClusters));
  const ofIncidents = incidents.map((incident): Trouble => {
    return { kind: 'incident', incident, members: incident.openClusters.flatMap((id) => byId.get(id) ?? []) };
  });
  const others = clusters.flatMap((cluster): Trouble[] => {
    const planned: Trouble[] = cluster.maintenance === null ? [] : [{ kind: 'maintenance', cluster }];
    return [...(covered.has(cluster.cluster) ? [] : ofCluster(cluster, ofOne.get(cluster.cluster) ?? [])), ...planned];
  });
  const rank = ({ kind }: Trouble) => ORDER.indexOf(kind);
  return [...ofIncidents, ...others].sort((a, b) => rank(a) - rank(b) || sizeOf(b) - sizeOf(a));
}

/** The clusters of which at least one node cannot reach its API server. */
export const failingClusters = (clusters: readonly ClusterView[]): ClusterView[] =>
  clusters.filter(({ nodes, openOutages }) => nodes.unreachable > 0 || openOutages > 0);
