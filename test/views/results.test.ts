import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestFirst, resultsTableOf } from '../../src/tables/open-tables.ts';
import { writeResults } from '../../src/tables/result-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import type { Page } from '../../src/views/paging.ts';
import { ask } from '../http/ask.ts';
import { seedNodes } from '../http/seed-cluster.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg.one';
const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-21T12:00:00Z');

let storage: Storage;
let world: ReturnType<typeof servicesAt>;
beforeAll(async () => {
  storage = await startStorage();
  world = servicesAt(storage.connectionString, new Date(NOW).toISOString(), { RETENTION_DAYS: '36' });
  await seedNodes(world.services, cluster, { 'node-a': 'reachable', 'node-ab': 'reachable', old: 'retired' });
  // Two a day of 40, which are more tables than one request looks at; and those of a node whose name goes on from the other's.
  for (let day = 0; day < 40; day++) {
    const times = [0, 1].map((hour) => new Date(NOW - day * DAY_MS - hour * 3_600_000).toISOString());
    const rows = ['node-a', 'node-ab'].flatMap((node) =>
      times.map((at, n) => ({
        partitionKey: cluster,
        rowKey: `${node}|${newestFirst(at)}|000000000000000${n}`,
        ...{ node, verdict: n === 1 ? 'unreachable' : 'reachable', reason: n === 1 ? 'ConnectionRefused' : 'Reachable', at },
        ...{ stage: 'none', message: `${node} at ${at}`, latencyMs: n === 1 ? -1 : 20, sweep: at, evidence: n === 1 ? 'tcp=refused' : '' },
      })),
    );
    const table = await world.services.tables.open(resultsTableOf(times[0]!));
    await writeBatch(
      table,
      rows.map((row) => ['upsert', row, 'Replace']),
    );
  }
});
afterAll(() => storage?.stop());

type Result = { time: string; message: string; verdict: string };
const path = (query: Record<string, string>, node = 'node-a') => `clusters/${cluster}/nodes/${node}/results?${new URLSearchParams(query)}`;

async function walk(query: Record<string, string>, node?: string): Promise<Page<Result>[]> {
  const pages: Page<Result>[] = [];
  let cursor: string | null = null;
  do {
    const { json, status } = await ask(world.services, path({ ...query, ...(cursor && { cursor }) }, node));
    expect(status).toBe(200);
    pages.push(json as Page<Result>);
    cursor = pages.at(-1)!.next;
  } while (cursor !== null && pages.length < 100);
  return pages;
}

describe('the results of a node', () => {
  it.each(['7', '1000'])('come each once and newest first over all days that are kept, %s a page', async (limit) => {
    const items = (await walk({ limit })).flatMap((page) => page.items);
    // On the day at whose noon retention begins, the one of noon.
    expect(items).toHaveLength(36 * 2 + 1);
    const times = items.map(({ time }) => time);
    expect(times).toEqual([...new Set(times)].sort().reverse());
    expect(items.every(({ message }) => message.startsWith('node-a at'))).toBe(true);
  });

  it('begin at ?since=, whether that is a day or a moment', async () => {
    const timesSince = async (since: string) => (await walk({ since })).flatMap(({ items }) => items.map(({ time }) => time));
    expect(await timesSince('2026-11-21T11:00:00Z')).toEqual(['2026-11-21T12:00:00.000Z', '2026-11-21T11:00:00.000Z']);
    expect(await timesSince('2026-11-21T12:30:00+01:00')).toEqual(['2026-11-21T12:00:00.000Z']);
    expect(await timesSince('2026-11-19')).toHaveLength(6);
    expect(await timesSince('2027-01-01')).toEqual([]);
    // Not before retention, though a table may be left from then.
    expect(await timesSince('2020-01-01')).toHaveLength(36 * 2 + 1);
  });

  it('make no table for days that have none', async () => {
    const before = await world.services.tables.dated('results');
    await walk({ limit: '7' });
    expect(await world.services.tables.dated('results')).toEqual(before);
  });

  it('stay where they are while newer ones come', async () => {
    const first = (await ask(world.services, path({ limit: '2' }))).json as Page<Result>;
    const at = new Date(NOW + 60_000).toISOString();
    const table = await world.services.tables.open(resultsTableOf(at));
    const rowKey = `node-a|${newestFirst(at)}|ffffffffffffffff`;
    await table.upsertEntity({ partitionKey: cluster, rowKey, verdict: 'reachable', reason: 'Reachable' }, 'Replace');
    const second = (await ask(world.services, path({ limit: '2', cursor: first.next! }))).json as Page<Result>;
    expect(second.items.map(({ time }) => time)).toEqual(['2026-11-20T12:00:00.000Z', '2026-11-20T11:00:00.000Z']);
    await table.deleteEntity(cluster, rowKey);
  });

  it('say whether the node was served, and keep what it said where it was not', async () => {
    const at = new Date(NOW + 120_000).toISOString();
    const served = { ok: false, reason: 'EtcdUnavailable', message: 'etcd does not answer' } as const;
    const common = { verdict: 'reachable', reason: 'Reachable', message: 'v1.33.5', run: 'f', sweep: 's', at } as const;
    await writeResults(world.services.tables, cluster, [
      { node: 'node-new', result: { ...common, nonce: '1', served }, evidence: 'readyz=500' },
      { node: 'node-new', result: { ...common, nonce: '2', served: { ok: true } }, evidence: 'node=200' },
      { node: 'node-new', result: { ...common, nonce: '3' }, evidence: 'server=v1.33.5' },
    ]);
    await seedNodes(world.services, cluster, { 'node-new': 'reachable' });
    const { items } = (await ask(world.services, path({ limit: '3' }, 'node-new'))).json as Page<Result>;
    expect(items).toMatchObject([
      { served: false, notServed: { reason: 'EtcdUnavailable', message: 'etcd does not answer' }, evidence: 'readyz=500' },
      { served: true, notServed: null, evidence: null },
      { served: null, notServed: null, evidence: null },
    ]);
  });

  it('are there for a retired node, and a problem for one that nobody knows', async () => {
    // There are more days than one request looks at.
    expect((await ask(world.services, path({}, 'old'))).json).toEqual({ items: [], next: expect.any(String) });
    expect(await walk({}, 'old')).toHaveLength(2);
    expect((await ask(world.services, path({}, 'nobody'))).status).toBe(404);
  });
});
