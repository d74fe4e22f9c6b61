import { describe, expect, it } from 'vitest';
import { poolOfScaleSet } from '../../src/inventory/pool-of-scale-set.ts';

const pools = [{ name: 'web' }, { name: 'npwin' }, { name: 'we' }];

describe('the pool of a scale set', () => {
  it('is what its tag says, whatever its name', () => {
    expect(poolOfScaleSet({ name: 'custom', tags: { 'aks-managed-poolName': 'gpu' } }, pools)).toBe('gpu');
  });

  it.each([
    ['aks-web-1-vmss', 'web'],
    ['aks-web-12345678-vmss', 'web'],
    ['AKS-WEB-12345678-VMSS', 'web'],
    ['aksnpwin', 'npwin'],
    ['aks-we-12345678-vmss', 'we'],
  ])('is told by the name that AKS gave it where its tags are gone: %s', (name, pool) => {
    expect(poolOfScaleSet({ name, tags: { owner: 'finops' } }, pools)).toBe(pool);
  });

  it.each(['bastion', 'aks-other-12345678-vmss', 'aks-web-vmss', 'myaks-web-12345678-vmss', 'aks-web-12345678-vmss-copy', 'aksnpwin2', ''])(
    'is none where nothing tells it, so that nothing is run there: "%s"',
    (name) => {
      expect(poolOfScaleSet({ name, tags: {} }, pools)).toBeUndefined();
      expect(poolOfScaleSet({ name }, [])).toBeUndefined();
    },
  );
});
