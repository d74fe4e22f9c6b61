import { describe, expect, it } from 'vitest';
import { areRightsUnknown, missingDiagnosis, missingRights } from '../../src/cli/missing-rights.ts';
import type { SubscriptionPlan } from '../../src/cli/plan-fleet.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const run = 'Microsoft.Compute/virtualMachines/runCommand/action';
const read = 'Microsoft.Compute/virtualMachines/read';

const planOf = (missing: Record<string, string[] | null>, gap?: SubscriptionPlan['gap']): SubscriptionPlan => ({
  subscription,
  name: null,
  matched: [],
  gap,
  clusters: Object.entries(missing).map(([name, missingPermissions]) => ({
    cluster: `${subscription}.rg.x.${name}`,
    region: 'westeurope',
    version: '1.33.5',
    upgrading: false,
    nodeResourceGroup: 'MC_rg',
    probed: 1,
    slices: 1,
    skipped: {},
    missing: {},
    unread: [],
    maintenanceUntil: null,
    recordOnly: null,
    error: null,
    missingPermissions,
    missingDiagnosis: {},
  })),
});

describe('the reads that searches for causes lack', () => {
  it('are one sentence for all resource groups that lack the same, and none where Azure does not say', () => {
    const plan = planOf({ a: [], b: [] });
    const [first, second] = plan.clusters;
    const reads = ['Microsoft.Network/routeTables/read', 'Microsoft.Network/virtualNetworks/read'];
    first!.missingDiagnosis = {
      '/subscriptions/s/resourceGroups/mc_a': reads,
      '/subscriptions/s/resourceGroups/net': reads,
      '/subscriptions/s/resourceGroups/odd': null,
    };
    second!.missingDiagnosis = { '/subscriptions/s/resourceGroups/mc_b': [], '/subscriptions/s/resourceGroups/net': reads };
    expect(missingDiagnosis([plan])).toEqual([
      `searches for the causes of outages could not read ${reads.join(', ')} in /subscriptions/s/resourceGroups/mc_a, /subscriptions/s/resourceGroups/net`,
    ]);
  });
});

describe('the rights that a subscription lacks', () => {
  it('are one sentence for all clusters that lack the same', () => {
    const plan = planOf({ a: [run], b: [run], c: [], d: [read, run], e: [run], f: [run], g: [run], h: null });
    expect(missingRights(plan)).toEqual([
      `${subscription} does not grant ${run} on the node resource groups of rg.x/a, rg.x/b, rg.x/e and 2 more`,
      `${subscription} does not grant ${read}, ${run} on the node resource groups of rg.x/d`,
    ]);
  });

  it('are unknown where no node resource group could be asked, and not where the subscription could not be read', () => {
    expect(
      [planOf({}), planOf({ a: null }), planOf({ a: null, b: [] }), planOf({}, 'SubscriptionUnreadable')].map(areRightsUnknown),
    ).toEqual([true, true, false, false]);
  });
});
