import type { Counts } from '../model/ledger.ts';
import type { ClusterView } from './clusters.ts';
import { addCounts } from './worst-first.ts';

/** Clusters that have an outage as a whole, and the nodes of these alone: what fails in other clusters is not of them. */
export interface CutOff {
  clusters: string[];
  nodes: Counts;
  /** The nodes of all other clusters. */
  elsewhere: Counts;
}

/** The clusters of a list that are cut off, with the counts of their nodes and of all others; undefined if none is. Pure. */
export function cutOffIn(clusters: readonly Pick<ClusterView, 'cluster' | 'clusterOutage' | 'nodes'>[]): CutOff | undefined {
  const down = clusters.filter(({ clusterOutage }) => clusterOutage !== null);
  if (down.length === 0) return undefined;
  const others = clusters.filter(({ clusterOutage }) => clusterOutage === null);
  return {
    clusters: down.map(({ cluster }) => cluster),
    nodes: addCounts(down.map(({ nodes }) => nodes)),
    elsewhere: addCounts(others.map(({ nodes }) => nodes)),
  };
}
