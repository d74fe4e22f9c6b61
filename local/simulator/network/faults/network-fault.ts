import type { ClusterPlace } from '../place-cluster.ts';
import type { Resources } from '../resource.ts';

/** How a fault is switched on: for a cluster and its nodes, or for all clusters behind a hub at once. */
export type Reach = 'cluster' | 'hub';

/** What a fault does to Azure's configuration. */
export type NetworkFault = {
  /** The clusters that can have it, as in "Only … can have it". */
  only: string;
  appliesTo(place: ClusterPlace): boolean;
  /** Who makes the change: a person, or AKS by the identity of the cluster. */
  by?: 'AKS';
  /**
   * @param since - when it was switched on.
   * @returns the resources with the fault in them. Behind a hub it is called for one cluster after the other.
   */
  change(resources: Resources, place: ClusterPlace, reach: Reach, since: string): Resources;
};
