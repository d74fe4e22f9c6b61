import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { type FirstFailure, spread } from '../../../src/history/confirmations.ts';
import { noBuckets } from '../../../src/history/sweep-buckets.ts';
import { sumWatched } from '../../../src/history/watched.ts';
import type { ClusterFacts } from '../../../src/model/cluster-facts.ts';
import type { Services } from '../../../src/services.ts';
import { grantConfirmations } from '../../../src/sweep/run/grant-confirmations.ts';
import { type OwnClusterRow, putCluster } from '../../../src/tables/cluster-rows.ts';
import { writeBatch } from '../../../src/tables/rows.ts';
import { insertSubscription } from '../../../src/tables/sweep-rows.ts';
import { bareCluster } from '../bare-cluster.ts';
import { servicesAt } from '../services-at.ts';

const start = '2026-11-21T09:35:00.000Z';
const sweep = '2026-11-21T09:35:00Z';

let azurite: Azurite;
let services: Services;
let cluster: string;
beforeAll(async () => {
  azurite = await startAzurite();
  ({ services } = servicesAt(azurite.connectionString, start));
});
afterAll(() => azurite.stop());
beforeEach(() => {
  cluster = `${randomUUID()}.rg.shop`;
});

const failure = (n: number, more: Partial<FirstFailure> = {}): FirstFailure => ({
  node: `aks-web-vmss${String(n).padStart(6, '0')}`,
  pool: 'web',
  nonce: n.toString(16).padStart(16, '0'),
  ...more,
});
const failures = (count: number, from = 0, more: Partial<FirstFailure> = {}) =>
  Array.from({ length: count }, (_, n) => failure(from + n, more));
const grant = (slice: string, failed: readonly FirstFailure[], by = services, of = sweep) =>
  grantConfirmations(by, of, cluster, slice, failed);
const poolOf = (name: string, changing: boolean) => ({ name, changing, excluded: false, stopped: false });
const count = (granted: Record<string, string>) => Object.keys(granted).length;

