import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import type { Starter } from '../../src/model/starter.ts';
import type { Services } from '../../src/services.ts';
import { blindRows } from '../../src/tables/blind-rows.ts';
import { insertCompleted } from '../../src/tables/sweep-list.ts';
import { insertFinalized, insertSubscription, insertSweep } from '../../src/tables/sweep-rows.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { INCIDENT, seedIncident } from '../http/seed-incident.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';

const NOW = '2026-11-21T12:00:00Z';
const SINCE = '2026-11-21T11:50:00Z';
const sub = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = 'aaaaaaaa-0000-4000-8000-000000000002';
const cluster = `${sub}.rg.shop`;
const accounts = Array.from({ length: 30 }, (_, n) => `account${n}`);
let storage: Azurite;
let services: Services;
let clock: Clock;
let nth = 0;
beforeAll(async () => {
  storage = await startAzurite({ accounts });
});
afterAll(() => storage?.stop());
// Pages are of the whole fleet: each test has storage of its own.
beforeEach(() => {
  ({ services, clock } = servicesAt(storage.connectionStringFor(accounts[nth++]!), NOW));
});

/** A fleet of one cluster, whose last sweep came to a ledger. */
async function seed(
  ledger: Partial<Ledger>,
  nodes: readonly Condition[] = ['reachable', 'reachable', 'reachable', 'reachable'],
  gap = false,
  starter: Starter = 'timer',
) {
  if (nodes.length > 0) {
    await seedNodes(services, cluster, Object.fromEntries(nodes.map((condition, at) => [`node-${at}`, condition])));
    await assess(services, cluster);
  }
  const whole: Ledger = { ...emptyLedger, ...ledger };
  await insertSweep(services.tables, NOW, [sub, other], NOW, { starter });
  await insertSubscription(services.tables, NOW, { subscription: sub, matched: ['*'] }, []);
  await insertSubscription(services.tables, NOW, { subscription: other, matched: [], gap: gap ? 'SubscriptionUnreadable' : undefined }, []);
  await insertFinalized(services.tables, NOW, cluster, whole, NOW);
  await insertCompleted(services.tables, {
    sweep: NOW,
    startedAt: NOW,
    completedAt: NOW,
    starter,
    ledger: whole,
    warnings: [],
  });
}
const blind = async (subject: string) =>
  blindRows.put(services.tables, {
    subject,
    since: SINCE,
    unknown: 3,
    planned: 4,
    reason: 'RunCommandTimedOut',
    delivered: {},
    sweep: NOW,
  });

/** The banners of the two pages, with their colours. */
async function banners(): Promise<{ fleet: string; own: string }> {
  const bannerOf = async (path: string) => {
    const { text } = await ask(services, path);
    const found = [...text.matchAll(/<p class="banner (\w+)">(.*?)<\/p>/g)];
    return found.map(([, colour, words]) => `${colour}: ${words!.replaceAll(/<[^>]*>/g, '')}`).join(' | ');
  };
  return { fleet: await bannerOf('status'), own: await bannerOf(`status/clusters/${cluster}`) };
}
const page = async (path = `status/clusters/${cluster}`) => (await ask(services, path)).text.replaceAll(/<[^>]*>/g, '');

