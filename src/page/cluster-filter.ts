import type { ClusterView } from '../views/clusters.ts';
import { comparePlaces } from '../views/paging.ts';
import { WORST_FIRST, worstOf } from '../views/worst-first.ts';
import { nameOf } from './cluster-words.ts';

/** What a reader wants to see of the clusters; all of it stands in the address of the page. */
export interface Wanted {
  q: string;
  state: 'attention' | 'unreachable' | 'unknown' | 'notServed' | 'notProbed' | 'all';
  by: 'subscription' | 'region';
  order: 'worst' | 'name' | 'nodes' | 'uptime';
  /** The clusters that have a node of the name that was searched for. */
  only?: readonly string[];
}

export const STATES = [
  ['attention', 'not healthy'],
  ['unreachable', 'unreachable'],
  ['unknown', 'unknown'],
  ['notServed', 'not served'],
  ['notProbed', 'not probed'],
  ['all', 'all'],
] as const;
export const ORDERS = [
  ['worst', 'worst first'],
  ['name', 'name'],
  ['nodes', 'nodes'],
  ['uptime', 'lowest uptime'],
] as const;

/** Of fewer of its nodes, a cluster is not folded as healthy: the others were not probed. */
const MOSTLY = 0.5;

/** Whether a cluster is as it should be: nothing fails, nothing is unknown, nothing is planned. */
export function isWell({ nodes, openOutages, blind, degraded, maintenance, unseen, missingMachines }: ClusterView): boolean {
  const hasNoTrouble = openOutages === 0 && blind === null && degraded === null && maintenance === null;
  const isSeen = unseen.length === 0 && missingMachines.length === 0 && nodes.reachable >= MOSTLY * nodes.known;
  return hasNoTrouble && isSeen && nodes.reachable > 0 && nodes.unreachable + nodes.unknown + nodes.notServed === 0;
}

function hasState(cluster: ClusterView, state: Wanted['state']): boolean {
  if (state === 'all') return true;
  return state === 'attention' ? !isWell(cluster) : cluster.nodes[state] > 0;
}

const ORDER_BY: Readonly<Record<Wanted['order'], (cluster: ClusterView) => (number | string)[]>> = {
  worst: ({ nodes, cluster }) => [WORST_FIRST.indexOf(worstOf(nodes)), -(nodes.unreachable || nodes.unknown || nodes.notServed), cluster],
  name: (cluster) => [nameOf(cluster)],
  nodes: ({ nodes, cluster }) => [-nodes.known, cluster],
  uptime: ({ uptime, cluster }) => [uptime['24h'] ?? 2, cluster],
};

/** So few clusters are all shown, healthy or not. */
export const FEW = 12;

/** Clusters of one subscription or region. */
export interface Group {
  name: string;
  /** The id of the subscription, where `name` is its display name. */
  id?: string;
  shown: ClusterView[];
  /** Those that are as they should be, folded. */
  folded: ClusterView[];
  all: ClusterView[];
}

/** The clusters that a reader wants to see, in groups, the group with the worst one first; among many, healthy ones are folded. Pure. */
export function groupClusters(clusters: readonly ClusterView[], { q, state, by, order, only }: Wanted): Group[] {
  const text = q.trim().toLowerCase();
  const found = clusters.filter(
    (cluster) =>
      only?.includes(cluster.cluster) ||
      text === '' ||
      `${cluster.cluster} ${cluster.region} ${cluster.version} ${cluster.subscriptionName ?? ''}`.toLowerCase().includes(text),
  );
  const sorted = [...found].sort((a, b) => comparePlaces(ORDER_BY[order](a), ORDER_BY[order](b)));
  const showsAll = state === 'attention' && (text !== '' || clusters.length <= FEW);
  const foldsHealthy = state === 'attention' && !showsAll;
  const groups = Map.groupBy(sorted, ({ subscriptionId, region }) => (by === 'region' ? region || 'no region' : subscriptionId));
  return [...groups].flatMap(([key, all]) => {
    const title = by === 'subscription' ? all[0]?.subscriptionName : null;
    const named = title ? { name: title, id: key } : { name: key };
    const shown = all.filter((cluster) => showsAll || hasState(cluster, state));
    const folded = foldsHealthy ? all.filter(isWell) : [];
    return shown.length + folded.length === 0 ? [] : [{ ...named, shown, folded, all }];
  });
}