describe('grantConfirmations', () => {
  it('grants what fails for the first time, by the nonce of its failure', async () => {
    const failed = failures(3);
    expect(await grant('0', failed)).toEqual(Object.fromEntries(failed.map(({ node, nonce }) => [node, nonce])));
    expect(await grant('0', [])).toEqual({});
  });

  it.each<[string, Partial<ClusterFacts>, string[]]>([
    ['its cluster is upgraded', { upgrading: true }, []],
    ['its pool is changed', { pools: [poolOf('web', true), poolOf('api', false)] }, ['api']],
    ['nothing is changed', { pools: [poolOf('web', false), poolOf('api', false)] }, ['web', 'api']],
  ])('leaves a node to the next sweep where %s: it may just be drained, reimaged or deleted', async (_, more, pools) => {
    const facts = {
      upgrading: false,
      listed: true,
      restricted: false,
      pools: [],
      nodeResourceGroup: 'MC',
      region: 'x',
      version: '1',
      ...more,
    };
    const named = { cluster, resourceGroup: 'rg', name: 'shop' };
    await insertSubscription(
      services.tables,
      sweep,
      { subscription: cluster.slice(0, 36), matched: [] },
      [{ ...facts, ...named }],
      () => {},
    );
    const failed = [failure(1), failure(2, { pool: 'api' })];
    const granted = await grant('0', failed);
    expect(failed.filter(({ node }) => node in granted).map(({ pool }) => pool)).toEqual(pools);
  });

  it('grants at most 10 of a slice', async () => {
    expect(count(await grant('0', failures(50)))).toBe(10);
    expect(count(await grant('0', failures(50, 50)))).toBe(0);
    expect(count(await grant('1', failures(50, 100)))).toBe(10);
  });

  it('grants at most 50 of a cluster and sweep, and as many in the next', async () => {
    let all = 0;
    for (let slice = 0; slice < 8; slice++) all += count(await grant(String(slice), failures(9, slice * 9)));
    expect(all).toBe(50);
    expect(count(await grant('0', failures(50), services, '2026-11-21T09:40:00Z'))).toBe(10);
    cluster = `${cluster}x`;
    expect(count(await grant('0', failures(50)))).toBe(10);
  });

  it('grants the same failures again where they are asked for twice, and no other in their place', async () => {
    const failed = failures(30);
    const first = await grant('0', failed);
    expect(await grant('0', failed)).toEqual(first);
    expect(await grant('0', [...failed].reverse())).toEqual(first);
  });

  it('grants a node once in a sweep: its next failure tells by itself', async () => {
    await grant('0', failures(1));
    expect(
      await grant(
        '0',
        failures(1).map((each) => ({ ...each, nonce: 'ffffffffffffffff' })),
      ),
    ).toEqual({});
  });

  it('grants nothing while the cluster itself is in an outage, and again once that is over', async () => {
    const outage = { outage: start, episode: 1, from: start, reason: 'DnsTimeout' as const };
    const row: OwnClusterRow = {
      ...bareCluster({
        cluster,
        subscriptionId: '',
        resourceGroup: 'rg',
        name: 'shop',
        outage: { outage },
        assessedAt: start,
        sweep,
        assessAt: start,
      }),
      outageDays: {},
      forgotten: sumWatched([]),
      buckets: noBuckets,
      places: [],
    };
    const fleet = await services.tables.open('fleet');
    await writeBatch(fleet, [putCluster(row, undefined)]);
    expect(await grant('0', failures(3))).toEqual({});
    await fleet.updateEntity({ partitionKey: cluster, rowKey: 'cluster', outage: JSON.stringify({ outage: { ...outage, end: start } }) });
    expect(count(await grant('0', failures(3)))).toBe(3);
  });

  it('never grants more than 50 to many slices at once, nor more than 10 to one', async () => {
    // Its row is there already: nobody waits for another to make it.
    await grant('0', failures(1));
    const slices = Array.from({ length: 7 }, (_, n) => String(n));
    const processes = slices.map(() => servicesAt(azurite.connectionString, start).services);
    for (const { tables } of processes) for (const name of ['fleet', 'sweeps'] as const) await tables.open(name);
    const asked = slices.map((slice, n) => grant(slice, failures(20, n * 20), processes[n]!));
    const settled = (await Promise.allSettled(asked)).flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const again = await Promise.all(slices.map((slice, n) => grant(slice, failures(20, n * 20))));
    expect(again.map(count).reduce((all, each) => all + each)).toBe(50);
    for (const each of [...settled, ...again]) expect(count(each)).toBeLessThanOrEqual(10);
    const rows = new Set([...settled, ...again].flatMap((each) => Object.keys(each)));
    expect(rows.size).toBe(50);
  });

  it('gives two deliveries of the same slice at once the same grants', async () => {
    const [a, b] = await Promise.all([grant('0', failures(30)), grant('0', failures(30))]);
    expect(a).toEqual(b);
    expect(count(a!)).toBe(10);
  });

  it('grants anew, with a warning, where what was granted cannot be read', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const sweeps = await services.tables.open('sweeps');
    await sweeps.createEntity({ partitionKey: `${sweep}|${cluster}`, rowKey: 'confirmations', granted: '{"a":1' });
    expect(count(await grant('0', failures(3)))).toBe(3);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it('spreads what it grants over pools and zones', async () => {
    const failed = [
      ...failures(30, 0, { pool: 'web', zone: '1' }),
      ...failures(2, 30, { pool: 'web', zone: '2' }),
      ...failures(1, 32, { pool: 'jobs' }),
    ];
    const granted = await grant('0', failed);
    const places = Map.groupBy(
      failed.filter(({ node }) => granted[node]),
      ({ pool, zone }) => `${pool}${zone ?? ''}`,
    );
    expect([...places].map(([place, own]) => [place, own.length])).toEqual([
      ['web1', 7],
      ['web2', 2],
      ['jobs', 1],
    ]);
  });
});

describe('spread', () => {
  const place = fc.record({ pool: fc.constantFrom('web', 'jobs', 'gpu'), zone: fc.constantFrom('1', '2', undefined) });
  const any = fc.array(place, { maxLength: 40 }).map((places) => places.map((each, n) => failure(n, each)));

  it('keeps every node, once', () => {
    fc.assert(
      fc.property(any, (failed) => {
        expect(spread(failed).toSorted(byNode)).toEqual(failed.toSorted(byNode));
      }),
    );
  });

  it('takes no second node of a place before each place had its first, for any number of them', () => {
    fc.assert(
      fc.property(any, fc.nat(40), (failed, most) => {
        const placeOf = ({ pool, zone }: FirstFailure) => `${pool}|${zone}`;
        const sizes = Map.groupBy(failed, placeOf);
        const taken = Map.groupBy(spread(failed).slice(0, most), placeOf);
        const shares = [...sizes].map(([own, all]) => ({ own: taken.get(own)?.length ?? 0, all: all.length }));
        const most1 = Math.max(0, ...shares.map(({ own }) => own));
        for (const { own, all } of shares) expect(own).toBeGreaterThanOrEqual(Math.min(all, most1 - 1));
      }),
    );
  });
});

function byNode(a: FirstFailure, b: FirstFailure): number {
  return a.node < b.node ? -1 : 1;
}
