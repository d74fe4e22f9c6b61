import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { coverageOf } from '../../src/model/ledger.ts';
import { startByHand } from '../../src/sweep/plan/start-by-hand.ts';
import { listStandingClusters } from '../../src/tables/cluster-list.ts';
import { listClusterRows } from '../../src/tables/cluster-rows.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { until } from '../host/until.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from './sweep-world.ts';

const one = 'aaaaaaaa-0000-4000-8000-000000000001';
const two = 'aaaaaaaa-0000-4000-8000-000000000002';
const idOf = (name: string, subscription = one) => `${subscription}.rg-${name}.${name}`;

type Cluster = FleetFile['subscriptions'][number]['clusters'][number];
const cluster = (name: string, count: number, more: Partial<Cluster> = {}): Cluster => ({
  name,
  resourceGroup: `rg-${name}`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count, zones: ['1', '2'] }],
  ...more,
});
const fleetOf = (...clusters: Cluster[]): FleetFile => ({ subscriptions: [{ id: one, name: 'One', clusters }] });

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

async function open(...args: Parameters<typeof openSweepWorld>): Promise<SweepWorld> {
  const world = await openSweepWorld(...args);
  onTestFinished(() => world.stop());
  return world;
}

/** How many nodes have which outcome. */
function tallied(outcomes: Record<string, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of Object.values(outcomes)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

async function openOutages(world: SweepWorld, id: string): Promise<string[]> {
  return (await readOutages(world.services().tables, id, { which: 'open' })).map(({ outage }) => outage.reason);
}
async function endedOutages(world: SweepWorld, id: string): Promise<string[]> {
  const all = await readOutages(world.services().tables, id, { which: 'all' });
  return all.filter(({ outage }) => outage.end !== undefined).map(({ outage }) => outage.message);
}

/** A node's script that cannot reach the API server. */
function refusedAnswer(script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

describe('the ledger of a sweep', () => {
  it('has every known node once, with a verdict or the reason why not', async () => {
    const off = { name: 'off', count: 2, tags: { 'AKS-Fleet-Prober': 'OFF' } };
    const mixed = { '1': { powerState: 'deallocated' as const }, '2': { ageMinutes: 3 }, '3': { provisioningState: 'Deleting' as const } };
    const world = await open(
      fleetOf(
        cluster('shop', 0, { pools: [{ name: 'web', count: 6, instances: mixed }, off], provisioningState: 'Upgrading' }),
        cluster('idle', 2, { powerState: 'Stopped' }),
        cluster('vault', 2, { restrictionLevel: 'ReadOnly' }),
        cluster('dev', 3, { tags: { 'aks-fleet-prober': 'off' } }),
        cluster('lab', 3),
      ),
      { EXCLUDE_CLUSTERS: 'rg-lab/*,gone/*', NODE_GRACE_MINUTES: '30' },
    );
    const { ledger, warnings } = await world.sweep();
    expect(tallied(await world.outcomes(idOf('shop')))).toEqual({
      'reachable/Reachable': 3,
      'notProbed/Deallocated': 1,
      'notProbed/TooYoung': 1,
      'notProbed/Deleting': 1,
      'notProbed/Excluded': 2,
    });
    expect(tallied(await world.outcomes(idOf('idle')))).toEqual({ 'notProbed/ClusterStopped': 2 });
    expect(tallied(await world.outcomes(idOf('vault')))).toEqual({ 'notProbed/NodeGroupLocked': 2 });
    // What is excluded as a whole is not even listed.
    expect([await world.outcomes(idOf('dev')), await world.outcomes(idOf('lab'))]).toEqual([{}, {}]);
    expect(ledger).toMatchObject({ known: 12, reachable: 3, unreachable: 0, unknown: 0, notProbed: 9 });
    expect(Object.values(ledger.byReason).reduce((sum, count) => sum + count, 0)).toBe(12);
    // Excluded, stopped, too young and deleting nodes are not missed; locked ones are.
    expect(coverageOf(ledger)).toBeCloseTo(3 / 5);
    expect(warnings).toEqual(['EXCLUDE_CLUSTERS: "gone/*" matches the name of no cluster in scope']);
    const rows = await listClusterRows(world.services().tables);
    expect(rows.filter(({ upgrading }) => upgrading).map(({ name }) => name)).toEqual(['shop']);
    const { runCommand, byOperation } = await world.requests();
    expect(runCommand).toMatchObject({ started: 3, conflicts: 0 });
    // Each request is told of once: with the tallies of slices, or at the end.
    const requests = Object.values(byOperation).reduce((sum, count) => sum + count, 0);
    expect(ledger.armRequests).toBe(requests);
    world.set({ SUBSCRIPTIONS: two });
    // One to list what is left, which is not there.
    expect((await world.sweep()).ledger.armRequests).toBe(1);
  });

  it('closes the outages of nodes that are stopped, excluded, replaced or gone, with that as their end', async () => {
    const sick = new Set<string>();
    const answer = (node: { name: string }, script: string) =>
      sick.has(node.name) ? refusedAnswer(script) : healthyAnswer(node as never, script);
    const world = await open(fleetOf(cluster('shop', 6), cluster('blog', 2)), { CLUSTER_QUORUM_PERCENT: '100' }, { answer });
    await world.sweep();
    const [stopped, replaced, gone] = Object.keys(await world.outcomes(idOf('shop'))).sort() as [string, string, string];
    const [excluded] = Object.keys(await world.outcomes(idOf('blog'))) as [string];
    for (const node of [stopped, replaced, gone, excluded]) sick.add(node);
    await world.sweep();
    await world.sweep();
    expect([await openOutages(world, idOf('shop')), await openOutages(world, idOf('blog'))]).toMatchObject([{ length: 3 }, { length: 1 }]);

    await world.setFault(stopped, 'deallocated');
    await world.setFault(replaced, 'replaced');
    await world.setFault(gone, 'gone');
    sick.delete(replaced);
    world.set({ EXCLUDE_CLUSTERS: 'rg-blog/*' });
    await world.sweep();
    // One listing without it proves nothing yet.
    expect(await openOutages(world, idOf('shop'))).toHaveLength(1);
    expect((await world.outcomes(idOf('shop')))[gone]).toBe('notProbed/NodeGone');
    // Nor do two within a minute: a sweep that a person starts is none of the next occurrence.
    const { sweep: byHand } = await startByHand(world.services(), 'ann');
    const planned = await world.workUntil('the plan of the sweep by hand', async () => {
      const outcomes = await world.outcomes(idOf('shop'), byHand);
      return Object.keys(outcomes).length > 0 ? outcomes : undefined;
    });
    expect(planned[gone]).toBe('notProbed/NodeGone');
    expect(await openOutages(world, idOf('shop'))).toHaveLength(1);
    await world.sweep();
    expect(await openOutages(world, idOf('shop'))).toEqual([]);
    expect((await endedOutages(world, idOf('shop'))).map((message) => /\((\w+)\)/.exec(message)?.[1]).sort()).toEqual([
      'Deallocated',
      'NodeGone',
      'NodeReplaced',
    ]);
    expect(await world.outcomes(idOf('shop'))).not.toHaveProperty(gone);
    expect((await endedOutages(world, idOf('blog'))).join()).toContain('Excluded');
  });

  it('tells an instance that vanishes while it is probed from one that cannot be reached', async () => {
    const asked = new Set<string>();
    const answer = (node: { name: string }, script: string) => {
      asked.add(node.name);
      return healthyAnswer(node as never, script);
    };
    const world = await open(fleetOf(cluster('shop', 2)), { NODES_PER_SLICE: '1', STARTS_PER_MINUTE: '10' }, { answer });
    // At 8 starts a minute the other node has its turn 7.5 s after the first; by then it is gone.
    const other = async () => world.setFault((await world.plan(idOf('shop'))).slices.flat().find((node) => !asked.has(node))!, 'gone');
    const { ledger } = await world.sweep(other);
    expect(ledger).toMatchObject({ known: 2, reachable: 1, unknown: 1, byReason: { NodeGone: 1 } });
    expect(await openOutages(world, idOf('shop'))).toEqual([]);
  });
});

describe('a sweep that cannot probe all', () => {
  it('gives every cluster its part, every pool its turn, and the rest its reason', async () => {
    const pools = [
      { name: 'api', count: 4 },
      { name: 'web', count: 20 },
    ];
    const world = await open(
      fleetOf(cluster('big', 0, { pools }), cluster('small', 6), cluster('far', 5, { location: 'eastus' })),
      { STARTS_PER_MINUTE: '300', NODES_PER_SLICE: '5' },
      { intervalSeconds: 5 },
    );
    const reached = new Set<string>();
    let inTime = 0;
    // Whoever was left out longest comes first: two or three sweeps reach all 30, or more where the machine is slow.
    for (let sweep = 0; reached.size < 30 || inTime === 0; sweep++) {
      expect(sweep).toBeLessThan(20);
      const { sweep: id, ledger } = await world.sweep();
      expect(ledger.known).toBe(35);
      expect(ledger.byReason.OverBudget).toBe(35 - ledger.reachable);
      for (const each of [idOf('big'), idOf('small')])
        for (const [node, outcome] of Object.entries(await world.outcomes(each))) if (outcome === 'reachable/Reachable') reached.add(node);
      const planned = { big: await world.plan(idOf('big')), small: await world.plan(idOf('small')), far: await world.plan(idOf('far')) };
      // What is planned late has little to share out: half of the interval is enough for a part each.
      if (Object.values(planned).some(({ due }) => Date.parse(due) - Date.parse(id) > 2500)) continue;
      inTime += 1;
      // 240 starts a minute are 20 in 5 s, of which the small cluster has its fifth; the other region has its own.
      expect(planned.far.notProbed).toEqual({});
      expect(planned.far.nodeResourceGroup).toMatch(/^MC_rg-far_far_/);
      const names = planned.big.slices.flat();
      expect([names.some((node) => node.includes('api')), names.some((node) => node.includes('web'))]).toEqual([true, true]);
      expect(planned.small.slices.flat().length).toBeGreaterThanOrEqual(1);
      expect(names.length + planned.small.slices.flat().length).toBeLessThanOrEqual(20);
    }
  });

  it('leaves a region alone in which little is left of what all share', async () => {
    const world = await open(
      fleetOf(cluster('near', 3), cluster('far', 3, { location: 'eastus' })),
      { NODES_PER_SLICE: '1' },
      { updatesTakenByOthers: { westeurope: 1203 } },
    );
    const { ledger } = await world.sweep(async () => world.passTime(30));
    expect(ledger).toMatchObject({ reachable: 6 });
    const pace = await world.services().tables.open('pace');
    const pausedUntil = async (region: string) => String((await pace.getEntity(one, region)).pausedUntil);
    expect(Date.parse(await pausedUntil('westeurope'))).toBeGreaterThan(Date.parse(await pausedUntil('eastus')));
  });
});

describe('what happens to one part of the fleet', () => {
  it('costs the others nothing: a forbidden subscription, a throttled region, a broken cluster', async () => {
    const fleet = {
      subscriptions: [
        { id: one, name: 'One', clusters: [cluster('shop', 4), cluster('slow', 3, { location: 'eastus' }), cluster('broken', 3)] },
        { id: two, name: 'Two', clusters: [cluster('closed', 2)] },
      ],
    };
    const world = await open(fleet, {}, { retryAfterSeconds: 300 });
    expect((await world.sweep()).ledger).toMatchObject({ known: 12, reachable: 12 });
    await world.setFault(two, 'access-denied');
    await world.setFault(idOf('slow'), 'throttled');
    await world.setFault(idOf('broken'), 'lists-broken');
    const { ledger, warnings } = await world.sweep();
    expect(tallied(await world.outcomes(idOf('shop')))).toEqual({ 'reachable/Reachable': 4 });
    expect(tallied(await world.outcomes(idOf('slow')))).toEqual({ 'notProbed/Throttled': 3 });
    expect(tallied(await world.outcomes(idOf('broken')))).toEqual({ 'notProbed/AzureError': 3 });
    expect(tallied(await world.outcomes(idOf('closed', two)))).toEqual({ 'notProbed/SubscriptionUnreadable': 2 });
    expect(ledger).toMatchObject({ known: 12, reachable: 4, unreachable: 0, unknown: 0, notProbed: 8 });
    expect(warnings).toMatchObject([expect.stringContaining(two)]);
    expect(world.poisoned).toEqual([]);
    for (const id of [idOf('slow'), idOf('broken'), idOf('closed', two)]) expect(await openOutages(world, id)).toEqual([]);
  });

  it('costs the others nothing where two nodes are throttled by themselves for the whole of the sweep', async () => {
    const world = await open(fleetOf(cluster('shop', 12), cluster('blog', 3)), {}, { retryAfterSeconds: 5 });
    await world.sweep();
    const [first = '', second = ''] = Object.keys(await world.outcomes(idOf('shop'))).sort();
    for (const node of [first, second]) await world.setFault(node, 'throttled');
    // 12 s are left, and both are tried again after 5.
    const { ledger } = await world.sweep(async () => world.passTime(300 - ((world.services().now().getTime() / 1000) % 300) - 12));
    expect(ledger).toMatchObject({ known: 15, reachable: 13, unknown: 2 });
    const outcomes = await world.outcomes(idOf('shop'));
    expect([outcomes[first], outcomes[second]]).toEqual(['unknown/Throttled', 'unknown/Throttled']);
    const { pausedUntil } = await (await world.services().tables.open('pace')).getEntity(one, 'westeurope');
    expect(Date.parse(String(pausedUntil))).toBeLessThan(Date.now() - 3600_000);
  });

  it('is not taken for its end where Azure leaves it out of a list', async () => {
    const answer = (node: { name: string }, script: string) =>
      node.name.includes('web') ? refusedAnswer(script) : healthyAnswer(node as never, script);
    const pools = [
      { name: 'api', count: 2 },
      { name: 'web', count: 1 },
    ];
    const left = ['unlisted', 'hidden', 'gone'];
    const world = await open(fleetOf(...left.map((name) => cluster(name, 0, { pools })), cluster('shop', 2)), {}, { answer });
    await world.sweep();
    await world.sweep();
    for (const name of left) await world.setFault(idOf(name), `cluster-${name}`);
    const first = await world.sweep();
    expect(tallied(await world.outcomes(idOf('unlisted')))).toEqual({ 'reachable/Reachable': 2, 'unreachable/ConnectionRefused': 1 });
    expect(tallied(await world.outcomes(idOf('hidden')))).toEqual({ 'notProbed/AccessDenied': 3 });
    expect(tallied(await world.outcomes(idOf('gone')))).toEqual({ 'notProbed/ClusterGone': 3 });
    // What is hidden is missed, what is gone is not; and that is shown until its outages are closed.
    expect(coverageOf(first.ledger)).toBeCloseTo(5 / 8);
    const shown = async () => (await listStandingClusters(world.services().tables)).map(({ name }) => name);
    expect(await shown()).toEqual(['gone', 'hidden', 'shop', 'unlisted']);
    await world.sweep();
    expect(await shown()).toEqual(['hidden', 'shop', 'unlisted']);
    expect((await openOutages(world, idOf('gone'))).length).toBe(0);
    expect((await endedOutages(world, idOf('gone'))).join()).toContain('ClusterGone');
    for (const name of ['unlisted', 'hidden']) expect(await openOutages(world, idOf(name))).toHaveLength(1);
  });

  it('is told from a missing right where the node resource group was deleted', async () => {
    const world = await open(fleetOf(cluster('shop', 2), cluster('blog', 3)));
    await world.sweep();
    await world.setFault(idOf('blog'), 'node-group-gone');
    for (const _ of [1, 2, 3]) {
      const { ledger } = await world.sweep();
      expect(tallied(await world.outcomes(idOf('blog')))).toEqual({ 'notProbed/NodeGroupMissing': 3 });
      expect(ledger).toMatchObject({ known: 5, reachable: 2, notProbed: 3 });
      expect(coverageOf(ledger)).toBeCloseTo(2 / 5);
    }
    await world.clearFault(idOf('blog'));
    expect((await world.sweep()).ledger).toMatchObject({ known: 5, reachable: 5 });
  });

  it('is told where SUBSCRIPTIONS names one that does not exist, and the rest goes on', async () => {
    const wrong = 'ffffffff-0000-4000-8000-00000000dead';
    const world = await open(fleetOf(cluster('shop', 2)), { SUBSCRIPTIONS: `${one},${wrong}` });
    const { ledger, warnings } = await world.sweep();
    expect(ledger).toMatchObject({ known: 2, reachable: 2 });
    expect(warnings).toMatchObject([
      expect.stringMatching(new RegExp(`${wrong} could not be read .*SubscriptionNotFound.*SUBSCRIPTIONS names it`)),
    ]);
  });
});

describe('a subscription that is taken out of SUBSCRIPTIONS', () => {
  it('has nothing more started on its nodes, though they were planned', async () => {
    const world = await open(fleetOf(cluster('sold', 3)), { NODES_PER_SLICE: '1', STARTS_PER_MINUTE: '15' });
    // At 12 starts a minute each node has its turn 5 s after the one before.
    const { ledger } = await world.sweep(async () => world.set({ SUBSCRIPTIONS: two }));
    const { started } = (await world.requests()).runCommand;
    expect(started).toBeLessThan(3);
    expect(ledger).toMatchObject({ known: 3, reachable: started, notProbed: 3 - started, byReason: { Excluded: 3 - started } });
  });

  it('is excluded, and after two sweeps nothing of it is known any more', async () => {
    const fleet = {
      subscriptions: [
        { id: one, name: 'One', clusters: [cluster('shop', 2)] },
        { id: two, name: 'Two', clusters: [cluster('sold', 3)] },
      ],
    };
    const world = await open(fleet, { SUBSCRIPTIONS: `${one},${two}` });
    expect((await world.sweep()).ledger).toMatchObject({ known: 5, reachable: 5 });
    world.set({ SUBSCRIPTIONS: one });
    expect((await world.sweep()).ledger).toMatchObject({ known: 5, reachable: 2, byReason: { Excluded: 3 } });
    await world.sweep();
    expect((await world.sweep()).ledger).toMatchObject({ known: 2, reachable: 2 });
  });
});

describe('a subscription that the identity may not see any more, where SUBSCRIPTIONS names none', () => {
  it('is a gap, until the settings exclude its clusters; then nothing of it is known any more', async () => {
    const fleet = {
      subscriptions: [
        { id: one, name: 'One', clusters: [cluster('shop', 2)] },
        { id: two, name: 'Two', clusters: [cluster('left', 3)] },
      ],
    };
    const sick = new Set<string>();
    const answer = (node: { name: string }, script: string) =>
      sick.has(node.name) ? refusedAnswer(script) : healthyAnswer(node as never, script);
    const world = await open(fleet, { CLUSTER_QUORUM_PERCENT: '100' }, { answer });
    await world.sweep();
    sick.add(Object.keys(await world.outcomes(idOf('left', two)))[0]!);
    await world.sweep();
    await world.sweep();
    await world.setFault(two, 'access-denied');
    const { ledger, warnings } = await world.sweep();
    expect(ledger).toMatchObject({ known: 5, reachable: 2, byReason: { SubscriptionUnreadable: 3 } });
    expect(warnings).toMatchObject([expect.stringContaining(two)]);
    expect(await openOutages(world, idOf('left', two))).toHaveLength(1);

    world.set({ EXCLUDE_CLUSTERS: 'rg-left/*' });
    const after = await world.sweep();
    expect(after.ledger).toMatchObject({ known: 5, reachable: 2, byReason: { Excluded: 3 } });
    expect(after.warnings).toEqual([]);
    await world.sweep();
    expect(await openOutages(world, idOf('left', two))).toEqual([]);
    expect((await endedOutages(world, idOf('left', two))).join()).toContain('Excluded');
    expect((await world.sweep()).ledger).toMatchObject({ known: 2, reachable: 2 });
  });
});

describe('a cluster whose listing is throttled for longer than its sweep lasts', () => {
  it('is lost to that sweep, and is not listed for it any more once that is over', async () => {
    const world = await open(fleetOf(cluster('shop', 2)));
    await world.sweep();
    await world.setFault('shop', 'lists-throttled');
    const sentBack = vi.spyOn(world.services().queue, 'requeue');
    const sweep = world.sweep();
    await until('the refusal', () => sentBack.mock.calls.length > 0, 60_000);
    world.passTime(570);
    const { sweep: id, ledger } = await sweep;
    expect(ledger).toMatchObject({ known: 2, notProbed: 2, byReason: { Lost: 2 } });
    // 2 minutes after the next sweep is due.
    const deadline = new Date(Date.parse(id) + 420_000).toISOString();
    expect(sentBack.mock.calls.map(([message]) => message)).toMatchObject([{ kind: 'expand-cluster', deadline }]);
  });
});

describe('the runs on a node', () => {
  it('come to nothing for reasons of their own where Azure has no output of them, displaces them or forgets them', async () => {
    const world = await open(fleetOf(cluster('shop', 4)));
    await world.sweep();
    const [none, displaced, forgotten, well] = Object.keys(await world.outcomes(idOf('shop'))).sort() as [string, string, string, string];
    await world.setFault(none, 'no-output-property');
    await world.setFault(displaced, 'operation-preempted');
    await world.setFault(forgotten, 'operation-gone');
    const outcomes = {
      [none]: 'unknown/NoProof',
      [displaced]: 'unknown/OperationPreempted',
      [forgotten]: 'unknown/OperationGone',
      [well]: 'reachable/Reachable',
    };
    await world.sweep();
    expect(await world.outcomes(idOf('shop'))).toEqual(outcomes);
    for (const node of [none, displaced, forgotten]) await world.clearFault(node);
    await world.sweep();
    expect(tallied(await world.outcomes(idOf('shop')))).toEqual({ 'reachable/Reachable': 4 });
  });

  it('are waited for where they are somebody else’s, and given up at the end of the sweep', async () => {
    const world = await open(fleetOf(cluster('shop', 3)));
    await world.sweep();
    world.set({ FIRST_COLLECT_SECONDS: '6' });
    const [busy, always] = Object.keys(await world.outcomes(idOf('shop'))) as [string, string];
    await world.setFault(busy, 'busy');
    await world.setFault(always, 'busy');
    // 9 s are left, and both are asked again after 6: the one that is free by then gets its verdict, the other its reason.
    const { ledger } = await world.sweep(async () => {
      const gone = (world.services().now().getTime() / 1000) % 300;
      world.passTime(300 - gone - 9);
      await world.clearFault(busy);
    });
    expect(ledger).toMatchObject({ known: 3, reachable: 2, unknown: 1, byReason: { NodeBusy: 1 } });
    expect((await world.outcomes(idOf('shop')))[busy]).toBe('reachable/Reachable');
    expect(await openOutages(world, idOf('shop'))).toEqual([]);
  });

  it('are not started by the next sweep while those of the last one go on', async () => {
    const world = await open(fleetOf(cluster('shop', 4)), { PROBE_DEADLINE_SECONDS: '60' }, { intervalSeconds: 20 });
    await world.sweep();
    const [slow] = Object.keys(await world.outcomes(idOf('shop'))) as [string];
    await world.setFault(slow, 'agent-silent');
    const before = (await world.requests()).runCommand.started;
    let next: ReturnType<SweepWorld['sweep']> | undefined;
    const last = world.sweep(async () => {
      next = world.sweep();
    });
    // The next sweep has come to the node and found its run under way.
    const cameTo = async () => next !== undefined && (await world.slicesStarted(idOf('shop'))) > 0;
    await until('the next sweep to come to the node', cameTo, 60_000);
    await world.clearFault(slow);
    for (const { ledger } of [await last, await next!]) expect(ledger).toMatchObject({ known: 4, reachable: 4 });
    const { started, conflicts, mostAtOncePerNode } = (await world.requests()).runCommand;
    // Both sweeps have the one run of the slow node.
    expect([started - before <= 7, conflicts, mostAtOncePerNode]).toEqual([true, 0, 1]);
  });

  it('that never end are given up, asked after once a sweep, and believed when they end after all', async () => {
    const world = await open(fleetOf(cluster('shop', 3)));
    await world.sweep();
    const [mute] = Object.keys(await world.outcomes(idOf('shop'))) as [string];
    await world.setFault(mute, 'agent-silent');
    const polls = async () => (await world.requests()).byOperation.Operations_Get ?? 0;
    expect((await world.sweep(async () => world.passTime(150))).ledger.byReason).toMatchObject({ Reachable: 2, RunCommandTimedOut: 1 });
    const before = await polls();
    expect((await world.sweep()).ledger.byReason).toMatchObject({ Reachable: 2, RunCommandStuck: 1 });
    // Two polls for each of the others, one for the run that is overdue.
    expect((await polls()) - before).toBe(5);
    await world.clearFault(mute);
    expect((await world.sweep()).ledger).toMatchObject({ reachable: 3 });
    expect((await world.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
  });

  it('are each one, though every message comes twice and in no order', async () => {
    const world = await open(fleetOf(cluster('shop', 5), cluster('blog', 2)), { NODES_PER_SLICE: '2' });
    world.disorder();
    for (let sweep = 1; sweep <= 2; sweep++) {
      expect((await world.sweep()).ledger).toMatchObject({ known: 7, reachable: 7 });
      expect((await world.requests()).runCommand).toEqual({ started: 7 * sweep, conflicts: 0, mostAtOncePerNode: 1 });
    }
    const rows = await readNodes(world.services().tables, idOf('shop'));
    expect([...rows.values()].filter(({ claim }) => claim !== undefined)).toEqual([]);
    expect(world.poisoned).toEqual([]);
  });
});