describe('the pages', () => {
  it('are green where all were asked and reach', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    const all = 'reachable: ● All 4 probed nodes reach their API server';
    expect(await banners()).toEqual({ fleet: all, own: all });
  });

  it('are not where half of the nodes gave no verdict, and say for what', async () => {
    await seed({ known: 4, reachable: 2, notProbed: 2, byReason: { Reachable: 2, OverBudget: 2 } });
    const half = 'unknown: ? 4 nodes reach their API server; others gave no verdict (coverage 50.0 %)';
    expect(await banners()).toEqual({ fleet: half, own: half });
    for (const path of ['status', `status/clusters/${cluster}`]) {
      expect(await page(path)).toContain('coverage 50.0 %, asked 50.0 %.');
      expect(await page(path)).toContain('2 OverBudget');
    }
  });

  it('tell those that were asked apart from those that gave a verdict', async () => {
    const unknownByReason = { NoProof: 2 };
    await seed({
      known: 5,
      reachable: 2,
      unknown: 2,
      notProbed: 1,
      byReason: { Reachable: 2, NoProof: 2, OverBudget: 1 },
      unknownByReason,
    });
    for (const path of ['status', `status/clusters/${cluster}`]) expect(await page(path)).toContain('coverage 40.0 %, asked 80.0 %.');
  });

  it('say which nodes reach an API server that does not serve them, why, and that the cluster is degraded', async () => {
    const degradation = { degraded: { since: SINCE, reason: 'EtcdUnavailable' as const, notServed: 2, asked: 3 } };
    await seed({ known: 4, reachable: 4, notServed: 2, byReason: { Reachable: 4 } }, ['served', 'notServed', 'notServed', 'reachable']);
    await assess(services, cluster, { degradation });
    const words = '2 nodes reach an API server that does not serve them';
    const banner = `notServed: ▲ ${words}`;
    expect(await banners()).toEqual({ fleet: banner, own: banner });
    const [fleet, own, node] = [await page('status'), await page(), await page(`status/clusters/${cluster}/nodes/node-1`)];
    expect(fleet).toContain(`▲ ${words}: rg/shop (2: EtcdUnavailable, degraded).`);
    expect(fleet).toContain('4 reachable (2 not served), 0 unreachable');
    expect(own).toContain(`Degraded since ${SINCE}: 2 of the 3 nodes that asked are not served`);
    expect(own).toContain('The API server gets no answer from etcd');
    expect(own).toContain('node-1, node-2');
    expect(own).toContain('● reachable, ▲ not served');
    expect(node).toContain('▲ not served since 2026-11-21T12:00:00.000Z');
    expect(node).toContain('The node reaches its API server, but the API server does not serve it.');
    expect(node).toContain('the API server answered 500');
    expect(await page(`status/clusters/${cluster}/nodes/node-0`)).not.toContain('not served');
  });

  it('are not where a subscription could not be read', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } }, undefined, true);
    expect((await banners()).fleet).toBe('unknown: ? 1 of 2 subscriptions could not be read');
    expect((await ask(services, 'fleet')).json).toMatchObject({ gaps: [other] });
  });

  it('are not where nothing is watched', async () => {
    await seed({ known: 4, notProbed: 4, byReason: { Excluded: 4 } }, []);
    expect((await banners()).fleet).toMatch(/^unknown: \? Nothing is watched/);
  });

  it('say since when and for what nobody can tell how a cluster is', async () => {
    await seed({ known: 4, unknown: 4, byReason: { RunCommandTimedOut: 4 } }, ['unknown', 'unknown', 'unknown', 'reachable']);
    await blind(cluster);
    expect((await banners()).own).toBe(`unknown: ? Nobody can see this cluster, since ${SINCE}: 3 of 4 nodes gave no verdict`);
    expect(await page()).toContain('RunCommandTimedOut: ');
    expect(await page('status')).toContain(`not seen since ${SINCE}`);
    const metrics = (await ask(services, 'metrics')).text.split('\n');
    expect(metrics).toEqual(
      expect.arrayContaining([`aks_fleet_prober_cluster_blind{cluster_id="${cluster}"} 1`, 'aks_fleet_prober_blind 0']),
    );
    const { json } = await ask(services, `clusters/${cluster}`);
    expect(json).toMatchObject({ blind: { since: SINCE, reason: 'RunCommandTimedOut', unknown: 3, planned: 4 } });
  });

  it('tell of outages that are open in a cluster that nobody can see, too', async () => {
    await seed({ known: 2, unknown: 2, byReason: { RunCommandTimedOut: 2 } }, ['unreachable', 'unknown']);
    await blind(cluster);
    expect((await banners()).own).toMatch(/^unknown: \? Nobody can see .* \| unreachable: ✖ 1 of 2 nodes cannot reach/);
  });

  it('say what failing nodes share where the cluster has no outage of its own', async () => {
    await seed({ known: 4, reachable: 2, unreachable: 2 }, ['unreachable', 'unreachable', 'reachable', 'reachable']);
    const counts = { failing: 2, inside: 2, elsewhereFailing: 0, elsewhere: 2 };
    const factor = { factor: 'pool', value: 'spot', ...counts, sentence: 'Both failing nodes are of the pool spot' };
    const row = { partitionKey: 'fleet', rowKey: cluster, commonFactors: JSON.stringify([factor]) };
    await (await services.tables.open('clusters')).updateEntity(row, 'Merge');
    expect(await page()).toContain(factor.sentence);
  });

  it('name the nodes that nobody has seen for long, with their pools, the reason and what to do, and pools without machines', async () => {
    await seed({ known: 5, reachable: 2, unknown: 2, notProbed: 1 }, ['reachable', 'reachable', 'unknown', 'unknown']);
    const group = { reason: 'ExtensionsDisallowed', nodes: 2, pools: ['spot'], names: ['n1', 'n2'], since: SINCE };
    const shortfalls = { gpu: { missing: 1, standing: 1, sweep: SINCE, since: SINCE } };
    const row = { partitionKey: 'fleet', rowKey: cluster, unseen0: JSON.stringify([group]), shortfalls: JSON.stringify(shortfalls) };
    await (await services.tables.open('clusters')).updateEntity(row, 'Merge');
    const own = await page();
    expect(own).toContain('? 2 nodes of spot without a verdict since');
    expect(own).toContain('allowExtensionOperations=true');
    expect(own).toContain('n1, n2');
    expect(own).toContain('? The pool gpu is to have 1 more node than machines were found for');
    expect((await ask(services, 'status')).text).toContain('? 2 nodes should have a verdict and had none for long, in');
    const { json } = await ask(services, `clusters/${cluster}`);
    expect(json).toMatchObject({ unseen: [group], missingMachines: [{ pool: 'gpu', nodes: 1, since: SINCE }] });
    expect((await ask(services, 'metrics')).text).toContain(
      `aks_fleet_prober_unseen_nodes{cluster_id="${cluster}",reason="ExtensionsDisallowed"} 2`,
    );
  });

  it('say that nobody sees the fleet, why, and what to do, where that is so', async () => {
    await seed({ known: 4, unknown: 4, byReason: { NoProof: 4 } }, ['unknown', 'unknown', 'unknown', 'unknown']);
    await seedIncident(services, {
      kind: 'unseen',
      factor: 'fleet',
      value: '*',
      reason: 'AccessDenied',
      since: SINCE,
      nodes: 4,
      planned: 4,
    });
    expect((await banners()).fleet).toMatch(
      /^unreachable: ✖ Nobody sees the fleet: 4 of 4 nodes give no verdict, among them all of 12 clusters/,
    );
    expect(await page('status')).toContain('grant it access (docs/guides/deploy.md#grant-access)');
    expect((await ask(services, 'fleet')).json).toMatchObject({
      blind: { since: SINCE, reason: 'AccessDenied' },
      incidents: [{ id: INCIDENT }],
    });
    expect((await ask(services, 'metrics')).text).toContain('aks_fleet_prober_blind 1');
  });

  it('say first which clusters failed together, with a link to the incident and its clusters', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    await seedIncident(services, { members: [cluster], open: [cluster] });
    const words = '✖ 12 of 14 clusters in westeurope cannot reach their API servers; 0 of 40 elsewhere';
    expect((await banners()).fleet).toBe(`unreachable: ${words}`);
    expect((await ask(services, 'status')).text).toContain(`/api/status/incidents/${INCIDENT}`);
    const own = await page(`status/incidents/${INCIDENT}`);
    expect(own).toContain(words);
    expect(own).toContain(`${cluster}: ✖ in trouble`);
    expect(own).toContain('Nobody was notified yet');
  });

  it('say that they are old where sweeps do not complete, rather than that nodes gave no verdict', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    clock.move(3_600_000);
    const old = 'unknown: ? Sweeps do not complete: what is shown below is old.';
    expect(await banners()).toEqual({ fleet: old, own: old });
  });

  it('say what started the last sweep, where it was not the timer', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } }, undefined, false, 'close-sweep');
    expect(await page('status')).toContain(`Last sweep ${NOW} (started in place of the timer, which did not fire), completed`);
  });

  it('are not green before a first sweep of all is complete, nor where it expected no verdict, or got none', async () => {
    await seedNodes(services, cluster, { a: 'reachable' });
    await assess(services, cluster);
    expect((await banners()).own).toBe('unknown: ? 1 nodes reach their API server; no sweep of all is complete yet');
    await seed({ known: 4, notProbed: 4, byReason: { Deallocated: 4 } });
    const none = 'unknown: ? No node gave a verdict in the last sweep';
    expect(await banners()).toEqual({ fleet: none, own: none });
    expect(await page()).toContain('Last sweep: no node was expected to give a verdict.');
  });

  it('are not green where no node gave a verdict in the last sweep, though all did in the one before', async () => {
    await seed({ known: 4, notProbed: 4, byReason: { OverBudget: 4 } });
    const none = 'unknown: ? No node gave a verdict in the last sweep';
    expect(await banners()).toEqual({ fleet: none, own: none });
    expect(await titles()).toEqual({ fleet: 'AKS fleet: not seen', own: 'rg/shop: not seen' });
  });

  it('of a fleet are not green while nobody can see one of its clusters', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    await blind(cluster);
    expect((await banners()).fleet).toBe('unknown: ? Nobody can see the cluster rg/shop');
  });
});

