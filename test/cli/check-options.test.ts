import { describe, expect, it } from 'vitest';
import { readCheckOptions } from '../../src/cli/check-options.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const flags = { verbose: false, json: false, explain: false };
const parts = { subscription, 'node-resource-group': 'MC_shop', vmss: 'aks-web', 'instance-id': '7' };

function read(given: Record<string, string>) {
  const mistakes: string[] = [];
  const options = readCheckOptions({ ...flags, ...given }, mistakes);
  return { wanted: options?.wanted, mistakes };
}

describe('the node that a check is asked for', () => {
  const target = { kind: 'instance', subscriptionId: subscription, resourceGroup: 'MC_shop', vmss: 'aks-web', instanceId: '7' };

  it('is named in one of three ways', () => {
    expect(read({ node: 'AKS-web', cluster: `${subscription}.RG.shop` })).toEqual({
      wanted: { node: 'aks-web', cluster: `${subscription}.rg.shop` },
      mistakes: [],
    });
    expect(read(parts)).toEqual({ wanted: target, mistakes: [] });
    const id = `/subscriptions/${subscription}/resourceGroups/MC_shop/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web/virtualMachines/7`;
    expect(read({ id })).toEqual({ wanted: target, mistakes: [] });
  });

  it('is told of everything that is wrong with its name', () => {
    expect(read({ subscription: 'mine', 'node-resource-group': 'a/b', 'instance-id': 'seven' }).mistakes).toEqual([
      'expected all four parts of a scale set instance, --vmss missing',
      'expected --subscription with a subscription id (GUID), got "mine"',
      'expected --node-resource-group with the name of a resource group, got "a/b"',
      'expected --instance-id with the number of an instance, got "seven"',
    ]);
    expect(read({ node: 'a b', cluster: 'shop', id: '/x', vmss: 'v' }).mistakes).toEqual([
      expect.stringMatching(/^expected one way to name a node, .*, got --node and --cluster and --id and --vmss$/),
      'expected --node with a Kubernetes node name, got "a b"',
      expect.stringMatching(/^expected --cluster as .*, got "shop"$/),
      'expected --id with the resource ID of a scale set instance or VM, got "/x"',
      'expected all four parts of a scale set instance, --subscription, --node-resource-group, --instance-id missing',
    ]);
    expect(read({ cluster: `${subscription}.rg.shop` }).mistakes).toEqual([expect.stringMatching(/, got --cluster$/)]);
    expect(read({}).mistakes).toEqual([expect.stringMatching(/, got none$/)]);
  });
});
