import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ListedCluster } from '../../src/tables/cluster-list.ts';
import { readClusters, sortClusters } from '../../src/views/clusters.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { Page } from '../../src/views/paging.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg.shop';
let storage: Storage;
let services: ReturnType<typeof servicesAt>['services'];
beforeAll(async () => {
  storage = await startStorage();
  ({ services } = servicesAt(storage.connectionString, NOW));
  const nodes: Record<string, Condition> = {
    'a-served': 'served',
    'b-not-served': 'notServed',
    'c-not-asked': 'reachable',
    'd-unreachable': 'unreachable',
    'e-unknown': 'unknown',
    'f-skipped': 'skipped',
  };
  await seedNodes(services, cluster, nodes);
  await assess(services, cluster);
});
afterAll(() => storage?.stop());

const list = async () => (await ask(services, `clusters/${cluster}/nodes`)).json as Page<NodeView>;

it('a node says whether it is served: true or false only where it is reachable and asked', async () => {
  const { items } = await list();
  expect(Object.fromEntries(items.map(({ node, served }) => [node, served]))).toEqual({
    'a-served': true,
    'b-not-served': false,
    'c-not-asked': null,
    'd-unreachable': null,
    'e-unknown': null,
    'f-skipped': null,
  });
});

it('has the conditions Reachable and Served, the second with a reason of its own, unknown where nothing is known', async () => {
  const { items } = await list();
  const conditions = Object.fromEntries(items.map(({ node, status }) => [node, status.conditions]));
  for (const own of Object.values(conditions)) expect(own.map(({ type }) => type)).toEqual(['Reachable', 'Served']);
  expect(conditions['b-not-served']).toMatchObject([
    { status: 'True', reason: 'Reachable' },
    { status: 'False', reason: 'EtcdUnavailable', message: 'the API server answered 500', lastTransitionTime: NOW },
  ]);
  expect(conditions['a-served']![1]).toMatchObject({ status: 'True', reason: 'Reachable', lastTransitionTime: NOW });
  expect(conditions['c-not-asked']![1]).toMatchObject({ status: 'Unknown', lastTransitionTime: null });
  expect(conditions['d-unreachable']![1]).toMatchObject({ status: 'Unknown', reason: 'ConnectionRefused' });
});

it('comes before the other reachable ones where it is not served, and behind the failures', async () => {
  const { items } = await list();
  expect(items.map(({ node }) => node[0]).join('')).toBe('defbac');
});

it('is part of the reachable ones in the counts of its cluster and of the fleet', async () => {
  const { json } = await ask(services, `clusters/${cluster}`);
  const nodes = { known: 6, reachable: 3, notServed: 1, unreachable: 1, unknown: 1, notProbed: 1 };
  expect(json).toMatchObject({ nodes, notServed: [{ reason: 'EtcdUnavailable', nodes: 1, names: ['b-not-served'], since: NOW }] });
  expect((await ask(services, 'fleet')).json).toMatchObject({ nodes, clusters: { known: 1, notServed: 0 } });
});

it('is in the metrics, as a part of the reachable ones', async () => {
  const { text } = await ask(services, 'metrics');
  expect(text).toContain(`aks_fleet_prober_nodes_not_served{cluster_id="${cluster}"} 1`);
  expect(text).not.toContain('aks_fleet_prober_cluster_degraded{');
  const degraded = { since: NOW, reason: 'EtcdUnavailable' as const, notServed: 1, asked: 2 };
  await assess(services, cluster, { degradation: { degraded } });
  expect((await ask(services, 'metrics')).text).toContain(`aks_fleet_prober_cluster_degraded{cluster_id="${cluster}"} 1`);
  expect((await ask(services, `clusters/${cluster}`)).json).toMatchObject({ degraded });
});

it('brings its cluster before others in which all are served', async () => {
  const [row] = (await readClusters(services)) as [ListedCluster];
  const nodes = { known: 3, reachable: 3, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 };
  const rows = [0, 2, 1].map((notServed, n) => ({ ...row, cluster: `${row.cluster}${n}`, nodes: { ...nodes, notServed } }));
  expect(sortClusters(services, rows).map((each) => each.nodes.notServed)).toEqual([2, 1, 0]);
});