/** What the tabs of the two pages say. */
async function titles(): Promise<{ fleet: string; own: string }> {
  const titleOf = async (path: string) => /<title>(.*?)<\/title>/.exec((await ask(services, path)).text)?.[1] ?? '';
  return { fleet: await titleOf('status'), own: await titleOf(`status/clusters/${cluster}`) };
}

it('the pages tell clusters of one name apart by their resource groups in every sentence', async () => {
  await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
  const twin = `${sub}.other-rg.shop`;
  await seedNodes(services, twin, { a: 'reachable' });
  await assess(services, twin);
  const outage = JSON.stringify({ outage: { outage: SINCE, episode: 1, from: SINCE, reason: 'DnsTimeout' } });
  const clusters = await services.tables.open('clusters');
  await clusters.updateEntity({ partitionKey: 'fleet', rowKey: twin, outage }, 'Merge');
  expect((await banners()).fleet).toBe('unreachable: ✖ The cluster other-rg/shop is cut off');
  const fleet = (await ask(services, 'status')).text;
  for (const name of ['rg/shop', 'other-rg/shop']) expect(fleet).toContain(`<strong>${name}</strong>`);
  expect((await titles()).fleet).toBe('AKS fleet: cut off');
  const tab = (await ask(services, `status/clusters/${twin}`)).text;
  expect(tab).toContain('<title>other-rg/shop: cut off</title>');
  expect(tab).toContain('<h1>other-rg/shop ');
});

