import { TableServiceClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handlePoison } from '../../src/housekeeping/handle-poison.ts';
import { WORK_QUEUE } from '../../src/services.ts';
import { doWork } from '../../src/sweep/work.ts';
import { listSweeps } from '../../src/tables/sweep-list.ts';
import { openSweepWorld, type SweepWorld } from './sweep-world.ts';

const watched = 'aaaaaaaa-0000-4000-8000-000000000001';
const unwatched = 'aaaaaaaa-0000-4000-8000-000000000002';
const shop = `${watched}.rg-shop.shop`;
const NEVER = '9999-12-31T23:55:00Z';

let world: SweepWorld;
let queue: QueueClient;
let sweep: string;
let nodes: string[];
beforeAll(async () => {
  const cluster = {
    name: 'shop',
    resourceGroup: 'rg-shop',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'web', count: 3 }],
  };
  const fleet = {
    subscriptions: [
      { id: watched, name: 'One', clusters: [cluster] },
      { id: unwatched, name: 'Two', clusters: [{ ...cluster, name: 'far', resourceGroup: 'rg-far' }] },
    ],
  };
  world = await openSweepWorld(fleet, { SUBSCRIPTIONS: watched });
  ({ sweep } = await world.sweep());
  nodes = Object.keys(await world.outcomes(shop));
  queue = new QueueClient(world.services().settings.AzureWebJobsStorage!, WORK_QUEUE);
}, 60_000);
afterAll(() => world.stop());
beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await queue.clearMessages();
  return () => vi.restoreAllMocks();
});

/** All rows of all tables but those of poison, and how many messages there are. */
async function seeAll(): Promise<Record<string, unknown>> {
  const { settings } = world.services();
  const account = TableServiceClient.fromConnectionString(settings.AzureWebJobsStorage!, { allowInsecureConnection: true });
  const seen: Record<string, unknown> = { messages: (await queue.getProperties()).approximateMessagesCount };
  for await (const { name } of account.listTables()) {
    if (name === undefined || name === 'poison') continue;
    const rows: unknown[] = [];
    for await (const row of (await world.services().tables.open(name as 'fleet')).listEntities()) {
      const { etag: _, timestamp: __, ...stored } = row;
      // That it came is counted.
      if (!(stored.partitionKey === 'totals' && stored.rowKey === 'errors')) rows.push(stored);
    }
    if (rows.length > 0) seen[name] = rows;
  }
  return seen;
}

/** Has a message done as the host does: three times, then by the function that settles poison. */
async function deliver(raw: unknown): Promise<'done' | 'poison'> {
  for (let time = 1; time <= 3; time++)
    try {
      await doWork(world.services(), raw);
      return 'done';
    } catch {
      // Again.
    }
  await handlePoison(world.services(), raw);
  return 'poison';
}

const soon = () => new Date(world.services().now().getTime() + 60_000).toISOString();
const message = (kind: string, more: object) => ({ v: 1, kind, sweep, deadline: soon(), ...more });
const slice = () => ({ cluster: shop, slice: '0', nodes });
const due = () => world.services().now().toISOString();

describe('a message that is not of this fleet', () => {
  const forged: [string, () => object][] = [
    ['an assessment of a cluster out of scope', () => message('assess-cluster', { cluster: `${unwatched}.rg-far.far`, assessAt: due() })],
    [
      'an assessment of a cluster that is nowhere',
      () => message('assess-cluster', { cluster: `${watched}.rg-shop.none`, assessAt: due() }),
    ],
    ['an assessment for the year 9999', () => message('assess-cluster', { cluster: shop, assessAt: '9999-12-31T23:59:59.000Z' })],
    ['an assessment in a sweep of the year 9999', () => message('assess-cluster', { cluster: shop, sweep: NEVER, assessAt: due() })],
    ['the list of a subscription out of scope', () => message('list-clusters', { subscription: unwatched })],
    ['the list of a sweep that never was', () => message('list-clusters', { subscription: watched, sweep: NEVER })],
    ['the expansion of a cluster out of scope', () => message('expand-cluster', { cluster: `${unwatched}.rg-far.far` })],
    ['the start of a slice without a plan', () => message('start-slice', { ...slice(), cluster: `${unwatched}.rg-far.far` })],
    ['the collection of a slice without a plan', () => message('collect-slice', { ...slice(), sweep: NEVER })],
    ['the start of a sweep of the year 9999', () => message('start-sweep', { sweep: NEVER })],
    ['the start of a sweep between two turns', () => message('start-sweep', { sweep: sweep.replace(/..Z$/, '17Z') })],
    ['the start of a sweep of yesterday', () => message('start-sweep', { sweep: daysAgo(1) })],
    [
      'the start of a sweep by hand that nobody asked for',
      () => message('start-sweep', { sweep: sweep.replace(/..Z$/, '17Z'), starter: 'person' }),
    ],
    ['a stand-in for the sweep of the year 9999', () => message('start-sweep', { sweep: NEVER, starter: 'close-sweep' })],
    ['a stand-in for a sweep of yesterday', () => message('start-sweep', { sweep: daysAgo(1), starter: 'request' })],
    ['a stand-in for a sweep that has begun', () => message('start-sweep', { starter: 'close-sweep' })],
    ['the start of a sweep by somebody else', () => message('start-sweep', { starter: 'somebody' })],
    ['the end of a sweep of the year 9999', () => message('close-sweep', { sweep: NEVER })],
    ['the end of a sweep between two turns', () => message('close-sweep', { sweep: sweep.replace(/..Z$/, '17Z') })],
    ['a check that nobody asked for', () => ({ v: 1, kind: 'check', check: '2026-11-21-0123456789abcdef', deadline: soon() })],
    [
      'a newer version with a deadline in the year 9999',
      () => ({ ...message('assess-cluster', {}), v: 2, deadline: '9999-12-31T23:59:59.000Z' }),
    ],
    ['a collection with a deadline in the year 9999', () => message('collect-slice', { ...slice(), deadline: '9999-12-31T23:59:59.000Z' })],
  ];
  const daysAgo = (days: number) => new Date(Date.parse(sweep) - days * 86_400_000).toISOString().replace('.000Z', 'Z');

  it.each(forged)('changes nothing and does not circulate: %s', async (_, make) => {
    const before = await seeAll();
    await deliver(make());
    expect(await seeAll()).toEqual(before);
  });

  it('is kept among the poison, and no outcome of anything is made of it', async () => {
    expect(await deliver(message('assess-cluster', { cluster: `${unwatched}.rg-far.far`, assessAt: due() }))).toBe('poison');
    const kept: string[] = [];
    for await (const { message: text } of (await world.services().tables.open('poison')).listEntities()) kept.push(String(text));
    expect(kept.some((text) => text.includes('rg-far.far'))).toBe(true);
  });
});

