import { describe, expect, it } from 'vitest';
import { isNodeName, nameOfInstance } from '../../src/model/node-name.ts';

describe('nameOfInstance', () => {
  it.each([
    ['aks-nodepool1-12345678-vmss', '10', 'aks-nodepool1-12345678-vmss00000a'],
    ['aks-nodepool1-12345678-vmss', '0', 'aks-nodepool1-12345678-vmss000000'],
    ['AKSnpwin', '36', 'aksnpwin000010'],
  ])('of %s and number %s is %s', (vmss, instanceId, name) => {
    expect(nameOfInstance(vmss, instanceId)).toBe(name);
    expect(isNodeName(name)).toBe(true);
  });
});
