import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endHistory } from '../../src/history/node-history.ts';
import { watchOn } from '../../src/history/watched.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import type { emptyHistory, NodeState } from '../../src/model/node-state.ts';
import { emptyWatch } from '../../src/model/watch.ts';
import { factProperties, mergeNode, noteProperties, readListedNodes, readNodes, stateProperties } from '../../src/tables/node-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let fleet: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  fleet = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

const time = '2026-11-21T09:35:02.000Z';
const end = '2026-11-21T10:00:00.000Z';
const factsOf = (node: string): NodeFacts => ({
  node,
  resourceId: `/x/${node}`,
  vmId: `vm-${node}`,
  pool: 'web',
  os: 'Linux',
  zone: '2',
  size: 'Standard_D8ds_v5',
  image: 'AKSUbuntu/2204gen2containerd/202610.01.0',
  subnet: 'aks-subnet',
  created: time,
  agent: 'notReady',
  skipped: 'TooYoung',
});
const up = { down: false, undecided: false };
const state: NodeState = {
  latest: {
    verdict: 'unreachable',
    reason: 'DnsTimeout',
    message: 'no answer from 168.63.129.16',
    latencyMs: 8004,
    nonce: 'fedcba9876543210',
    run: 'f',
    sweep: '2026-11-21T09:35:00Z',
    at: time,
  },
  since: time,
  failures: 2,
  successes: 1,
  unknowns: 3,
  firstFailure: time,
  firstSuccess: time,
  outage: { outage: time, episode: 2, from: time, reason: 'DnsTimeout' },
  watch: watchOn(watchOn(emptyWatch, '2026-11-21T09:30:02.000Z', true, up, 900_000), time, true, up, 900_000),
};
const claim = { id: 'f', nonce: '0123456789abcdef', sweep: '2026-11-21T09:35:00Z', startedAt: time, until: end };

async function put(cluster: string, node: string): Promise<void> {
  const history = { settled: state, recent: [state.latest!] };
  const rest = { missing: 1, missedIn: '2026-11-21T09:30:00Z', retiredAt: end, foldedAt: time };
  const properties = { ...factProperties(factsOf(node)), ...stateProperties(state, history), ...noteProperties({ claim: claim }), ...rest };
  await fleet.createEntity({ partitionKey: cluster, rowKey: `node|${node}`, ...properties });
}

it('reads of each node all that expansion compares and writes back, and no history', async () => {
  await put('all', 'a');
  const { history, ...whole } = (await readNodes(storage.tables, 'all')).get('a')!;
  const listed = (await readListedNodes(storage.tables, 'all')).get('a')!;
  expect(listed).toEqual({ ...whole, foldedAt: undefined });
  expect(history.recent).toHaveLength(1);
});

it('ends a node from such a row as from a whole one, and under its ETag', async () => {
  for (const node of ['a', 'b']) await put('ends', node);
  const rows = [(await readNodes(storage.tables, 'ends')).get('a')!, (await readListedNodes(storage.tables, 'ends')).get('b')!];
  const actions = rows.map((row) => {
    const history = endHistory(row.state, end, 900_000);
    return mergeNode('ends', row, stateProperties(history.settled, history));
  });
  await writeBatch(fleet, actions);
  const after = await readNodes(storage.tables, 'ends');
  const written = ({ state, history }: { state: NodeState; history: typeof emptyHistory }) => ({ state, history });
  expect(written(after.get('b')!)).toEqual(written(after.get('a')!));
  await expect(writeBatch(fleet, actions)).rejects.toMatchObject({ statusCode: 412 });
});

it('takes away what an agent said once Azure does not say it any more', async () => {
  await put('silent', 'a');
  const row = (await readListedNodes(storage.tables, 'silent')).get('a')!;
  expect(row.facts.agent).toBe('notReady');
  await writeBatch(fleet, [mergeNode('silent', row, factProperties({ ...row.facts, agent: undefined }))]);
  expect((await readListedNodes(storage.tables, 'silent')).get('a')?.facts.agent).toBeUndefined();
});

it('reads every node of a cluster that fills several pages, and no other row', async () => {
  const names = Array.from({ length: 2001 }, (_, n) => `n${String(n).padStart(4, '0')}`).concat('n0999-a', 'n0999.a', 'n09990');
  const rows = [...names.map((node) => `node|${node}`), 'cluster', 'outage|n0001', 'nodf|a'];
  await writeBatch(
    fleet,
    rows.map((rowKey) => ['create', { partitionKey: 'many', rowKey }]),
  );
  expect([...(await readListedNodes(storage.tables, 'many')).keys()]).toEqual([...names].sort());
});
