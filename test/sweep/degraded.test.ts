import { expect, it, vi } from 'vitest';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { Page } from '../../src/views/paging.ts';
import { ask } from '../http/ask.ts';
import { answer, counted, events, fleetOf, idOf, open, sweep } from './field-world.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Clusters whose etcd does not answer. */
const etcdDown = new Set<string>();
const said = (node: SimulatedNode, script: string) =>
  answer(node, script).replace(/(?=AFP1 end)/, () => {
    const served = etcdDown.has(node.cluster.spec.name) ? 'node=500\nlease=500\nreadyz=500\nunready=etcd' : 'node=200';
    return `name=${node.name}\n${served}\n`;
  });

it('a cluster whose nodes reach an API server that does not serve them is degraded, is no outage, and is restored', async () => {
  etcdDown.clear();
  const world = await open(fleetOf({ shop: 4, well: 4 }), { answer: said });
  const view = async <T>(path: string) => (await ask(world.services(), path)).json as T;
  await sweep(world);
  etcdDown.add('shop');
  await sweep(world);
  expect(await events(world, /^Cluster/)).toEqual([]);
  const ledgers = await sweep(world);
  expect(ledgers.shop).toMatchObject({ known: 4, reachable: 4, notServed: 4, unreachable: 0 });
  expect(ledgers.well).toMatchObject({ reachable: 4, notServed: 0 });
  expect(await counted(world, 'shop')).toEqual({ 'reachable/Reachable/EtcdUnavailable': 4 });
  expect(await events(world, /^(Cluster|NodeOutage)/)).toMatchObject([
    { name: 'ClusterDegraded', properties: { cluster: idOf('shop'), reason: 'EtcdUnavailable' } },
  ]);
  const nodes = await view<Page<NodeView>>(`clusters/${idOf('shop')}/nodes`);
  expect(nodes.items.map(({ served, verdict }) => ({ served, verdict }))).toEqual(Array(4).fill({ served: false, verdict: 'reachable' }));
  const clusters = await view<Page<ClusterView>>('clusters');
  expect(clusters.items.map(({ name, nodes: counts }) => [name, counts.reachable, counts.notServed])).toEqual([
    ['shop', 4, 4],
    ['well', 4, 0],
  ]);

  etcdDown.clear();
  await sweep(world);
  await sweep(world);
  await sweep(world);
  expect((await events(world, /^(Cluster|NodeOutage)/)).map(({ name, properties }) => [name, properties.cluster])).toEqual([
    ['ClusterDegraded', idOf('shop')],
    ['ClusterRestored', idOf('shop')],
  ]);
});
