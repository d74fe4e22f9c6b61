import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { diagnoseCluster } from '../../src/diagnose/diagnose-cluster.ts';
import type { Diagnosis } from '../../src/history/diagnosis.ts';
import { diagnosisActions } from '../../src/inventory/permissions.ts';
import { readCauseCounts } from '../../src/tables/cause-counts.ts';
import { readDiagnoses } from '../../src/tables/diagnosis-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { networkFleet, spokes } from '../simulator/network-fleet.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { answering } from './answering-nodes.ts';

vi.setConfig({ testTimeout: 300_000 });

const settings = { FAILURE_THRESHOLD: '1', CLUSTER_QUORUM_NODES: '1', PROBE_DEADLINE_SECONDS: '30' };
const shop = `${spokes}.rg-shop.shop`;

let world: SweepWorld;
let cutOff: ReadonlySet<string>;
afterEach(() => world?.stop());

/** A cluster `shop` with so many nodes, of which those named are cut off. */
async function open(nodes: number, more: Record<string, string> = {}, fleet: FleetFile = networkFleet({ shop: 'plain' })): Promise<void> {
  const [cluster] = fleet.subscriptions[0]!.clusters;
  cluster!.pools[0]!.count = nodes;
  cutOff = new Set();
  const answer = answering(({ name, cluster: own }) => cutOff.has(name) || cutOff.has(own.spec.name));
  world = await openSweepWorld(fleet, { ...settings, ...more }, { answer, changeLagSeconds: 0 });
}

const diagnosesOf = async (cluster = shop) =>
  new Map([...(await readDiagnoses(world.services().tables, cluster))].map(([subject, { diagnosis }]) => [subject, diagnosis]));
const diagnosed = (subject: string, isSo: (diagnosis: Diagnosis) => boolean): Promise<Diagnosis> =>
  world.workUntil(`a search for ${subject}`, async () => {
    const diagnosis = (await diagnosesOf()).get(subject);
    return diagnosis !== undefined && !diagnosis.running && isSo(diagnosis) ? diagnosis : undefined;
  });
const nodesOf = async (): Promise<string[]> => Object.keys(await world.outcomes(shop)).sort();
const kinds = ({ findings }: Diagnosis) => findings.map(({ kind, code }) => `${kind} ${code}`);

describe('a cause', () => {
  it('is revoked, and counted so, when the outage ends and the setting still blocks', async () => {
    await open(1);
    await world.setFault('rg-shop/shop', 'nsg-denies');
    cutOff = new Set(['shop']);
    await world.sweep();
    expect(kinds(await diagnosed('cluster', ({ rounds }) => rounds > 0))[0]).toBe('cause NsgDenies');
    // The node reaches its API server, though the rule is still there.
    cutOff = new Set();
    await world.sweep();
    await world.sweep();
    const { findings } = await diagnosed('cluster', ({ ended }) => ended !== undefined);
    expect(findings[0]).toMatchObject({ code: 'NsgDenies', kind: 'cause', revoked: expect.any(String) });
    const [{ outage } = { outage: undefined }] = (await readOutages(world.services().tables, shop)).filter(
      ({ outage: { node } }) => node === undefined,
    );
    expect(outage).toMatchObject({ end: expect.any(String), findings: [{ code: 'NsgDenies', revoked: expect.any(String) }] });
    expect(await readCauseCounts(world.services().tables)).toEqual([{ code: 'NsgDenies', confirmed: 0, revoked: 1 }]);
  });

  it('is none while a neighbour in the same subnet reaches its API server, and at most a suspicion where it was just changed', async () => {
    await open(3);
    await world.sweep();
    const [first] = await nodesOf();
    await world.setFault('rg-shop/shop', 'nsg-denies');
    cutOff = new Set([first!]);
    await world.sweep();
    const diagnosis = await diagnosed('ConnectionTimedOut', ({ rounds }) => rounds > 0);
    expect(kinds(diagnosis)).toEqual(['suspicion NsgDenies']);
  });
});

