import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';

/**
 * The subscriptions to watch.
 *
 * @param given - those of `SUBSCRIPTIONS`; empty for all that the identity can read.
 */
export async function subscriptionsInScope(given: readonly string[], client: SubscriptionClient): Promise<string[]> {
  if (given.length > 0) return [...given];
  const readable: string[] = [];
  for await (const { subscriptionId, state } of client.subscriptions.list())
    if (subscriptionId && state !== 'Disabled' && state !== 'Deleted') readable.push(subscriptionId.toLowerCase());
  return readable;
}
