import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { Arm } from '../azure/arm.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { select, selectionOf } from '../model/selection.ts';
import type { Settings } from '../settings.ts';

/** Whether the settings include a subscription. */
export function isInScope({ SUBSCRIPTIONS }: Pick<Settings, 'SUBSCRIPTIONS'>, subscription: string): boolean {
  return SUBSCRIPTIONS.length === 0 || SUBSCRIPTIONS.includes(subscription);
}

/**
 * Whether a subscription whose clusters may not be listed is no gap: the identity of the app can read it only since the app itself is there, and nobody
 * asked for it. Pure.
 *
 * @param all - the subscriptions of the sweep. If there is no other one, access was granted to none: that is a gap.
 * @param knownClusters - how many of its clusters were ever listed. With one, a right was lost.
 */
export function isOnlyHome(
  { SUBSCRIPTIONS, HOME_SUBSCRIPTION }: Pick<Settings, 'SUBSCRIPTIONS' | 'HOME_SUBSCRIPTION'>,
  subscription: string,
  all: readonly string[],
  knownClusters: number,
): boolean {
  return SUBSCRIPTIONS.length === 0 && subscription === HOME_SUBSCRIPTION && all.length > 1 && knownClusters === 0;
}

/** Whether the settings include a cluster. Its tags may still exclude it. */
export function isWatched(settings: Pick<Settings, 'SUBSCRIPTIONS' | 'INCLUDE_CLUSTERS' | 'EXCLUDE_CLUSTERS'>, cluster: string): boolean {
  const named = parseClusterId(cluster);
  if (named === undefined || !isInScope(settings, named.subscriptionId)) return false;
  return select(`${named.resourceGroup}/${named.name}`, selectionOf(settings)).selected;
}

/**
 * Finds the subscriptions to watch.
 *
 * @param given - the setting `SUBSCRIPTIONS`; empty for all that the identity can read.
 */
export async function subscriptionsInScope(given: readonly string[], connect: () => Promise<SubscriptionClient>): Promise<string[]> {
  if (given.length > 0) return [...given];
  const readable: string[] = [];
  for await (const { subscriptionId, state } of (await connect()).subscriptions.list())
    if (subscriptionId && state !== 'Disabled' && state !== 'Deleted') readable.push(subscriptionId.toLowerCase());
  return readable;
}

/** Asks Azure for the display name of a subscription; null if it could not be read, which is no reason to stop anything. */
export async function askForSubscriptionName({ subscriptions }: Pick<Arm, 'subscriptions'>, id: string): Promise<string | null> {
  try {
    const { displayName } = await (await subscriptions()).subscriptions.get(id);
    return displayName || null;
  } catch {
    return null;
  }
}
