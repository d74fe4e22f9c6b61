import { expect, it } from 'vitest';
import { describeGrants } from '../../src/cli/describe-grants.ts';
import type { SubscriptionPlan } from '../../src/cli/plan-fleet.ts';

const plan = (subscription: string, groups: string[], gap?: SubscriptionPlan['gap']) =>
  ({ subscription, matched: [], gap, clusters: groups.map((nodeResourceGroup) => ({ nodeResourceGroup })) }) as unknown as SubscriptionPlan;

it('says of each way of granting access on what the prober is root', () => {
  const [groups, subscription, managementGroup] = describeGrants([
    plan('a', ['MC_one', 'mc_one', 'MC_two']),
    plan('b', ['MC_one']),
    plan('c', [], 'SubscriptionUnreadable'),
  ]);
  expect(groups).toContain('root on the machines of 3 node resource groups');
  expect(subscription).toContain('root on every virtual machine and scale set of 3 subscriptions, clusters or not');
  expect(managementGroup).toContain('root on every virtual machine and scale set of every subscription below it, clusters or not');
});

it('counts one of each as one', () => {
  const [groups, subscription] = describeGrants([plan('a', ['MC_one'])]);
  expect(groups).toMatch(/reads in 1 subscription, .* of 1 node resource group;/);
  expect(subscription).toContain('of 1 subscription, clusters or not');
});