describe('the searches of a cluster', () => {
  it('are one for all nodes with one reason, noted in each of their outages, also of those that join', async () => {
    await open(8, { CLUSTER_QUORUM_PERCENT: '90' });
    await world.sweep();
    const names = await nodesOf();
    await world.setFault('rg-shop/shop', 'nsg-denies');
    cutOff = new Set(names.slice(0, 3));
    await world.sweep();
    const first = await diagnosed('ConnectionTimedOut', ({ rounds }) => rounds > 0);
    cutOff = new Set(names.slice(0, 4));
    await world.sweep();
    const noted = await world.workUntil('four outages with findings', async () => {
      const rows = await readOutages(world.services().tables, shop, { which: 'open' });
      return rows.length === 4 && rows.every(({ outage: { searchedAt } }) => searchedAt !== undefined) ? rows : undefined;
    });
    expect([...(await diagnosesOf()).keys()]).toEqual(['ConnectionTimedOut']);
    expect(noted.map(({ outage: { findings } }) => findings?.[0]?.code)).toEqual(Array(4).fill('NsgDenies'));
    expect(first.rounds).toBe(1);
  });

  it('are made anew for outages that begin while an old one lasts, and say nothing of that one', async () => {
    await open(8, { CLUSTER_QUORUM_PERCENT: '90' });
    await world.sweep();
    const names = await nodesOf();
    cutOff = new Set(names.slice(0, 1));
    await world.sweep();
    const old = await diagnosed('ConnectionTimedOut', ({ rounds }) => rounds > 0);
    expect(old.findings).toEqual([]);
    // Sweeps later, somebody cuts off others.
    await world.sweep();
    await world.sweep();
    await world.setFault('rg-shop/shop', 'nsg-denies');
    cutOff = new Set(names.slice(0, 5));
    await world.sweep();
    const fresh = await diagnosed('ConnectionTimedOut', ({ first, rounds }) => first > old.first && rounds > 0);
    expect(kinds(fresh)).toEqual(['suspicion NsgDenies']);
    const rows = await world.workUntil('findings in the new outages', async () => {
      const open = await readOutages(world.services().tables, shop, { which: 'open' });
      return open.filter(({ outage: { findings } }) => findings?.[0]?.code === 'NsgDenies').length === 4 ? open : undefined;
    });
    const { findings, searchedAt = '' } = rows.find(({ outage: { node } }) => node === names[0])!.outage;
    expect(findings).toEqual([]);
    expect(searchedAt < fresh.first).toBe(true);
  });

  it('come again for the late change logs, and no more once all is known', async () => {
    await open(1);
    cutOff = new Set(['shop']);
    await world.sweep();
    await diagnosed('cluster', ({ rounds }) => rounds === 1);
    // Its own message is for later, which the queue does not count by the clock of the app.
    const search = async (seconds: number) => {
      world.passTime(seconds);
      await diagnoseCluster(world.services(), { cluster: shop, subject: 'cluster' });
      return (await diagnosesOf()).get('cluster')!.rounds;
    };
    expect([await search(60), await search(240), await search(600), await search(300)]).toEqual([1, 2, 2, 3]);
    const before = (await world.requests()).total;
    expect(await search(3600)).toBe(3);
    expect((await world.requests()).total).toBe(before);
  });

  it('are not made twice by two messages at once', async () => {
    await open(1);
    await world.sweep();
    cutOff = new Set(['shop']);
    world.disorder();
    await world.sweep();
    const diagnosis = await diagnosed('cluster', ({ rounds }) => rounds > 0);
    expect(diagnosis.rounds).toBe(1);
    expect(world.poisoned).toEqual([]);
  });

  it('are none for a message about something that never was', async () => {
    await open(1);
    await world.sweep();
    const before = (await world.requests()).total;
    for (const [cluster, subject] of [
      [shop, 'cluster'],
      [shop, 'blind'],
      [shop, 'Nonsense'],
      [`${spokes}.rg-x.x`, 'cluster'],
    ] as const)
      await diagnoseCluster(world.services(), { cluster, subject });
    expect((await world.requests()).total).toBe(before);
    expect((await diagnosesOf()).size).toBe(0);
  });
});

describe('who changed something', () => {
  it('is an object id, unless the settings show names', async () => {
    await open(1);
    await world.setFault('rg-shop/shop', 'nsg-denies');
    cutOff = new Set(['shop']);
    await world.sweep();
    const { findings, changes } = await diagnosed('cluster', ({ rounds }) => rounds > 0);
    expect(JSON.stringify([findings, changes])).not.toContain('ana@contoso.com');
    expect(findings[0]!.changedBy).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('without the role for searches', () => {
  it('everything works as before, and each sweep says once what it could not look at', async () => {
    const fleet = networkFleet({ shop: 'plain', other: 'nat' });
    await open(1, {}, fleet);
    world.simulator.lacks(
      diagnosisActions.filter(
        (action) =>
          ![
            'Microsoft.Compute/virtualMachines/read',
            'Microsoft.Compute/virtualMachines/instanceView/read',
            'Microsoft.Resources/changes/read',
          ].includes(action),
      ),
    );
    await world.sweep();
    cutOff = new Set(['shop', 'other']);
    await world.sweep();
    await diagnosed('cluster', ({ rounds }) => rounds > 0);
    const { warnings } = await world.sweep();
    expect(warnings).toEqual([
      expect.stringMatching(
        /^could not look: the search for what cut off .*rg-other.other, .*rg-shop.shop lacks Microsoft.Insights\/eventtypes\/values\/read, .*, which infra\/fleet-diagnosis.bicep grants$/,
      ),
    ]);
    const [{ outage } = { outage: undefined }] = await readOutages(world.services().tables, shop, { which: 'open' });
    expect(outage).toMatchObject({ findings: undefined, searchedAt: undefined });
    expect(world.poisoned).toEqual([]);
  });
});
