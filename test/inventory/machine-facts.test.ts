import { describe, expect, it } from 'vitest';
import { factsOf, poolOf } from '../../src/inventory/machine-facts.ts';

describe('poolOf', () => {
  it.each<[string, Record<string, string> | undefined, string | undefined]>([
    ['of a scale set', { 'aks-managed-poolName': 'web', owner: 'x' }, 'web'],
    ['in another letter case', { 'AKS-Managed-PoolName': 'web' }, 'web'],
    ['of an old scale set', { poolName: 'web' }, 'web'],
    ['of an auto-provisioned VM', { 'karpenter.sh_nodepool': 'default' }, 'default'],
    ['of which AKS and Karpenter name one each', { 'karpenter.sh_nodepool': 'default', 'aks-managed-poolName': 'web' }, 'web'],
    ['of a VM that is no node', { owner: 'somebody' }, undefined],
    ['that are not there', undefined, undefined],
  ])('reads tags %s', (_, tags, pool) => {
    expect(poolOf(tags)).toBe(pool);
  });
});

describe('factsOf', () => {
  it('takes the name that the machine has, else the one that it will have: what is being created has none yet', () => {
    const nodeOf = (osProfile?: { computerName: string }) =>
      factsOf({ osProfile }, 'aks-web-vmss00000a', { resourceId: '/x', pool: 'web' }).node;
    expect([nodeOf({ computerName: 'AKS-web-vmss00000B' }), nodeOf()]).toEqual(['aks-web-vmss00000b', 'aks-web-vmss00000a']);
  });

  const agentSays = (...codes: string[]) =>
    factsOf({ instanceView: { vmAgent: { statuses: codes.map((code) => ({ code })) } } }, 'aks-web', { resourceId: '/x', pool: 'web' })
      .agent;

  it.each<[string[], 'ready' | 'notReady' | undefined]>([
    [['ProvisioningState/succeeded'], 'ready'],
    [['ProvisioningState/Unavailable'], 'notReady'],
    [['ProvisioningState/Unavailable', 'ProvisioningState/succeeded'], 'ready'],
    [['ProvisioningState/Other'], undefined],
    [[], undefined],
  ])('reads of an agent that says %o that it is %s', (codes, agent) => {
    expect(agentSays(...codes)).toBe(agent);
  });
});
