import { describe, expect, it } from 'vitest';
import { readCheckOptions } from '../../src/cli/check-options.ts';
import { readCommandLine } from '../../src/cli/command-line.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const parts = { subscription, 'node-resource-group': 'MC_shop', vmss: 'aks-web', 'instance-id': '7' };

function read(given: Record<string, string>, ...flags: string[]) {
  const { line, mistakes } = readCommandLine(['check', ...Object.entries(given).map(([name, value]) => `--${name}=${value}`), ...flags]);
  const options = readCheckOptions(line, mistakes);
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
    expect(read({ node: 'a b', cluster: 'shop//a', id: '/x', vmss: 'v' }).mistakes).toEqual([
      expect.stringMatching(/^expected one way to name a node, .*, got --node and --cluster and --id and --vmss$/),
      'expected --node with a Kubernetes node name, got "a b"',
      expect.stringMatching(/^expected --cluster with the name of a cluster, .*, got "shop\/\/a"$/),
      'expected --id with the resource ID of a scale set instance or VM, got "/x"',
      'expected all four parts of a scale set instance, --subscription, --node-resource-group, --instance-id missing',
    ]);
    expect(read({}).mistakes).toEqual([expect.stringMatching(/, got none$/)]);
  });

  it('is every node of a cluster where that alone is named, ten at once unless it is said', () => {
    expect(read({ cluster: 'RG/Shop' })).toEqual({ wanted: { cluster: 'rg/shop', concurrency: 10 }, mistakes: [] });
    expect(read({ cluster: 'shop', concurrency: '50' }, '-o', 'wide')).toEqual({
      wanted: { cluster: 'shop', concurrency: 50 },
      mistakes: [],
    });
    expect(read({ cluster: 'shop', concurrency: '51' }, '-v').mistakes).toEqual([
      'expected --concurrency with a whole number from 1 to 50, got "51"',
      'expected --verbose with one node, got it with all nodes of a cluster',
    ]);
    expect(read({ node: 'a', concurrency: '2' }, '-o', 'name').mistakes).toEqual([
      'expected --concurrency with --cluster and without --node, since one node is one run',
      'expected -o name with --cluster and without --node, since one node is no table',
    ]);
  });
});