it('any JSON on the queue leaves the tables and the queue as they were', async () => {
  const before = await seeAll();
  const other = `${unwatched}.rg-far.far`;
  // Of each message at least one field leads nowhere.
  const time = fc.constantFrom(NEVER, '1970-01-01T00:00:00Z', sweep.replace(/..Z$/, '17Z'), sweep.replace('T', ' '), '');
  const field = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(other, `${watched}.rg-shop.none`, unwatched, NEVER, '') }, fc.jsonValue());
  const deadline = fc.constantFrom(soon(), soon(), soon(), NEVER, '1970-01-01T00:00:00Z');
  const names = fc.oneof(fc.constant(nodes), fc.array(fc.constantFrom(...nodes, 'nobody'), { maxLength: 3 }), fc.jsonValue());
  const kind = fc.constantFrom(
    'start-sweep',
    'list-clusters',
    'expand-cluster',
    'start-slice',
    'collect-slice',
    'assess-cluster',
    'close-sweep',
    'check',
    'dance',
  );
  const absurd = fc.record({
    v: fc.constantFrom(1, 0),
    kind,
    deadline,
    sweep: time,
    cluster: fc.constantFrom(shop, other),
    subscription: fc.constantFrom(watched, unwatched),
    slice: fc.constantFrom('0', '1', '0.r1', '0.s1_01234567', 'x'),
    nodes: names,
    assessAt: fc.constantFrom(due(), NEVER),
    check: fc.constantFrom('2026-11-21-0123456789abcdef', 'x'),
  });
  const foreign = fc.record({
    v: fc.constantFrom(1, 2, 99, '1'),
    kind,
    deadline: fc.constant(NEVER),
    sweep: fc.constantFrom(sweep, NEVER),
    cluster: field,
    subscription: field,
    nodes: names,
    slice: field,
  });
  const FIELDS: Record<string, string[]> = {
    'list-clusters': ['sweep', 'subscription'],
    'expand-cluster': ['sweep', 'cluster'],
    'start-slice': ['sweep', 'cluster', 'slice', 'nodes'],
    'collect-slice': ['sweep', 'cluster', 'slice', 'nodes'],
    'assess-cluster': ['sweep', 'cluster', 'assessAt'],
    check: ['check'],
  };
  const shaped = absurd.map(({ v, kind: each, deadline: until, ...rest }) => {
    const own = Object.entries(rest).filter(([name]) => (FIELDS[each] ?? ['sweep']).includes(name));
    return { v, kind: each, deadline: until, ...Object.fromEntries(own) };
  });
  const any = fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 4, arbitrary: shaped }, { weight: 2, arbitrary: foreign });
  const kinds = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(any, async (raw) => {
      const kindOf = (raw as { kind?: unknown } | null)?.kind;
      kinds.add(kindOf);
      await deliver(raw);
      expect(await seeAll()).toEqual(before);
    }),
    { numRuns: 150 },
  );
  expect(kinds.size).toBeGreaterThan(8);
  expect(await listSweeps(world.services().tables, world.services().now(), 5)).toHaveLength(1);
}, 120_000);
