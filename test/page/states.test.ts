import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { nothingDelivered } from '../../src/history/outage.ts';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import type { Starter } from '../../src/model/starter.ts';
import type { Services } from '../../src/services.ts';
import { blindRows } from '../../src/tables/blind-rows.ts';
import { changeMaintenanceRequest } from '../../src/tables/maintenance-rows.ts';
import { insertOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { insertCompleted } from '../../src/tables/sweep-list.ts';
import { insertFinalized, insertSubscription, insertSweep } from '../../src/tables/sweep-rows.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { INCIDENT, seedIncident } from '../http/seed-incident.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';
import { wordsOf } from './views.ts';

const NOW = '2026-11-21T12:00:00Z';
const SINCE = '2026-11-21T11:50:00Z';
const sub = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = 'aaaaaaaa-0000-4000-8000-000000000002';
const cluster = `${sub}.rg.shop`;
const outage = {
  cluster,
  start: SINCE,
  reason: 'DnsTimeout' as const,
  message: 'it fails',
  openedAt: SINCE,
  episode: 1,
  episodes: [{ start: SINCE }],
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
};
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

/** What a page says first: its state, by the sign of its title, its headline and the sentence under that. */
async function headOf(path: string): Promise<string> {
  const { text } = await ask(services, path);
  const [sign] = /(?<=<title>)\S+/.exec(text) ?? [];
  const [, title = ''] = /<h1>(.*?)<\/h1>/.exec(text) ?? [];
  const [, lede = ''] = /<p class="lede">(.*?)<\/p>/s.exec(text) ?? [];
  return `${sign} ${wordsOf(title)} | ${wordsOf(lede)}`;
}
const heads = async () => ({ fleet: await headOf('status'), own: await headOf(`status/clusters/${cluster}`) });
const page = async (path = `status/clusters/${cluster}`) => wordsOf((await ask(services, path)).text);

describe('the pages', () => {
  it('are green where all were asked and reach', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    expect(await heads()).toEqual({
      fleet: '✓ All 4 nodes that were asked reach their API servers | No outage is open.',
      own: '✓ shop: all 4 nodes that were asked reach the API server | No outage is open.',
    });
  });

  it('are not where half of the nodes gave no verdict, and say for what', async () => {
    await seed({ known: 4, reachable: 2, notProbed: 2, byReason: { Reachable: 2, OverBudget: 2 } });
    expect(await heads()).toEqual({
      fleet: '? 4 nodes reach their API server; others gave no verdict | Coverage 50.0 %.',
      own: '? shop: 4 nodes reach the API server; others gave no verdict | Coverage 50.0 %.',
    });
    for (const path of ['status', `status/clusters/${cluster}`])
      expect(await page(path)).toContain(
        'Coverage of the last sweep50.0 %2 verdicts of the 4 nodes that are expected to give one; 50.0 % were asked. Not reachable, not covered or not asked, with the reason:2OverBudgetnot asked: counts against coverage',
      );
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
    for (const path of ['status', `status/clusters/${cluster}`])
      expect(await page(path)).toContain('40.0 %2 verdicts of the 5 nodes that are expected to give one; 80.0 % were asked.');
  });

  it('say what is excluded, which counts neither as asked nor as missing', async () => {
    await seed({ known: 6, reachable: 4, notProbed: 2, byReason: { Reachable: 4, Excluded: 2 } });
    expect((await heads()).fleet).toMatch(/^✓/);
    expect(await page('status')).toContain('4 verdicts of the 4 nodes that are expected to give one; 100 % were asked.');
    expect(await page('status')).toContain('2Excludedno verdict expected');
  });

  it('say which nodes reach an API server that does not serve them, why, and that the cluster is degraded', async () => {
    const degradation = { degraded: { since: SINCE, reason: 'EtcdUnavailable' as const, notServed: 2, asked: 3 } };
    await seed({ known: 4, reachable: 4, notServed: 2, byReason: { Reachable: 4 } }, ['served', 'notServed', 'notServed', 'reachable']);
    await assess(services, cluster, { degradation });
    const words = '2 nodes reach an API server that does not serve them';
    const { fleet, own } = await heads();
    expect(fleet).toBe(`▲ ${words} | In rg/shop: the API server is reached, and refuses or fails the node's own requests.`);
    expect(own).toMatch(`▲ shop: ${words} | Degraded since 11:50 (10 min): 2 of the 3 nodes that asked.`);
    const [all, one] = [await page('status'), await page(`status/clusters/${cluster}/nodes/node-1`)];
    expect(all).toContain('rg/shop: 2 nodes not served');
    expect(all).toContain('The API server gets no answer from etcd');
    expect(all).toContain('unreachable0unknown0not probed0reachable4not served2');
    expect(await page()).toContain('Nodes that need attention2 of 4 need attention');
    expect(one).toContain('node-1 reaches an API server that does not serve it');
    expect(one).toContain('EtcdUnavailable since 12:00 (0 s)');
    expect(one).toContain('not served');
    expect(await page(`status/clusters/${cluster}/nodes/node-0`)).not.toContain('not served');
  });

  it('are not green where a subscription could not be read', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } }, undefined, true);
    expect((await heads()).fleet).toBe('? 1 of 2 subscriptions could not be read | What is in them is not known, and was not probed.');
    expect((await ask(services, 'fleet')).json).toMatchObject({ gaps: [other] });
  });

  it('are not green where nothing is watched', async () => {
    await seed({ known: 4, notProbed: 4, byReason: { Excluded: 4 } }, []);
    expect((await heads()).fleet).toMatch(/^\? Nothing is watched/);
  });

  it('say since when and for what nobody can tell how a cluster is', async () => {
    await seed({ known: 4, unknown: 4, byReason: { RunCommandTimedOut: 4 } }, ['unknown', 'unknown', 'unknown', 'reachable']);
    await blind(cluster);
    const { fleet, own } = await heads();
    expect(own).toMatch(/^\? shop: we cannot see it \| 3 of 4 nodes gave no verdict, since 11:50 \(10 min\)\. They may well be fine\./);
    expect(fleet).toMatch(/^\? We cannot see rg\/shop \| 3 of 4 nodes gave no verdict, since 11:50/);
    expect(await page()).toContain('RunCommandTimedOut · do first: ');
    const metrics = (await ask(services, 'metrics')).text.split('\n');
    expect(metrics).toEqual(
      expect.arrayContaining([`aks_fleet_prober_cluster_blind{cluster_id="${cluster}"} 1`, 'aks_fleet_prober_blind 0']),
    );
    const { json } = await ask(services, `clusters/${cluster}`);
    expect(json).toMatchObject({ blind: { since: SINCE, reason: 'RunCommandTimedOut', unknown: 3, planned: 4 } });
  });

  it('say of outages that are open in a cluster that nobody can see, too', async () => {
    await seed({ known: 2, unknown: 2, byReason: { RunCommandTimedOut: 2 } }, ['unreachable', 'unknown']);
    await blind(cluster);
    const { fleet, own } = await heads();
    expect(own).toMatch(/^\? shop: we cannot see it .* Before that: shop: 1 of 2 nodes cannot reach the API server\.$/);
    expect(fleet).toMatch(/^✖ rg\/shop: 1 of 2 nodes cannot reach the API server/);
  });

  it('say what failing nodes share', async () => {
    await seed({ known: 4, reachable: 2, unreachable: 2 }, ['unreachable', 'unreachable', 'reachable', 'reachable']);
    const counts = { failing: 2, inside: 2, elsewhereFailing: 0, elsewhere: 2 };
    const factor = { factor: 'pool', value: 'spot', ...counts, sentence: 'Both failing nodes are of the pool spot' };
    const outages = ['node-0', 'node-1'].map((node) => insertOutage({ ...outage, node }));
    await writeBatch(await services.tables.open('fleet'), outages);
    const row = { partitionKey: 'fleet', rowKey: cluster, commonFactors: JSON.stringify([factor]), openOutages: 2 };
    await (await services.tables.open('clusters')).updateEntity(row, 'Merge');
    for (const path of ['status', `status/clusters/${cluster}`]) {
      expect(await page(path)).toContain(factor.sentence);
      expect(await page(path)).toContain('Outage of 2 nodes of rg/shop');
    }
  });

  it('say which nodes nobody has seen for long, with their pools, the reason, and pools without machines', async () => {
    await seed({ known: 5, reachable: 2, unknown: 2, notProbed: 1 }, ['reachable', 'reachable', 'unknown', 'unknown']);
    const group = { reason: 'ExtensionsDisallowed', nodes: 2, pools: ['spot'], names: ['n1', 'n2'], since: SINCE };
    const shortfalls = { gpu: { missing: 1, standing: 1, sweep: SINCE, since: SINCE } };
    const row = { partitionKey: 'fleet', rowKey: cluster, unseen0: JSON.stringify([group]), shortfalls: JSON.stringify(shortfalls) };
    await (await services.tables.open('clusters')).updateEntity(row, 'Merge');
    for (const path of ['status', `status/clusters/${cluster}`]) {
      const words = await page(path);
      expect(words).toContain('rg/shop: 2 nodes without a verdict for long');
      expect(words).toContain('2 nodes of spot since 11:50 (10 min): ExtensionsDisallowed.');
      expect(words).toContain('Azure has 1 machine fewer than pool gpu has nodes, since 11:50 (10 min).');
    }
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
    expect((await heads()).fleet).toMatch(
      /^\? Nobody sees the fleet: 4 of 4 nodes give no verdict, among them all of 12 clusters \| 4 of 4 nodes, since 11:50/,
    );
    expect(await page('status')).toContain('docs/guides/deploy.md#grant-access');
    expect((await ask(services, 'fleet')).json).toMatchObject({
      blind: { since: SINCE, reason: 'AccessDenied' },
      incidents: [{ id: INCIDENT }],
    });
    expect((await ask(services, 'metrics')).text).toContain('aks_fleet_prober_blind 1');
  });

  it('say first which clusters failed together, with a link to the incident and its clusters', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    await seedIncident(services, { members: [cluster], open: [cluster] });
    const words = '12 of 14 clusters in westeurope cannot reach their API servers; 0 of 40 elsewhere';
    expect((await heads()).fleet).toMatch(`✖ ${words} | 36 of 40 nodes, since 11:50 (10 min)`);
    expect((await ask(services, 'status')).text).toContain(`/api/status/incidents/${INCIDENT}`);
    const own = await page(`status/incidents/${INCIDENT}`);
    expect(own).toContain(words);
    expect(own).toMatch(/Members.*shop rg, westeuropein trouble/);
    expect(own).toContain('NotifiedIt covers the alerts of its clusters.');
  });

  it('say that they are old where sweeps do not complete, rather than that nodes gave no verdict', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    clock.move(3_600_000);
    expect(await heads()).toEqual({
      fleet: '? Sweeps do not complete: what is shown is old | The last one completed 1 h ago. The state of the fleet is not known.',
      own: '? shop: what is shown is old | It was judged 1 h ago; its state is not known.',
    });
  });

  it('say what started the last sweep, where it was not the timer', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } }, undefined, false, 'close-sweep');
    expect(await page('status')).toContain('The last sweep was started in place of the timer, which did not fire.');
    expect(await page('status/sweeps')).toContain('in place of the timer, which did not fire');
  });

  it('say that a cluster is in maintenance, until when, and by whom', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    const request = { from: SINCE, until: '2026-11-21T14:00:00Z', by: 'somebody', reason: 'a new firewall' };
    await changeMaintenanceRequest(services.tables, cluster, () => request);
    for (const path of ['status', `status/clusters/${cluster}`]) {
      const words = await page(path);
      expect(words).toContain('rg/shop: in maintenance');
      expect(words).toContain('From 11:50 to 14:00, asked for by somebody: a new firewall. It is probed and recorded; nobody is notified.');
    }
  });

  it('are not green before a first sweep of all is complete, nor where it expected no verdict, or got none', async () => {
    await seedNodes(services, cluster, { a: 'reachable' });
    await assess(services, cluster);
    expect(await heads()).toEqual({
      fleet: '? No sweep has completed yet | Results come in below as nodes answer.',
      own: '? shop: 1 node reaches the API server | No sweep that asked all of its nodes is complete yet.',
    });
    await seed({ known: 4, notProbed: 4, byReason: { Deallocated: 4 } });
    expect(await heads()).toEqual({
      fleet: '? No node gave a verdict in the last sweep | Verdicts of earlier sweeps are shown below.',
      own: '? shop: no node gave a verdict in the last sweep | Earlier verdicts are shown below.',
    });
    expect(await page()).toContain('Coverage of the last sweepnone');
  });

  it('are not green where no node gave a verdict in the last sweep, though all did in the one before', async () => {
    await seed({ known: 4, notProbed: 4, byReason: { OverBudget: 4 } });
    for (const head of Object.values(await heads())) expect(head).toMatch(/^\? (shop: n|N)o node gave a verdict in the last sweep/);
  });

  it('of a fleet are not green while nobody can see one of its clusters', async () => {
    await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
    await blind(cluster);
    expect((await heads()).fleet).toMatch(/^\? We cannot see rg\/shop/);
  });

  it.each<[string, Condition[]]>([
    ['are unknown', ['unknown', 'reachable']],
    ['were not seen', ['unknown', 'unknown']],
    ['are not probed', ['skipped', 'fresh']],
  ])('are neither green nor red where nodes %s', async (_, nodes) => {
    await seed({ known: 2, reachable: 1, unknown: 1, byReason: { Reachable: 1, NoProof: 1 } }, nodes);
    for (const head of Object.values(await heads())) expect(head).toMatch(/^\?/);
    await blind(cluster);
    for (const head of Object.values(await heads())) expect(head).toMatch(/^\?/);
  });
});

it('the pages tell clusters of one name apart by their resource groups in every sentence', async () => {
  await seed({ known: 4, reachable: 4, byReason: { Reachable: 4 } });
  const twin = `${sub}.other-rg.shop`;
  await seedNodes(services, twin, { a: 'reachable' });
  await assess(services, twin);
  const episode = JSON.stringify({ outage: { outage: SINCE, episode: 1, from: SINCE, reason: 'DnsTimeout' } });
  const clusters = await services.tables.open('clusters');
  await clusters.updateEntity({ partitionKey: 'fleet', rowKey: twin, outage: episode }, 'Merge');
  await writeBatch(await services.tables.open('fleet'), [insertOutage({ ...outage, cluster: twin })]);
  expect((await heads()).fleet).toMatch(/^✖ other-rg\/shop cannot reach its API server/);
  const fleet = await page('status');
  expect(fleet).toContain('Outage of other-rg/shop');
  for (const group of ['rg', 'other-rg']) expect(fleet).toContain(`shop ${group} · westeurope`);
  const tab = (await ask(services, `status/clusters/${twin}`)).text;
  expect(tab).toContain('<title>✖ other-rg/shop cannot reach its API server · AKS fleet</title>');
});
