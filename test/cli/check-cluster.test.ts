import { expect, it } from 'vitest';
import { exitOf } from '../../src/cli/check-cluster.ts';
import { isNamed } from '../../src/cli/find-cluster.ts';

type Verdict = Parameters<typeof exitOf>[0][number]['verdict'];
const exit = (...verdicts: Verdict[]) => exitOf(verdicts.map((verdict) => ({ verdict })));

it('the exit status is that of the worst node, and nothing is reachable without proof', () => {
  expect(exit('reachable', 'notProbed')).toBe(0);
  expect(exit('reachable', 'unknown', 'unreachable')).toBe(1);
  expect(exit('reachable', 'unknown')).toBe(3);
  expect([exit('notProbed'), exit()]).toEqual([3, 3]);
});

it('a cluster is named by its own name, with its resource group, or by its id, in any letter case', () => {
  const cluster = { cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop', resourceGroup: 'RG', name: 'Shop' };
  for (const name of ['shop', 'rg/shop', cluster.cluster]) expect(isNamed(cluster, name)).toBe(true);
  for (const name of ['sho', 'rg', 'rg.shop']) expect(isNamed(cluster, name)).toBe(false);
});
