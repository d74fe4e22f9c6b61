import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../src/services.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { Page } from '../../src/views/paging.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

let storage: Storage;
let services: Services;
let clusters = 0;
beforeAll(async () => {
  storage = await startStorage();
  ({ services } = servicesAt(storage.connectionString, '2026-11-21T12:00:00Z'));
});
afterAll(() => storage?.stop());

const newCluster = () => `aaaaaaaa-0000-4000-8000-000000000001.rg.c${++clusters}`;
const nameOf = (n: number) => `aks-web-32021725-vmss${n.toString(36).padStart(6, '0')}`;

async function pageOf(cluster: string, query: Record<string, string>): Promise<Page<NodeView>> {
  const { status, json } = await ask(services, `clusters/${cluster}/nodes?${new URLSearchParams(query)}`);
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json as Page<NodeView>;
}

/** All pages of who follows `next` to its end; `between` happens after each page. */
async function walk(cluster: string, query: Record<string, string>, between: (page: number) => Promise<void> = async () => {}) {
  const pages: NodeView[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page<NodeView> = await pageOf(cluster, { ...query, ...(cursor && { cursor }) });
    pages.push(page.items);
    cursor = page.next;
    if (pages.length > 200) throw new Error('the pages never end');
    await between(pages.length);
  } while (cursor !== null);
  return pages;
}

const namesOf = (pages: readonly (readonly NodeView[])[]) => pages.flat().map(({ node }) => node);
const conditions: Condition[] = ['reachable', 'unreachable', 'unknown', 'stale', 'skipped', 'fresh', 'retired', 'notServed'];
const fleet = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.constant<Condition>('reachable') }, { weight: 3, arbitrary: fc.constantFrom(...conditions) }),
  { minLength: 1, maxLength: 60 },
);
const toNodes = (all: readonly Condition[]) => Object.fromEntries(all.map((condition, n) => [nameOf(n), condition]));
const listed = (nodes: Record<string, Condition>) => Object.keys(nodes).filter((name) => nodes[name] !== 'retired');
const isBad = ({ verdict }: NodeView) => verdict === 'unreachable' || verdict === 'unknown';

