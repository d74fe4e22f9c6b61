import type { SubscriptionPlan } from './plan-fleet.ts';

const few = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What each way of granting access makes of the prober, as sentences that whoever grants it should have read. Pure. */
export function describeGrants(subscriptions: readonly SubscriptionPlan[]): string[] {
  const read = subscriptions.filter(({ gap }) => gap === undefined);
  const groups = new Set(
    read.flatMap(({ subscription, clusters }) =>
      clusters.map(({ nodeResourceGroup }) => `${subscription}/${nodeResourceGroup.toLowerCase()}`),
    ),
  );
  const where = few(subscriptions.length, 'subscription');
  return [
    `by node resource group (recommended): it reads in ${where}, and is root on the machines of ${few(groups.size, 'node resource group')}; a policy or a script adds those of new clusters`,
    `on subscriptions: it is root on every virtual machine and scale set of ${where}, clusters or not`,
    'on a management group: it is root on every virtual machine and scale set of every subscription below it, clusters or not, and of those that come to it later',
  ];
}
