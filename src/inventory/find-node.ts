import type { Arm } from '../azure/arm.ts';
import { armErrorText, isRefusal } from '../azure/arm-error.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { NodeFacts } from '../model/node.ts';
import { formatTarget, parseClusterId, type Target } from '../model/resource-id.ts';
import type { Selection } from '../model/selection.ts';
import { listManagedClusters } from './list-managed-clusters.ts';
import { listNodes, type Unread } from './list-nodes.ts';

/** A node with its cluster and region. */
export interface FoundNode {
  cluster: string;
  region: string;
  facts: NodeFacts;
  /** Whether its pool or its cluster is excluded from the fleet. */
  excluded: boolean;
}

/** The result of a search. */
export interface Search {
  /** All matching nodes: several if more than one cluster has a node of that name. */
  found: FoundNode[];
  /** Subscriptions and clusters that could not be read. */
  gaps: string[];
  /** Whether time ran out before everything was searched. */
  cutShort: boolean;
}

/** The node to find: by its name, optionally within one cluster, or by its Azure resource. */
export type Wanted = { node: string; cluster?: string } | { target: Target };

/** The subscription that the node must be in; undefined if any will do. */
export function subscriptionOf(wanted: Wanted): string | undefined {
  if ('target' in wanted) return wanted.target.subscriptionId;
  return wanted.cluster && parseClusterId(wanted.cluster)?.subscriptionId;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Whether a cluster can have the node, judging by the facts of the cluster alone. */
function mayHave({ cluster, nodeResourceGroup }: ClusterFacts, wanted: Wanted): boolean {
  if ('target' in wanted) return same(nodeResourceGroup, wanted.target.resourceGroup);
  return wanted.cluster === undefined || wanted.cluster === cluster;
}

/** Whether one of the cluster's scale sets gave the node its name: the last six characters are the instance's number (cloud-provider-azure). */
async function hasScaleSetOf(arm: Arm, subscription: string, { nodeResourceGroup }: ClusterFacts, node: string): Promise<boolean> {
  if (!/vmss[0-9a-z]{6}$/.test(node)) return true;
  for await (const { name = '' } of (await arm.compute(subscription)).virtualMachineScaleSets.list(nodeResourceGroup))
    if (same(name, node.slice(0, -6))) return true;
  return false;
}

/** @param onUnread - called for each part of the cluster that could not be read: the node may be there. */
async function findInCluster(
  arm: Arm,
  subscription: string,
  cluster: ClusterFacts,
  wanted: Wanted,
  now: Date,
  onUnread: (unread: Unread) => void,
): Promise<FoundNode[]> {
  if ('node' in wanted && !(await hasScaleSetOf(arm, subscription, cluster, wanted.node))) return [];
  const { nodes, unread } = await listNodes(await arm.compute(subscription), subscription, cluster, now, 0);
  for (const part of unread) onUnread(part);
  const isIt = ({ node, resourceId }: NodeFacts) =>
    'target' in wanted ? same(resourceId, formatTarget(wanted.target)) : node === wanted.node;
  const { cluster: id, region, recordOnly } = cluster;
  return nodes
    .filter(isIt)
    .map((facts) => ({ cluster: id, region, facts, excluded: recordOnly === 'Excluded' || facts.skipped === 'Excluded' }));
}

/**
 * Searches for a node by listing clusters and nodes in Azure: for a node that no sweep has seen yet, or when there is no storage account.
 *
 * @param subscriptions - the subscriptions to search.
 * @param report - called with a sentence for each subscription or cluster that could not be read.
 * @param progress - called with a line for each subscription before it is searched.
 * @param isOver - called before each subscription and cluster: whether time has run out.
 * @throws RestError if Azure fails in another way than by refusing access.
 */
export async function findNode(
  arm: Arm,
  subscriptions: readonly string[],
  selection: Selection,
  wanted: Wanted,
  {
    now,
    report,
    progress = () => {},
    isOver = () => false,
  }: { now: Date; report: (line: string) => void; progress?: (line: string) => void; isOver?: () => boolean },
): Promise<Search> {
  const own = subscriptionOf(wanted);
  const found: FoundNode[] = [];
  const gaps: string[] = [];
  const readable = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      report(`${what} could not be read: ${armErrorText(error)}`);
      // A cluster that is being deleted has no resource group any more, and so no nodes: that is not a gap.
      if (error.statusCode !== 404 || subscriptions.includes(what)) gaps.push(what);
      return otherwise;
    }
  };
  for (const subscription of subscriptions.filter((id) => own === undefined || id === own)) {
    if (isOver()) return { found, gaps, cutShort: true };
    progress(`Searching the subscription ${subscription} …`);
    const nothing = { clusters: [], matched: [] };
    const { clusters } = await readable(
      subscription,
      async () => listManagedClusters(await arm.clusters(subscription), selection),
      nothing,
    );
    for (const cluster of clusters.filter((each) => mayHave(each, wanted))) {
      if (isOver()) return { found, gaps, cutShort: true };
      const onUnread = ({ prefix, reason }: Unread) => {
        report(`a part of ${cluster.cluster} could not be read (${reason}): ${prefix}`);
        if (!gaps.includes(cluster.cluster)) gaps.push(cluster.cluster);
      };
      const search = () => findInCluster(arm, subscription, cluster, wanted, now, onUnread);
      found.push(...(await readable(cluster.cluster, search, [])));
    }
  }
  return { found, gaps, cutShort: false };
}
