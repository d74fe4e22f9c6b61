import { parseClusterId } from '../model/resource-id.ts';
import type { SubscriptionPlan } from './plan-fleet.ts';

const NAMED = 3;

function name(clusters: readonly { cluster: string }[]): string {
  const named = clusters.slice(0, NAMED).map(({ cluster }) => {
    const { resourceGroup, name: own } = parseClusterId(cluster)!;
    return `${resourceGroup}/${own}`;
  });
  return clusters.length > NAMED ? `${named.join(', ')} and ${clusters.length - NAMED} more` : named.join(', ');
}

/** The actions that a subscription does not grant, as sentences: one for all clusters that lack the same actions. Pure. */
export function missingRights({ subscription, clusters }: SubscriptionPlan): string[] {
  const lacking = clusters.filter(({ missingPermissions }) => missingPermissions?.length);
  const groups = Map.groupBy(lacking, ({ missingPermissions }) => missingPermissions!.join(', '));
  return [...groups].map(([actions, some]) => `${subscription} does not grant ${actions} on the node resource groups of ${name(some)}`);
}

/** Whether the rights on a readable subscription are unknown: they are read from node resource groups, of which it may have none. Pure. */
export function areRightsUnknown({ gap, clusters }: SubscriptionPlan): boolean {
  return gap === undefined && clusters.every(({ missingPermissions }) => missingPermissions === null);
}

/** The reads that searches for the causes of outages would lack, as sentences: one for all resource groups that lack the same. Pure. */
export function missingDiagnosis(subscriptions: readonly SubscriptionPlan[]): string[] {
  const all = subscriptions.flatMap(({ clusters }) => clusters.flatMap((cluster) => Object.entries(cluster.missingDiagnosis)));
  const lacking = [...new Map(all)].filter(([, missing]) => missing !== null && missing.length > 0);
  const groups = Map.groupBy(lacking, ([, missing]) => missing!.join(', '));
  return [...groups].map(([actions, some]) => {
    const named = some.map(([group]) => group).slice(0, NAMED);
    const more = some.length > NAMED ? ` and ${some.length - NAMED} more` : '';
    return `searches for the causes of outages could not read ${actions} in ${named.join(', ')}${more}`;
  });
}
