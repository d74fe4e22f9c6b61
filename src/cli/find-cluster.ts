import type { Arm } from '../azure/arm.ts';
import { armErrorText, isRefusal } from '../azure/arm-error.ts';
import { listManagedClusters } from '../inventory/list-managed-clusters.ts';
import { subscriptionsInScope } from '../inventory/scope.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import type { Settings } from '../settings.ts';
import { NotFound } from './not-found.ts';
import { UsageError } from './usage-error.ts';

/** A cluster with its subscription. */
export interface FoundCluster {
  subscription: string;
  facts: ClusterFacts;
}

/** Whether a cluster is meant by a name in lower case: its own, `<resource group>/<name>`, or its id. Pure. */
export function isNamed(
  { cluster, resourceGroup, name }: { cluster: string; resourceGroup: string; name: string },
  wanted: string,
): boolean {
  return [name, `${resourceGroup}/${name}`, cluster].some((each) => each.toLowerCase() === wanted);
}

/**
 * Finds a cluster by its name, in Azure.
 *
 * @param wanted - in lower case.
 * @param report - called with a line for each subscription that cannot be read.
 * @throws NotFound if there is none, UsageError if there are several, Error if it may be in a subscription that could not be read.
 */
export async function findCluster(arm: Arm, settings: Settings, wanted: string, report: (line: string) => void): Promise<FoundCluster> {
  const own = parseClusterId(wanted)?.subscriptionId;
  const scope = own === undefined ? await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions) : [own];
  const found: FoundCluster[] = [];
  const gaps: string[] = [];
  for (const subscription of scope)
    try {
      const { clusters } = await listManagedClusters(await arm.clusters(subscription), selectionOf(settings));
      found.push(...clusters.filter((facts) => isNamed(facts, wanted)).map((facts) => ({ subscription, facts })));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      report(`${subscription} could not be read: ${armErrorText(error)}`);
      gaps.push(subscription);
    }
  const [one, ...others] = found;
  if (others.length > 0)
    throw new UsageError(
      `several clusters are named "${wanted}"; give --cluster as one of ${found.map(({ facts }) => facts.cluster).join(', ')}`,
    );
  if (one !== undefined) return one;
  if (gaps.length > 0)
    throw new Error(`no cluster "${wanted}" is in what you can read, and these subscriptions could not be read: ${gaps.join(', ')}`);
  throw new NotFound(`no cluster "${wanted}" is in the ${scope.length} subscriptions that you can read, or that SUBSCRIPTIONS names`);
}
