import type { Arm } from '../azure/arm.ts';
import { armErrorText, isRefusal } from '../azure/arm-error.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { NodeFacts } from '../model/node.ts';
import { formatTarget, parseClusterId, type Target } from '../model/resource-id.ts';
import type { Selection } from '../model/selection.ts';
import { listManagedClusters } from './list-managed-clusters.ts';
import { listNodes } from './list-nodes.ts';

/** A node with the place it has. */
export interface FoundNode {
  cluster: string;
  region: string;
  facts: NodeFacts;
  /** Whether its pool or its cluster is taken out of the fleet. */
  excluded: boolean;
}

/** What a search found. */
export interface Search {
  /** Every node that is meant: more than one where clusters have nodes of the same name. */
  found: FoundNode[];
  /** Subscriptions and clusters that could not be read. */
  gaps: string[];
  /** Whether time ran out before everything was looked at. */
  cutShort: boolean;
}

/** The node that is looked for: by its name, within one cluster if that is given, or by its resource. */
export type Wanted = { node: string; cluster?: string } | { target: Target };

/** The subscription that the node must be of, as far as that was said. */
export function subscriptionOf(wanted: Wanted): string | undefined {
  if ('target' in wanted) return wanted.target.subscriptionId;
  return wanted.cluster && parseClusterId(wanted.cluster)?.subscriptionId;
}

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
  const { cluster: id, region, recordOnly } = cluster;
  return nodes
    .filter(isIt)
    .map((facts) => ({ cluster: id, region, facts, excluded: recordOnly === 'Excluded' || facts.skipped === 'Excluded' }));
}

/**
 * Looks for a node by listing what Azure has; for one that no sweep has seen yet, or where there is no storage to look it up in.
 *
 * @param subscriptions - where to look.
 * @param tell - is given a line on what could not be read.
 * @param progress - is given a line on where it looks.
 * @param isOver - asked before each cluster whether time is up.
 */
export async function findNode(
  arm: Arm,
  subscriptions: readonly string[],
  selection: Selection,
  wanted: Wanted,
  {
    now,
    tell,
    progress = () => {},
    isOver = () => false,
  }: { now: Date; tell: (line: string) => void; progress?: (line: string) => void; isOver?: () => boolean },
): Promise<Search> {
  const own = subscriptionOf(wanted);
  const found: FoundNode[] = [];
  const gaps: string[] = [];
  const readable = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      tell(`${what} could not be read: ${armErrorText(error)}`);
      // A cluster that is being deleted has no resource group any more, and so no node: that is no gap.
      if (error.statusCode !== 404 || subscriptions.includes(what)) gaps.push(what);
      return otherwise;
    }
  };
  for (const subscription of subscriptions.filter((id) => own === undefined || id === own)) {
    if (isOver()) return { found, gaps, cutShort: true };
    progress(`Looking in the subscription ${subscription} …`);
    const nothing = { clusters: [], matched: [] };
    const { clusters } = await readable(subscription, () => listManagedClusters(arm.clusters(subscription), selection), nothing);
    for (const cluster of clusters.filter((each) => mayHave(each, wanted))) {
      if (isOver()) return { found, gaps, cutShort: true };
      found.push(...(await readable(cluster.cluster, () => findInCluster(arm, subscription, cluster, wanted, now), [])));
    }
  }
  return { found, gaps, cutShort: false };
}
