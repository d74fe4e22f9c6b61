import type { FleetShape } from './bench-fleet.ts';

/** One fleet to measure. */
export interface Size extends FleetShape {
  nodes: number;
  /** Clusters whose bucket has pace left; in the others every slice finds it used up, so that its nodes are over budget. */
  paced: number;
  /** A whole sweep to warm up, or one in which every bucket is used up: rows and names then exist, and nothing was probed. */
  warmUp: 'sweep' | 'expansion' | 'none';
}

const size = (clusters: number, nodesPerCluster: number, paced: number, warmUp: Size['warmUp']): Size => ({
  clusters,
  nodesPerCluster,
  nodes: clusters * nodesPerCluster,
  paced,
  warmUp,
});

/** Smaller and bigger end to end, then the biggest through expansion and pacing. */
export type Sizes = readonly [small: Size, big: Size, biggest: Size];

/** The fleets of the required figures; clusters that are measured end to end have slices of 100 and one of 50. */
export const fullSizes: Sizes = [size(4, 250, 4, 'sweep'), size(8, 1250, 8, 'expansion'), size(200, 500, 4, 'none')];
/** A tenth or less of that, all at once. */
export const quickSizes: Sizes = [size(1, 250, 1, 'expansion'), size(3, 250, 3, 'expansion'), size(8, 250, 1, 'none')];
