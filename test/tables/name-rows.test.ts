import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clustersOfName, nameBatches, writeNames } from '../../src/tables/name-rows.ts';
import { type Storage, startStorage } from './storage.ts';

const one = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.one';
const two = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.two';
const nodes = (scaleSet: string, count: number) => Array.from({ length: count }, (_, n) => `${scaleSet}${n.toString(36).padStart(6, '0')}`);

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

describe('the names of nodes', () => {
  it('are written in one batch for each scale set', () => {
    const batches = nameBatches([...nodes('aks-web-12345678-vmss', 40), ...nodes('aks-api-12345678-vmss', 2), 'vm'], one);
    expect(batches.map(({ length }) => length)).toEqual([40, 2, 1]);
  });

  it('lead to every cluster that has such a node, and to no other', async () => {
    const long = ['node', 'node1', 'node10', 'vm', 'x', ...nodes('aks-web-12345678-vmss', 120)];
    await writeNames(storage.tables, one, long);
    await writeNames(storage.tables, two, ['node1', 'x']);
    for (const node of long)
      expect(await clustersOfName(storage.tables, node), node).toEqual(['node1', 'x'].includes(node) ? [one, two] : [one]);
    for (const node of ['nod', 'node2', 'aks-web-12345678-vmss', 'y']) expect(await clustersOfName(storage.tables, node), node).toEqual([]);
  });

  it('may be written again, and twice at once', async () => {
    const again = () => writeNames(storage.tables, one, ['again000001', 'again000001', 'again000002']);
    await Promise.all([again(), again()]);
    expect(await clustersOfName(storage.tables, 'again000001')).toEqual([one]);
  });
});
