import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import type { Services } from '../../src/services.ts';
import { insertOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { insertCompleted } from '../../src/tables/sweep-list.ts';
import { insertSweep } from '../../src/tables/sweep-rows.ts';
import type { OutageView } from '../../src/views/outages.ts';
import { type Page, writeCursor } from '../../src/views/paging.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { ask } from './ask.ts';
import { assess, type Condition, seedNodes } from './seed-cluster.ts';

const NOW = '2026-11-21T12:00:00Z';
const accounts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven'];
let storage: Azurite;
let services: Services;
let nth = 0;
beforeAll(async () => {
  storage = await startAzurite({ accounts });
});
afterAll(() => storage?.stop());
// Lists are of the whole fleet: each test has storage of its own.
beforeEach(() => {
  ({ services } = servicesAt(storage.connectionStringFor(accounts[nth++]!), NOW));
});

const idOf = (n: number) => `aaaaaaaa-0000-4000-8000-000000000001.rg.c${String(n).padStart(3, '0')}`;

async function walk<T>(path: string, query: Record<string, string>, between = async () => {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const { status, json } = await ask(services, `${path}?${new URLSearchParams({ ...query, ...(cursor && { cursor }) })}`);
    expect(status).toBe(200);
    const page = json as Page<T>;
    if (query.limit) expect(page.items.length).toBeLessThanOrEqual(Number(query.limit));
    items.push(...page.items);
    cursor = page.next;
    expect(++pages).toBeLessThan(200);
    await between();
  } while (cursor !== null);
  return items;
}

async function seedCluster(n: number, ...nodes: Condition[]): Promise<void> {
  await seedNodes(services, idOf(n), Object.fromEntries(nodes.map((condition, at) => [`node-${at}`, condition])));
  await assess(services, idOf(n));
}

function outageOf(cluster: number, node: string | undefined, start: string, end?: string): Outage {
  const common = { cluster: idOf(cluster), node, start, end, reason: 'ConnectionRefused' as const, message: 'it began', openedAt: start };
  return { ...common, episode: 1, episodes: [{ start, end }], startLogs: [], endLogs: [], ...nothingDelivered };
}

async function seedOutages(...outages: Outage[]): Promise<void> {
  for (const group of Map.groupBy(outages, ({ cluster }) => cluster).values())
    await writeBatch(await services.tables.open('fleet'), group.map(insertOutage));
}

const at = (minutes: number) => new Date(Date.parse(NOW) - minutes * 60_000).toISOString();

describe('clusters', () => {
  it('come each once and failures first, whatever the limit, and without the names of their nodes', async () => {
    const kinds: Condition[][] = [
      ['reachable'],
      ['unknown', 'reachable'],
      ['unreachable', 'reachable'],
      ['skipped'],
      ['unreachable', 'unreachable'],
    ];
    for (let n = 0; n < 12; n++) await seedCluster(n, ...kinds[n % kinds.length]!);
    for (const limit of ['5', '12']) {
      const items = await walk<{ cluster: string; nodes: Record<string, number> }>('clusters', { limit });
      expect(items.map(({ cluster }) => Number(cluster.slice(-3)))).toEqual([4, 9, 2, 7, 1, 6, 11, 3, 8, 0, 5, 10]);
      expect(Object.keys(items[0]!)).not.toContain('notReachable');
    }
  });

  it('come each once while others come and go between the pages', async () => {
    for (let n = 0; n < 10; n++) await seedCluster(n, 'reachable');
    let next = 100;
    const clusters = await services.tables.open('clusters');
    const items = await walk<{ cluster: string }>('clusters', { limit: '2' }, async () => {
      await seedCluster(next++, 'unreachable');
      await clusters.deleteEntity('fleet', idOf(next - 102)).catch(() => {});
    });
    const numbers = items.map(({ cluster }) => Number(cluster.slice(-3)));
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(numbers).toEqual(expect.arrayContaining([5, 6, 7, 8, 9]));
  });
});

describe('outages', () => {
  it('come each once, whatever the limit, a page newest first, and open ones alone unless all are asked for', async () => {
    const all: Outage[] = [];
    for (let cluster = 0; cluster < 12; cluster++) {
      await seedCluster(cluster, ...(cluster % 3 === 0 ? (['unreachable', 'unreachable'] as const) : (['reachable'] as const)));
      if (cluster % 3 === 0)
        all.push(outageOf(cluster, undefined, at(cluster + 5)), ...[0, 1].map((n) => outageOf(cluster, `node-${n}`, at(cluster + n))));
      all.push(outageOf(cluster, 'node-0', at(1000 + cluster), at(900)));
    }
    await seedOutages(...all);
    const ids = (outages: readonly Outage[]) => outages.map(({ cluster, node, start }) => `${cluster}|${node ?? '*'}|${start}`).sort();
    for (const limit of ['4', '1000']) {
      const open = await walk<OutageView>('outages', { limit });
      expect(open.map(({ id }) => id).sort()).toEqual(ids(all.filter(({ end }) => end === undefined)));
      const every = await walk<OutageView>('outages', { limit, state: 'all' });
      expect(every.map(({ id }) => id).sort()).toEqual(ids(all));
    }
    const { items } = (await ask(services, 'outages')).json as Page<OutageView>;
    expect(items.map(({ start }) => start)).toEqual(
      items
        .map(({ start }) => start)
        .sort()
        .reverse(),
    );
  });

  it('of one cluster are its own and those of its nodes, and a cursor of another list is refused there', async () => {
    for (const cluster of [1, 2, 3]) await seedCluster(cluster, 'reachable');
    const ofSecond = [outageOf(2, undefined, at(9), at(8)), outageOf(2, 'node-0', at(7), at(6)), outageOf(2, 'node-1', at(5), at(4))];
    await seedOutages(outageOf(1, 'node-0', at(9), at(8)), ...ofSecond, outageOf(3, 'node-0', at(9), at(8)));
    const found = await walk<OutageView>('outages', { state: 'all', cluster: idOf(2).toUpperCase(), limit: '1' });
    expect(found.map(({ subject }) => subject)).toEqual([
      { kind: 'cluster', cluster: idOf(2) },
      { kind: 'node', cluster: idOf(2), node: 'node-0' },
      { kind: 'node', cluster: idOf(2), node: 'node-1' },
    ]);
    const { next } = (await ask(services, `outages?state=all&limit=1&cluster=${idOf(2)}`)).json as Page<OutageView>;
    expect((await ask(services, `outages?state=all&limit=1&cluster=${idOf(1)}&cursor=${next}`)).status).toBe(400);
    expect((await ask(services, `outages?state=all&limit=1&cluster=${idOf(4)}`)).status).toBe(404);
  });

  it('are looked for in 64 clusters at a time, and the rest is a page further on', async () => {
    for (let cluster = 0; cluster < 70; cluster++) await seedCluster(cluster, 'reachable');
    await seedOutages(outageOf(69, 'node-0', at(50), at(40)));
    const { json } = await ask(services, 'outages?state=all');
    expect(json).toEqual({ items: [], next: expect.any(String) });
    expect(await walk('outages', { state: 'all' })).toHaveLength(1);
  });
});

describe('a cursor', () => {
  it('that was put together elsewhere is refused, whatever its key holds', async () => {
    await seedCluster(1, 'reachable');
    const forged = (row: string, cluster = idOf(1)) => writeCursor('outages', { cluster, row });
    expect((await ask(services, `outages?cursor=${forged('outage|node-0|1234567890123')}`)).status).toBe(200);
    for (const cursor of [
      ...['\ud800', 'a\u0000b', 'node 0', "' or true", '\u0085'].map((subject) => forged(`outage|${subject}|1234567890123`)),
      forged('outage|node-0|1234567890123', 'b'),
      forged('outage|node-0|1234567890123', idOf(1).toUpperCase()),
      writeCursor('clusters', [0, 0, '\ud800']),
      writeCursor('sweeps', '\ud800'),
    ]) {
      const { type } = JSON.parse((await ask(services, `outages?cursor=${cursor}`)).text);
      expect([cursor, type]).toEqual([cursor, 'urn:aks-fleet-prober:bad-cursor']);
    }
    expect((await ask(services, `clusters?cursor=${writeCursor('clusters', [0, 0, '\ud800'])}`)).status).toBe(400);
  });
});

describe('sweeps', () => {
  it('come each once and newest first, over the turn of a month, while newer ones start', async () => {
    const ids = Array.from({ length: 25 }, (_, n) =>
      new Date(Date.parse('2026-11-01T01:00:00Z') - n * 300_000).toISOString().replace('.000', ''),
    );
    for (const id of ids) await insertSweep(services.tables, id, ['s'], id);
    let next = 0;
    const items = await walk<{ id: string }>('sweeps', { limit: '4' }, async () => {
      const id = new Date(Date.parse('2026-11-02T00:00:00Z') + next++ * 300_000).toISOString().replace('.000', '');
      await insertSweep(services.tables, id, ['s'], id);
    });
    expect(items.map(({ id }) => id)).toEqual(ids);
  });
});

describe('the status page and metrics', () => {
  it('show the nodes of a cluster, those that need attention first', async () => {
    await seedCluster(1, ...Array<Condition>(70).fill('reachable'), 'unreachable');
    const page = (await ask(services, `status/clusters/${idOf(1)}`)).text;
    const list = page.slice(page.indexOf('id="nodes"'));
    expect(list.indexOf('node-70')).toBeGreaterThan(0);
    expect(list.indexOf('node-70')).toBeLessThan(list.indexOf('node-0<'));
    expect(list).toContain('<summary>70 healthy</summary>');
    expect(list).toContain('And 10 more in the map above.');
  });

  it('say of a cluster of which not all nodes are shown what is true of all', async () => {
    await seedCluster(2, ...Array<Condition>(600).fill('reachable'));
    await seedCluster(3, ...Array<Condition>(500).fill('reachable'), ...Array<Condition>(150).fill('unreachable'));
    const pageOf = async (n: number, query = '') => (await ask(services, `status/clusters/${idOf(n)}${query}`)).text;
    expect(await pageOf(2)).toContain('of 600 healthy</summary>');
    expect(await pageOf(3)).toContain('150 of 650 need attention');
    const [, cursor] = /href="[^"]*[?&]cursor=([\w-]+)/.exec(await pageOf(3))!;
    const second = await pageOf(3, `?cursor=${cursor}`);
    expect(second).toContain('150 of 650 need attention');
    expect(second).not.toContain('none needs attention');
  });

  it('never say of one page of a list that nothing is open', async () => {
    await seedCluster(4, 'unreachable', 'unreachable', 'unreachable');
    const open = [0, 1, 2].map((n) => outageOf(4, `node-${n}`, at(5 + n)));
    await seedOutages(...open);
    const first = (await ask(services, 'status/outages?limit=1')).text;
    expect(first).toContain('<h1>1 or more outages open</h1>');
    const [, cursor] = /href="[^"]*(?:\?|&amp;)cursor=([\w-]+)/.exec(first)!;
    expect((await ask(services, `status/outages?limit=1&cursor=${cursor}`)).text).toContain('or more outages open</h1>');
  });

  it('escape what Azure and nodes say', async () => {
    const evil = '"><script>alert(1)</script>\n# EOF\\';
    await seedCluster(1, 'unreachable');
    const clusters = await services.tables.open('clusters');
    await clusters.updateEntity({ partitionKey: 'fleet', rowKey: idOf(1), region: evil, name: evil, openOutages: 1 }, 'Merge');
    const pace = await services.tables.open('pace');
    await pace.upsertEntity({ partitionKey: 'sub"', rowKey: evil.replace(/[\\/#\n]/g, ''), nextFree: NOW }, 'Replace');
    await seedOutages({ ...outageOf(1, 'node-0', at(5)), message: evil });
    await insertSweep(services.tables, '2026-11-21T11:55:00Z', ['s'], '2026-11-21T11:55:01Z');
    const ledger = {
      known: 1,
      reachable: 0,
      notServed: 0,
      unreachable: 1,
      unknown: 0,
      notProbed: 0,
      byReason: {},
      unknownByReason: {},
      armRequests: 0,
    };
    const line = {
      sweep: '2026-11-21T11:55:00Z',
      startedAt: '2026-11-21T11:55:01Z',
      completedAt: '2026-11-21T11:56:00Z',
      ledger,
    };
    await insertCompleted(services.tables, { ...line, warnings: [evil] });

    const page = (await ask(services, 'status')).text;
    expect(page).toContain('&quot;&gt;&lt;script&gt;');
    expect(page.match(/<script>/g)).toHaveLength(1);

    const { text } = await ask(services, 'metrics');
    expect(text.match(/^# EOF$/gm)).toHaveLength(1);
    for (const each of text.trimEnd().split('\n'))
      expect(each).toMatch(/^(# (HELP|TYPE|UNIT) \w+ .+|# EOF|\w+(\{(\w+="([^"\\\n]|\\["\\n])*",?)*\})? -?[\d.e+]+)$/);
  });
});
