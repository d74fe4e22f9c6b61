import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArmReply } from '../../local/simulator/arm-reply.ts';
import { observe } from '../../src/diagnose/observe.ts';
import { openReadCache } from '../../src/diagnose/read/read-cache.ts';
import { startReading } from '../../src/diagnose/read/read-settings.ts';
import { type SearchResult, search } from '../../src/diagnose/search.ts';
import { managedClusterId } from '../../src/diagnose/subject.ts';
import { diagnosisActions } from '../../src/inventory/permissions.ts';
import { type Kind, kinds, networkFleet, spokes } from '../simulator/network-fleet.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

/** A cluster of each kind, and one more behind the firewall. */
const clusters: Record<string, Kind> = {
  ...Object.fromEntries((Object.keys(kinds) as Kind[]).map((kind) => [kind.toLowerCase(), kind])),
  behind: 'routed',
};
const names = Object.keys(clusters);
/** What the nodes of a cluster saw: connecting fails, and everything else works. */
const cutOff = (address: string) =>
  observe(
    'ConnectionTimedOut',
    new Map([
      ['host', 'x'],
      ['port', '443'],
      ['dns', address],
      ['tcp', 'timeout'],
      ['egress', 'https://x 200'],
    ]),
    3,
  );

/** A fleet with a second hub, which has the same addresses as the first and no cluster behind it. */
function fleetOfTwoHubs() {
  const fleet = networkFleet(clusters);
  const firewall = { privateAddress: '10.0.0.4', publicAddress: '198.18.250.9' };
  fleet.subscriptions[1]!.hubs!.unshift({ name: 'another', resourceGroup: 'rg-another', firewall });
  return fleet;
}

let world: SweepWorld;
/** Answers instead of the simulator where it returns something. */
let interfere: (path: string, answer: () => Promise<ArmReply>) => Promise<ArmReply> | undefined;
let nodeIds: Map<string, string>;
beforeAll(async () => {
  world = await openSweepWorld(
    fleetOfTwoHubs(),
    {},
    { changeLagSeconds: 0, pageSizes: { events: 1000 }, intercept: ({ url }, answer) => interfere?.(url.pathname, answer) ?? answer() },
  );
  await world.sweep();
  const { arm } = world.services();
  nodeIds = new Map();
  for (const cluster of names) {
    for await (const { id } of (await arm.compute(spokes)).virtualMachineScaleSets.list(`MC_rg-${cluster}_${cluster}_westeurope`))
      nodeIds.set(cluster, `${id}/virtualMachines/0`);
  }
}, 120_000);
afterAll(() => world?.stop());

/** A search of its own, which shares no answer with another. */
async function searchFor(
  name: string,
  observation = cutOff(name.startsWith('private') ? '10.240.0.4' : '198.51.100.4'),
): Promise<SearchResult> {
  const cluster = `${spokes}.rg-${name}.${name}`;
  const now = new Date();
  const sought = {
    cluster,
    clusterId: managedClusterId(cluster),
    nodeId: nodeIds.get(name),
    observation,
    neighbours: { failing: 1, reachable: 0 },
    start: now.toISOString(),
    now,
  };
  return search(startReading(openReadCache(world.services().arm.request)), sought, false);
}

describe('a search in Azure', () => {
  it.each(names)('reads all that it wants of a cluster %s, within 25 requests, and finds nothing where nothing is wrong', async (kind) => {
    const before = (await world.requests()).total;
    const { findings, unread, changes } = await searchFor(kind);
    expect({ findings, unread, changes }).toEqual({ findings: [], unread: [], changes: [] });
    expect((await world.requests()).total - before).toBeLessThanOrEqual(25);
  });

  it('asks for nothing of the network where the API server has answered', async () => {
    const before = (await world.requests()).byOperation;
    await searchFor(
      'plain',
      observe(
        'Unauthorized',
        new Map([
          ['tcp', 'ok'],
          ['version', '401'],
        ]),
        3,
      ),
    );
    const after = (await world.requests()).byOperation;
    const asked = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(asked.sort()).toEqual([
      'ActivityLogs_List',
      'AvailabilityStatuses_GetByResource',
      'Events_ListBySubscriptionId',
      'ManagedClusters_Get',
      'ResourceGraph_Query',
    ]);
  });
});