describe('the list of nodes', () => {
  it('gives each node once and failures first to whoever follows the cursors, whatever the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, fc.integer({ min: 1, max: 25 }), async (all, limit) => {
        const [cluster, nodes] = [newCluster(), toNodes(all)];
        await seedNodes(services, cluster, nodes);
        await assess(services, cluster);
        const pages = await walk(cluster, { limit: String(limit) });
        expect(namesOf(pages).sort()).toEqual(listed(nodes));
        const bad = pages.flat().map(isBad);
        expect(bad.indexOf(false) === -1 || bad.lastIndexOf(true) < bad.indexOf(false)).toBe(true);
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 25 },
    );
  });

  it('gives those that are not served before the other ones that are reachable, on whatever page', async () => {
    const cluster = newCluster();
    const all: Condition[] = [...Array(8).fill('served'), 'notServed', 'unreachable', 'served', 'notServed'];
    await seedNodes(services, cluster, toNodes(all));
    await assess(services, cluster);
    const [first] = await walk(cluster, { limit: '3' });
    expect(first!.map(({ node, served }) => [node, served])).toEqual([
      [nameOf(9), null],
      [nameOf(8), false],
      [nameOf(11), false],
    ]);
    expect(namesOf(await walk(cluster, { limit: '3' })).sort()).toEqual(all.map((_, n) => nameOf(n)));
  });

  it('gives each node once though nodes fall ill, recover, come and go and are assessed between the pages', async () => {
    const change = fc.record({ node: fc.nat(59), to: fc.constantFrom(...conditions), assessed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fleet, fc.integer({ min: 1, max: 12 }), fc.array(change, { maxLength: 12 }), async (all, limit, changes) => {
        const [cluster, nodes] = [newCluster(), toNodes(all)];
        await seedNodes(services, cluster, nodes);
        await assess(services, cluster);
        const lasting = new Set(listed(nodes));
        const pages = await walk(cluster, { limit: String(limit) }, async () => {
          const next = changes.shift();
          if (next === undefined) return;
          const name = nameOf(next.node);
          if (next.to === 'retired') lasting.delete(name);
          await seedNodes(services, cluster, { [name]: next.to });
          if (next.assessed) await assess(services, cluster);
        });
        const names = namesOf(pages);
        expect(names).toHaveLength(new Set(names).size);
        expect([...lasting].filter((name) => !names.includes(name))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('gives with ?reachable= exactly the nodes that have this status now, by the rule that every view has', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, fc.integer({ min: 1, max: 25 }), async (all, limit) => {
        const [cluster, nodes] = [newCluster(), toNodes(all)];
        await seedNodes(services, cluster, nodes);
        await assess(services, cluster);
        const of = (...wanted: Condition[]) => listed(nodes).filter((name) => wanted.includes(nodes[name]!));
        const expected = {
          True: of('reachable', 'notServed'),
          False: of('unreachable'),
          Unknown: of('unknown', 'stale', 'skipped', 'fresh'),
        };
        for (const [reachable, names] of Object.entries(expected))
          expect(namesOf(await walk(cluster, { limit: String(limit), reachable })).sort()).toEqual(names);
      }),
      { numRuns: 10 },
    );
  });

  it('remembers 500 failing nodes in a cursor that fits into a URL of Azure Functions', async () => {
    const cluster = newCluster();
    const nodes = toNodes(Array.from({ length: 1100 }, (_, n) => (n % 2 === 0 ? 'unreachable' : 'reachable')));
    await seedNodes(services, cluster, nodes);
    await assess(services, cluster);
    const cursors: string[] = [];
    let cursor: string | null = null;
    const seen: NodeView[] = [];
    do {
      const page: Page<NodeView> = await pageOf(cluster, { limit: '250', ...(cursor && { cursor }) });
      seen.push(...page.items);
      cursor = page.next;
      if (cursor !== null) cursors.push(cursor);
    } while (cursor !== null);
    expect(seen.slice(0, 500).every(isBad)).toBe(true);
    expect(new Set(seen.map(({ node }) => node)).size).toBe(1100);
    expect(Math.max(...cursors.map(({ length }) => length))).toBeLessThan(2800);
  });

  it('keeps its cursor short for names that nothing shortens, and still gives each node once', async () => {
    const cluster = newCluster();
    let seed = 1;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed.toString(36);
    };
    const names = Array.from({ length: 300 }, () => `n${Array.from({ length: 10 }, random).join('')}`);
    await seedNodes(services, cluster, Object.fromEntries(names.map((name) => [name, 'unreachable' as const])));
    await assess(services, cluster);
    const first = await pageOf(cluster, { limit: '200' });
    expect(first.next!.length).toBeLessThan(3600);
    expect(namesOf(await walk(cluster, { limit: '200' })).sort()).toEqual(names.sort());
  });

  it('is empty for a cluster without nodes, and a problem for one that nobody knows', async () => {
    const cluster = newCluster();
    expect((await ask(services, `clusters/${cluster}/nodes`)).status).toBe(404);
    await assess(services, cluster);
    expect(await pageOf(cluster, {})).toEqual({ items: [], next: null });
    expect(await pageOf(cluster, { reachable: 'False' })).toEqual({ items: [], next: null });
  });

  it('refuses the cursor of another list', async () => {
    const [cluster, other] = [newCluster(), newCluster()];
    for (const each of [cluster, other]) {
      await seedNodes(services, each, toNodes(['reachable', 'reachable', 'reachable']));
      await assess(services, each);
    }
    const { next } = (await ask(services, 'clusters?limit=1')).json as Page<object>;
    expect((await ask(services, `clusters/${cluster}/nodes?cursor=${next}`)).status).toBe(400);
  });
});
