import { describe, expect, it, vi } from 'vitest';
import { armError } from '../../local/simulator/arm-reply.ts';
import { coverageOf } from '../../src/model/ledger.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { type Body, blind, changing, events, fleetOf, type Intercept, idOf, open, outages, sick, sweep } from './field-world.ts';

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

describe('what is planned (reports 5 and 12)', () => {
  it('is recorded and no outage, where a cluster comes or goes; what is changed or failed is probed and judged', async () => {
    const recorded = { Stopping: 'ClusterStopping', Deleting: 'ClusterDeleting', Starting: 'ClusterStarting', Creating: 'ClusterCreating' };
    const judged = ['Upgrading', 'Updating', 'Migrating', 'ReconcilingSomethingNew', 'Failed', 'Canceled'];
    const states = [...Object.keys(recorded), ...judged];
    let isOff = false;
    const intercept = changing(/\/managedClusters$/, (cluster) => {
      const state = states.find((each) => each.toLowerCase() === cluster.name);
      if (isOff && state !== undefined) cluster.properties.provisioningState = state;
      return cluster;
    });
    const world = await open(fleetOf(Object.fromEntries(states.map((state) => [state.toLowerCase(), 2]))), { intercept });
    await sweep(world);
    isOff = true;
    for (const state of states) sick.add(state.toLowerCase());
    await sweep(world);
    const ledgers = await sweep(world);
    for (const [state, reason] of Object.entries(recorded)) {
      const ledger = ledgers[state.toLowerCase()]!;
      expect(ledger, state).toMatchObject({ known: 2, notProbed: 2, byReason: { [reason]: 2 } });
      expect(coverageOf(ledger), state).toBeNull();
      expect(await outages(world, state.toLowerCase()), state).toEqual([]);
    }
    for (const state of judged) {
      expect(ledgers[state.toLowerCase()], state).toMatchObject({ unreachable: 2 });
      const own = (await outages(world, state.toLowerCase(), 'open')).filter(({ node }) => node === undefined);
      expect(own, state).toMatchObject([{ reason: 'ConnectionRefused' }]);
    }
  });

  it('is noticed before people are woken, where somebody stops a cluster just after a sweep has listed it', async () => {
    let [isArmed, isOff] = [false, false];
    const stop = (cluster: Body) => {
      if (isOff && cluster.name !== 'down') cluster.properties.provisioningState = 'Stopping';
      return cluster;
    };
    const lists = changing(/\/managedClusters$/, stop);
    const intercept: Intercept = async (request, ask) => {
      // By then all clusters are listed.
      if (isArmed && request.url.pathname.endsWith('/runCommand')) isOff = true;
      const isOne = /\/managedClusters\/\w+$/.test(request.url.pathname);
      if (isOne && isOff && request.url.pathname.endsWith('mute')) return armError(500, 'InternalServerError', 'An error occurred.');
      const reply = await lists(request, ask);
      return isOne && reply.status === 200 ? { ...reply, body: stop(structuredClone(reply.body)) } : reply;
    };
    const world = await open(fleetOf({ shop: 3, down: 3, mute: 3 }), { intercept });
    await sweep(world);
    for (const name of ['shop', 'down', 'mute']) sick.add(name);
    isArmed = true;
    await sweep(world);
    await sweep(world);
    await world.setFault('shop', 'cluster-stopped');
    await sweep(world);
    await sweep(world);
    const told = (await events(world, /Outage/)).map(({ name, properties }) => `${name} ${properties.cluster?.split('.').at(-1)}`);
    // Where nothing is planned, or Azure does not say so, the outage is notified.
    expect(told.sort()).toEqual(['ClusterOutageStarted down', 'ClusterOutageStarted mute']);
    expect(await outages(world, 'shop', 'open')).toEqual([]);
  });

  it('gives nodes that run again the grace of new ones, though they are old', async () => {
    const world = await open(fleetOf({ shop: 2 }), {});
    await sweep(world);
    await world.setFault('shop', 'deallocated');
    expect((await sweep(world)).shop).toMatchObject({ byReason: { Deallocated: 2 } });
    await world.clearFault('shop');
    sick.add('shop');
    expect((await sweep(world)).shop).toMatchObject({ byReason: { TooYoung: 2 } });
    sick.clear();
    // Sweeps are five minutes apart, and the grace is ten minutes long.
    await sweep(world);
    await sweep(world);
    expect((await sweep(world)).shop).toMatchObject({ reachable: 2 });
    expect(await outages(world, 'shop')).toEqual([]);
  });
});

describe('a hiccup (reports 6 and 13)', () => {
  it('of storage in a part of a transaction is waited out, and is no poison', async () => {
    let refusals = 0;
    const world = await open(fleetOf({ shop: 4 }), {
      isBusy: (transaction) => refusals > 0 && transaction.includes('node|') && refusals-- > 0,
    });
    await sweep(world);
    refusals = 3;
    expect((await sweep(world)).shop).toMatchObject({ reachable: 4 });
    expect([refusals, world.poisoned, await outages(world, 'shop')]).toEqual([0, [], []]);
    expect((await world.requests()).runCommand).toMatchObject({ started: 8, conflicts: 0, mostAtOncePerNode: 1 });
  });

  it('of the sign-in while runs are under way postpones their end, accuses nobody and starts nothing twice, whatever its words', async () => {
    let refusals = 0;
    const words = ['the operation timed out', 'ManagedIdentityCredential: 429 Too Many Requests', 'getaddrinfo EAI_AGAIN'];
    const world = await open(fleetOf({ shop: 4 }), { refuseToken: () => (refusals-- > 0 ? new Error(words[refusals]) : undefined) });
    for (let n = 1; n <= 2; n++) {
      const ledgers = await sweep(world, async () => {
        refusals = 3;
      });
      expect(ledgers.shop).toMatchObject({ reachable: 4 });
      expect((await world.requests()).runCommand).toMatchObject({ started: 4 * n, conflicts: 0, mostAtOncePerNode: 1 });
    }
    expect([await outages(world, 'shop'), await blind(world), world.poisoned]).toEqual([[], [], []]);
  });

  it('of the sign-in that lasts keeps the claims of runs that are under way, and accuses no node', async () => {
    let isOut = false;
    const world = await open(
      fleetOf({ shop: 2 }),
      { refuseToken: () => (isOut ? new Error('no token') : undefined) },
      { PROBE_DEADLINE_SECONDS: '30' },
    );
    const first = await sweep(world, async () => {
      isOut = true;
      world.passTime(31);
    });
    expect(first.shop).toMatchObject({ unknown: 2, byReason: { SignInFailed: 2 } });
    const rows = [...(await readNodes(world.services().tables, idOf('shop'))).values()];
    expect(rows.map(({ claim }) => claim?.overdue)).toEqual([true, true]);
    isOut = false;
    // The next sweep asks what became of these runs, and starts nothing on their nodes.
    expect((await sweep(world)).shop).toMatchObject({ reachable: 2 });
    expect((await world.requests()).runCommand).toMatchObject({ started: 2, conflicts: 0, mostAtOncePerNode: 1 });
    expect(await outages(world, 'shop')).toEqual([]);
  });
});
