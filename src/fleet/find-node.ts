import type { Arm } from '../services.ts';
import type { NodeFacts } from '../tables/node-rows.ts';
import { isRefusal } from './arm-error.ts';
import { type ClusterFacts, listManagedClusters } from './list-managed-clusters.ts';
import { listNodes } from './list-nodes.ts';
import { formatTarget, parseClusterId, type Target } from './resource-id.ts';
import type { Selection } from './selection.ts';

/** A node as Azure lists it, with its cluster. */
export interface FoundNode {
  cluster: ClusterFacts;
  node: NodeFacts;
}

/** The node that is looked for: by its name, within one cluster if that is given, or by its resource. */
export type Wanted = { node: string; cluster?: string } | { target: Target };

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Whether a cluster can have the node, as far as its own facts tell. */
function mayHave({ cluster, nodeResourceGroup }: ClusterFacts, wanted: Wanted): boolean {
  if ('target' in wanted) return same(nodeResourceGroup, wanted.target.resourceGroup);
  return wanted.cluster === undefined || wanted.cluster === cluster;
}

/** Whether one of the cluster's scale sets gave the node its name: the last six characters are the instance's number (cloud-provider-azure). */
async function hasScaleSetOf(arm: Arm, subscription: string, { nodeResourceGroup }: ClusterFacts, node: string): Promise<boolean> {
  if (!/vmss[0-9a-z]{6}$/.test(node)) return true;
  for await (const { name = '' } of arm.compute(subscription).virtualMachineScaleSets.list(nodeResourceGroup))
    if (same(name, node.slice(0, -6))) return true;
  return false;
}

async function findInCluster(arm: Arm, subscription: string, cluster: ClusterFacts, wanted: Wanted, now: Date): Promise<FoundNode[]> {
  if ('node' in wanted && !(await hasScaleSetOf(arm, subscription, cluster, wanted.node))) return [];
  const { nodes } = await listNodes(arm.compute(subscription), subscription, cluster, now, 0);
  const isIt = ({ node, resourceId }: NodeFacts) =>
    'target' in wanted ? same(resourceId, formatTarget(wanted.target)) : node === wanted.node;
  return nodes.filter(isIt).map((node) => ({ cluster, node }));
}

/**
 * Looks for a node by listing what Azure has; for one that no sweep has seen yet, or where there is no storage to look it up in.
 *
 * @param subscriptions - where to look.
 * @param tell - is given a line whenever there is something to tell.
 * @returns every node that is meant: more than one where clusters have nodes of the same name. A subscription or a cluster that cannot be read is
 * told of and left out.
 */
export async function findNode(
  arm: Arm,
  subscriptions: readonly string[],
  selection: Selection,
  wanted: Wanted,
  now: Date,
  tell: (line: string) => void,
): Promise<FoundNode[]> {
  const own = 'target' in wanted ? wanted.target.subscriptionId : wanted.cluster && parseClusterId(wanted.cluster)?.subscriptionId;
  const found: FoundNode[] = [];
  const readable = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      tell(`${what} could not be read: ${error.message}`);
      return otherwise;
    }
  };
  for (const subscription of subscriptions.filter((id) => own === undefined || id === own)) {
    tell(`Looking in the subscription ${subscription} …`);
    const nothing = { clusters: [], matched: [] };
    const { clusters } = await readable(subscription, () => listManagedClusters(arm.clusters(subscription), selection), nothing);
    for (const cluster of clusters.filter((each) => mayHave(each, wanted)))
      found.push(...(await readable(cluster.cluster, () => findInCluster(arm, subscription, cluster, wanted, now), [])));
  }
  return found;
}
