import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatClusterId,
  formatTarget,
  type InstanceParts,
  instanceTarget,
  parseClusterId,
  parseManagedClusterId,
  parseTarget,
  type Target,
} from '../../src/model/resource-id.ts';

const of = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const word = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const subscriptionId = fc.uuid();
// Azure lets a group's name hold dots, parentheses and letters of any script, but not end in a dot.
const resourceGroup = of(`${word}-_.()äßжπ漢字`, 1, 90).filter((name) => !name.endsWith('.'));
const vmss = of(`${word}-_.`, 1, 64);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constant('instance' as const), subscriptionId, resourceGroup, vmss, instanceId: fc.nat(99_999_999).map(String) }),
  fc.record({ kind: fc.constant('vm' as const), subscriptionId, resourceGroup, vm: vmss }),
);
const clusterName = fc.record({ subscriptionId, resourceGroup, name: of(`${word}-_`, 1, 63) });

/** Writes ASCII letters of a text in any case, as Azure does. */
const anyCase = (text: string, flips: readonly boolean[]) =>
  [...text]
    .map((letter, at) =>
      /[a-z]/i.test(letter) && flips[at % Math.max(1, flips.length)]
        ? letter === letter.toLowerCase()
          ? letter.toUpperCase()
          : letter.toLowerCase()
        : letter,
    )
    .join('');
const lower = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text).toLowerCase()]));
const flips = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });

describe('the resource ID of a node', () => {
  it('is read back from what was written', () => {
    fc.assert(
      fc.property(target, (each) => {
        expect(parseTarget(formatTarget(each))).toEqual(each);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read in any letter case, with a slash at its end or without', () => {
    fc.assert(
      fc.property(target, flips, fc.constantFrom('', '/'), (each, cases, end) => {
        const read = parseTarget(anyCase(formatTarget(each), cases) + end);
        expect(read && lower(read)).toEqual(lower(each));
        expect(read?.subscriptionId).toBe(each.subscriptionId);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['the instance of a scale set', '/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/17'],
    ['a virtual machine', '/virtualMachines/aks-vm-12345678-vms1'],
  ])('of %s is written as the portal takes it', (_, end) => {
    const id = `/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/MC_rg_shop_westeurope/providers/Microsoft.Compute${end}`;
    expect(formatTarget(parseTarget(id)!)).toBe(id);
  });

  const base = '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/rg/providers/Microsoft.Compute';
  it.each([
    ['nothing', ''],
    ['a URL', `https://management.azure.com${base}/virtualMachines/a`],
    ['a scale set', `${base}/virtualMachineScaleSets/a`],
    ['an instance without number', `${base}/virtualMachineScaleSets/a/virtualMachines/x`],
    ['an extension', `${base}/virtualMachines/a/extensions/b`],
    ['a query', `${base}/virtualMachines/a?api-version=1`],
    ['a fragment', `${base}/virtualMachines/a#b`],
    ['a way up', `${base}/virtualMachines/..%2f..`],
    ['a line end', `${base}/virtualMachines/a\n`],
    ['a quote', `${base}/virtualMachines/a'b`],
    ['a group with a slash', base.replace('rg', 'r/g')],
    [
      'another provider',
      '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/rg/providers/Microsoft.Evil/virtualMachines/a',
    ],
    ['a subscription that is no GUID', base.replace('0b5a5e1c-', 'x-')],
  ])('is not found in %s', (_, id) => {
    expect(parseTarget(id)).toBeUndefined();
  });
});

describe('the four parts of a scale set instance', () => {
  const parts = { subscriptionId: '0B5A5E1C-6f0d-4c6e-9d1a-3f2b7c8d9e01', resourceGroup: 'MC_rg', vmss: 'aks-web', instanceId: '17' };

  it('make the target that its resource ID does', () => {
    const id = `/subscriptions/${parts.subscriptionId}/resourceGroups/MC_rg/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web/virtualMachines/17`;
    expect(instanceTarget(parts)).toEqual(parseTarget(id));
  });

  it.each<Partial<InstanceParts>>([
    { subscriptionId: 'mine' },
    { resourceGroup: 'a/b' },
    { resourceGroup: '' },
    { vmss: 'a/virtualMachines/1' },
    { vmss: 'a b' },
    { instanceId: '1/' },
    { instanceId: 'x' },
    { instanceId: '1\n' },
  ])('make none where one of them is none: %j', (wrong) => {
    expect(instanceTarget({ ...parts, ...wrong })).toBeUndefined();
  });
});

describe('a cluster id', () => {
  it('is read back from what was written, dots and parentheses in the group and all', () => {
    fc.assert(
      fc.property(clusterName, (name) => {
        const id = formatClusterId(name);
        expect(id).toBe(id.toLowerCase());
        expect(parseClusterId(id)).toEqual(lower(name));
        expect(formatClusterId(parseClusterId(id)!)).toBe(id);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same for every letter case in which Azure writes the names', () => {
    fc.assert(
      fc.property(clusterName, flips, (name, cases) => {
        const written = Object.fromEntries(Object.entries(name).map(([key, text]) => [key, anyCase(text, cases)])) as typeof name;
        expect(formatClusterId(written)).toBe(formatClusterId(name));
      }),
    );
  });

  it('survives being percent-encoded in a route, and fits a table key', () => {
    fc.assert(
      fc.property(clusterName, (name) => {
        const id = formatClusterId(name);
        expect(decodeURIComponent(encodeURIComponent(id))).toBe(id);
        // The front end of Azure would split it there.
        expect(encodeURIComponent(id)).not.toMatch(/%2F|%5C/);
        expect(id).not.toMatch(/[/\\#?\p{Cc}]/u);
      }),
    );
  });

  it('is split at its first and last dot', () => {
    expect(parseClusterId('0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.(eu).v1.shop')).toEqual({
      subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
      resourceGroup: 'rg.(eu).v1',
      name: 'shop',
    });
  });

  it.each([
    '',
    'shop',
    '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.shop',
    '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01..shop',
    '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.',
    '0b5a5e1c.rg.shop',
    "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.r'g.shop",
    '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop|x',
    '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop\n',
  ])('is not "%s"', (id) => {
    expect(parseClusterId(id)).toBeUndefined();
  });
});

describe('the resource ID of a managed cluster', () => {
  it('is read in any letter case', () => {
    fc.assert(
      fc.property(clusterName, flips, (name, cases) => {
        const id = `/subscriptions/${name.subscriptionId}/resourceGroups/${name.resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name.name}`;
        const read = parseManagedClusterId(anyCase(id, cases));
        expect(read && formatClusterId(read)).toBe(formatClusterId(name));
      }),
      { numRuns: 500 },
    );
  });

  it('is not that of a node', () => {
    expect(
      parseManagedClusterId(
        '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/a',
      ),
    ).toBeUndefined();
  });
});