describe('the tabs', () => {
  it('say how many are unreachable where that is known', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    expect(await titles()).toEqual({ fleet: 'AKS fleet: 0 unreachable', own: 'rg/shop: 0 unreachable' });
    await seedNodes(services, cluster, { 'node-0': 'unreachable' });
    await assess(services, cluster);
    expect(await titles()).toEqual({ fleet: 'AKS fleet: 1 unreachable', own: 'rg/shop: 1 unreachable' });
  });

  it('say that a cluster is not seen, and since when, where nobody can see it', async () => {
    await seed({ known: 4, unknown: 4, byReason: { NoProof: 4 } }, ['unknown', 'unknown', 'unknown', 'reachable']);
    await blind(cluster);
    expect((await titles()).own).toBe(`rg/shop: not seen since ${SINCE}`);
    await seedIncident(services, { kind: 'unseen', factor: 'fleet', value: '*', since: SINCE });
    expect((await titles()).fleet).toBe(`AKS fleet: not seen since ${SINCE}`);
  });

  it('say so where sweeps do not complete', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    clock.move(3_600_000);
    expect(await titles()).toEqual({
      fleet: `AKS fleet: not seen since ${NOW}`,
      own: `rg/shop: not seen since ${NOW.replace('Z', '.000Z')}`,
    });
  });

  it.each<[string, Condition[], string]>([
    ['which are unknown', ['unknown', 'reachable'], '1 unknown'],
    ['none of which was seen', ['unknown', 'unknown'], 'not seen'],
    ['none of which is probed', ['skipped', 'fresh'], 'not seen'],
  ])('say of nodes %s just that', async (_, nodes, words) => {
    await seed({ known: 2, reachable: 1, unknown: 1, byReason: { Reachable: 1, NoProof: 1 } }, nodes);
    expect(await titles()).toEqual({ fleet: `AKS fleet: ${words}`, own: `rg/shop: ${words}` });
  });

  it('and banners never speak of none unreachable, nor in green, where nothing was seen', async () => {
    await seed({ known: 2, unknown: 2, byReason: { NoProof: 2 } }, ['unknown', 'unknown']);
    for (const subject of [cluster, '*']) {
      const said = [await titles(), await banners()].flatMap((each) => Object.values(each)).join('\n');
      expect(said).not.toMatch(/0 unreachable|reachable: ●/);
      await blind(subject);
    }
  });
});