describe('the next hop of a route', () => {
  it('is looked for where packets can go: the same address in another network is another one', async () => {
    await world.setFault('hub', 'next-hop-dead');
    const { findings } = await searchFor('behind', observe('RunCommandTimedOut', new Map(), 0, true));
    await world.clearFault('hub');
    expect(findings[0]).toMatchObject({ code: 'NextHopDead', resourceId: expect.stringMatching(/\/resourceGroups\/rg-hub\//i) });
  });
});

describe('a right that is missing', () => {
  // The table of changes has no path of its own; machines are those that routes may send to, which other clusters' nodes are too.
  const untold = ['Microsoft.Resources/changes/read', 'Microsoft.Compute/virtualMachines/instanceView/read'];

  it.each(diagnosisActions.filter((action) => !untold.includes(action)))(
    '%s is named by what could not be read for want of it, and by nothing else',
    async (action) => {
      await world.setFault(`rg-routed/routed`, 'next-hop-dead');
      world.simulator.lacks([action]);
      const observation = observe('RunCommandTimedOut', new Map(), 0, true);
      // A clean path through a firewall, and one through a machine that does not run.
      const results = [
        ...(await Promise.all(
          (['nat', 'asking', 'private', 'privaterouted', 'integrated', 'plain', 'behind'] as const).map((kind) => searchFor(kind)),
        )),
        await searchFor('routed', observation),
      ];
      world.simulator.lacks([]);
      await world.clearFault(`rg-routed/routed`);
      const unread = results.flatMap((result) => result.unread);
      expect(unread.length).toBeGreaterThan(0);
      // What is only listed to those who may read it is looked for with several rights at once.
      for (const each of unread)
        expect(each).toMatchObject({ why: expect.stringMatching(/^(denied|unseen)$/), action: expect.stringContaining(action) });
      const told = results.filter(({ unread }) => unread.length > 0).map(({ findings }) => findings.at(-1));
      for (const finding of told)
        expect(finding).toMatchObject({
          code: 'CouldNotLook',
          kind: 'couldNotLook',
          sentence: expect.stringContaining(action),
        });
    },
  );
});

describe('what Azure answers oddly', () => {
  const answers: [string, () => ArmReply][] = [
    [
      '429 with Retry-After',
      () => ({ status: 429, headers: { 'retry-after': '20' }, body: { error: { code: 'TooManyRequests', message: 'x' } } }),
    ],
    ['500', () => ({ status: 500, body: { error: { code: 'InternalServerError', message: 'x' } } })],
    ['200 with nothing', () => ({ status: 200 })],
    ['200 with an array', () => ({ status: 200, body: [1, 2] })],
    ['200 without properties', () => ({ status: 200, body: { id: '/x', name: 'x' } })],
    [
      '200 with properties of other types',
      () => ({
        status: 200,
        body: { id: 1, properties: { securityRules: 'no', routes: {}, addressSpace: [], value: 7 }, value: 'x', data: {} },
      }),
    ],
    ['404 of the resource', () => ({ status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } })],
    ['404 of the subscription', () => ({ status: 404, body: { error: { code: 'SubscriptionNotFound', message: 'x' } } })],
  ];

  it.each(answers)(
    'is no cause and no failure: %s for everything',
    async (_, reply) => {
      interfere = (path) => (path.startsWith('/subscriptions/') || path.startsWith('/providers/') ? Promise.resolve(reply()) : undefined);
      const results = await Promise.all((['nat', 'routed', 'private', 'integrated'] as const).map((kind) => searchFor(kind)));
      interfere = () => undefined;
      expect(results.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'cause'))).toEqual([]);
    },
    60_000,
  );

  it('about one piece of a broken path leaves no cause that rests on it, and the rest is found', async () => {
    await world.setFault('rg-plain/plain', 'nsg-denies');
    const whole = await searchFor('plain');
    interfere = (path) =>
      /networkSecurityGroups/i.test(path)
        ? Promise.resolve({ status: 200, body: { id: path, properties: { securityRules: [{ name: 'x' }], defaultSecurityRules: [] } } })
        : undefined;
    const odd = await searchFor('plain');
    interfere = () => undefined;
    await world.clearFault('rg-plain/plain');
    expect(whole.findings[0]).toMatchObject({ code: 'NsgDenies', kind: 'cause' });
    expect(odd.findings.map(({ kind }) => kind)).not.toContain('cause');
    expect(odd.findings.at(-1)).toMatchObject({ code: 'CouldNotLook', sentence: expect.stringContaining('reading it failed') });
  });

  it('that never comes costs a search one minute at most, and nothing else', async () => {
    const signal = AbortSignal.timeout(100);
    const cache = openReadCache((path, options) => world.services().arm.request(path, { ...options, signal }));
    interfere = () => new Promise(() => {});
    const cluster = `${spokes}.rg-plain.plain`;
    const now = new Date();
    const sought = {
      cluster,
      clusterId: managedClusterId(cluster),
      observation: cutOff('198.51.100.4'),
      neighbours: { failing: 1, reachable: 0 },
      start: now.toISOString(),
      now,
    };
    const { findings } = await search(startReading(cache), sought, false);
    interfere = () => undefined;
    expect(findings).toMatchObject([{ code: 'CouldNotLook' }]);
  }, 30_000);
});
