import { describe, expect, it, vi } from 'vitest';
import { type ArmReply, armError } from '../../local/simulator/arm-reply.ts';
import { coverageOf } from '../../src/model/ledger.ts';
import {
  type Body,
  changing,
  clusterOf,
  counted,
  firstNode,
  fleetOf,
  type Intercept,
  open,
  outages,
  type Pools,
  sick,
  sweep,
  untilOpen,
} from './field-world.ts';

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

describe('machines that one source does not show (report 1)', () => {
  it('are told by their name where tags are lost, asked for by id where a list lacks them, and a gap where nobody knows them', async () => {
    let isOff = false;
    const lists = changing(/\/virtualMachineScaleSets$/, (set, url) => {
      if (!isOff || !['untagged', 'hidden'].includes(clusterOf(url))) return set;
      return clusterOf(url) === 'hidden' ? undefined : { ...set, tags: { owner: 'finops' } };
    });
    const clusters = changing(/\/managedClusters$/, (cluster) => {
      const [pool] = cluster.properties.agentPoolProfiles;
      if (['unseen', 'stopped', 'leaving'].includes(cluster.name)) pool.count += 3;
      if (cluster.name === 'stopped') pool.powerState = { code: 'Stopped' };
      if (cluster.name === 'leaving') pool.provisioningState = 'Deleting';
      return cluster;
    });
    const intercept: Intercept = (request, ask) => lists(request, async () => clusters(request, ask));
    const fleet = fleetOf({ untagged: 4, hidden: 4, unseen: 4, stopped: 2, leaving: 2 });
    const world = await open(fleet, { intercept }, { CLUSTER_QUORUM_PERCENT: '100' });
    await sweep(world);
    for (const name of ['untagged', 'hidden']) sick.add(await firstNode(world, name));
    expect((await sweep(world)).unseen).toMatchObject({ known: 7, notProbed: 3, byReason: { Reachable: 4, MachinesMissing: 3 } });
    for (const name of ['untagged', 'hidden']) await untilOpen(world, name);
    isOff = true;
    const [first, second, third] = [await sweep(world), await sweep(world), await sweep(world)];
    for (const { untagged, hidden, unseen, stopped, leaving } of [first, second, third]) {
      for (const each of [untagged!, hidden!]) expect([each.known, coverageOf(each)]).toEqual([4, 1]);
      expect(coverageOf(unseen!)).toBeCloseTo(4 / 7);
      expect([stopped!.known, leaving!.known]).toEqual([2, 2]);
    }
    for (const name of ['untagged', 'hidden'])
      expect(await outages(world, name, 'open'), name).toMatchObject([{ reason: 'ConnectionRefused' }]);
  });
});

describe('a list that cannot be read, or says something odd', () => {
  it('costs its own nodes a verdict, with the cause, and no other', async () => {
    let isOff = false;
    const broken: Record<string, ArmReply> = {
      failing: armError(500, 'InternalServerError', 'An error occurred.'),
      forbidden: armError(403, 'AuthorizationFailed', 'The client does not have authorization.'),
      empty: { status: 200, body: { value: null } },
      holed: { status: 200, body: { value: [null] } },
    };
    const pools: Pools = [
      { name: 'web', count: 2 },
      { name: 'api', count: 2 },
    ];
    const intercept: Intercept = ({ url }, ask) => {
      if (clusterOf(url) === 'viewless' && url.searchParams.get('$expand') === 'instanceView')
        return armError(400, 'BadRequest', 'The expand query option is not supported.');
      const isApi = /\/aks-api-\w+-vmss\/virtualMachines$/.test(url.pathname);
      return (isOff && isApi && broken[clusterOf(url)]) || ask();
    };
    const names = Object.keys(broken);
    const world = await open(fleetOf({ ...Object.fromEntries(names.map((name) => [name, pools])), viewless: 2 }), { intercept });
    await sweep(world);
    isOff = true;
    for (let n = 0; n < 2; n++) {
      await sweep(world);
      for (const name of names) {
        const reason = name === 'forbidden' ? 'AccessDenied' : 'AzureError';
        expect(await counted(world, name), name).toEqual({ 'reachable/Reachable': 2, [`notProbed/${reason}`]: 2 });
      }
    }
    isOff = false;
    await sweep(world);
    for (const name of names) expect(await counted(world, name), name).toEqual({ 'reachable/Reachable': 4 });
    // Where Azure cannot give power states, nothing is known of them, and the nodes are probed.
    expect(await counted(world, 'viewless')).toEqual({ 'reachable/Reachable': 2 });
    expect(world.poisoned).toEqual([]);
  });

  it('ends no outage and forgets nobody by a power state that proves nothing', async () => {
    let isOff = false;
    const powers = ['unknown', 'starting', 'stopping', 'none', 'null'];
    const intercept = changing(/\/virtualMachines$/, (machine, url) => {
      const power = clusterOf(url);
      if (!isOff || !powers.includes(power)) return machine;
      const view = machine.properties.instanceView;
      const statuses = view.statuses.filter(({ code }: Body) => !code.startsWith('PowerState/'));
      view.statuses = power === 'null' ? null : power === 'none' ? statuses : [...statuses, { code: `PowerState/${power}` }];
      return machine;
    });
    const world = await open(
      fleetOf(Object.fromEntries(powers.map((power) => [power, 3]))),
      { intercept },
      { CLUSTER_QUORUM_PERCENT: '100' },
    );
    await sweep(world);
    for (const power of powers) sick.add(await firstNode(world, power));
    await sweep(world);
    for (const power of powers) await untilOpen(world, power);
    isOff = true;
    for (let n = 0; n < 3; n++) {
      const ledgers = await sweep(world);
      for (const power of powers) expect(ledgers[power]!.known, power).toBe(3);
    }
    for (const power of powers) expect(await outages(world, power, 'open'), power).toHaveLength(1);
  });
});
