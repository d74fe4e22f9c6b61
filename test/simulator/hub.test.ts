import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseFleet } from '../../local/simulator/fleet-schema.ts';
import { networkFleet, spokes } from './network-fleet.ts';
import { type Json, query, read, readAround } from './read-azure.ts';
import { compute, kubectlScript, smallFleet } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const routed = ['one', 'two', 'three'];
let simulator: Conversation;
beforeAll(async () => {
  const clusters = { one: 'routed', two: 'routed', three: 'privateRouted', asking: 'asking', alone: 'nat' } as const;
  simulator = await converse(networkFleet(clusters), { changeLagSeconds: 0 });
});
afterAll(() => simulator.end());

/** Whether a script on the node of a cluster comes to its end, and what it printed. */
async function run(name: string, script = kubectlScript(3)): Promise<string> {
  const nodeGroup = `/subscriptions/${spokes}/resourceGroups/MC_rg-${name}_${name}_westeurope`;
  const sets = await read(simulator, `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`);
  const instance = `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${sets.value[0].name}/virtualMachines/0`;
  const accepted = await simulator.start(instance, script);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const { status, body } = await simulator.arm('GET', String(accepted.headers.location));
  return status === 202 ? 'in progress' : (body.value?.[0]?.message ?? '');
}

test('a dead firewall silences all clusters that leave through it at once, and no others', { timeout: 120_000 }, async () => {
  const { status, body } = await simulator.setFault('hub', 'next-hop-dead');
  expect([status, body.target, body.nodes]).toEqual([200, 'hub.hub', 4]);
  expect(await Promise.all([...routed, 'asking', 'alone'].map((name) => run(name, ['echo here'])))).toEqual([
    ...routed.map(() => 'in progress'),
    expect.stringContaining('here'),
    expect.stringContaining('here'),
  ]);
  await simulator.clearFault('hub');
  await vi.waitFor(async () => expect(await run('one', ['echo here'])).toContain('here'), { timeout: 30_000 });
});

test('a hub’s default route to another appliance is written into the route table of each cluster', async () => {
  await simulator.setFault('rg-hub/hub', 'default-route-to-appliance');
  const hops = await Promise.all(
    routed.map(async (name) => (await readAround(simulator, spokes, name)).routeTable.properties.routes[0].properties.nextHopIpAddress),
  );
  expect(hops).toEqual(routed.map(() => '10.0.0.68'));
  const { body } = await query(simulator, [spokes], 'resourcechanges | project op = properties.changeAttributes.operation');
  expect(body.data.filter(({ op }: Json) => op === 'microsoft.network/routetables/routes/write')).toHaveLength(3);
  await simulator.clearFault('hub');
});

test('a central zone without links is found by none of the private clusters, and by public ones no less than before', {
  timeout: 60_000,
}, async ({ skip }) => {
  if (simulator.simulator.unavailableFaults.has('zone-not-linked')) return skip();
  await simulator.setFault('hub', 'zone-not-linked');
  expect(await run('three')).toMatch(/no such host|exit 1/);
  expect(await run('one')).toContain('exit 0');
  const { cluster } = await readAround(simulator, spokes, 'three');
  const links = await read(simulator, `${cluster.properties.apiServerAccessProfile.privateDNSZone}/virtualNetworkLinks`);
  expect(links.value).toEqual([]);
  await simulator.clearFault('hub');
});

test('a cluster’s own fault is nearer than that of its hub', async () => {
  await simulator.setFault('hub', 'firewall-answers');
  await simulator.setFault('one', 'nsg-denies');
  const { subnetNsg } = await readAround(simulator, spokes, 'one');
  expect(subnetNsg.properties.securityRules.map(({ name }: Json) => name)).toContain('deny-443');
  expect((await simulator.clearFault('one')).body.cleared).toBe('nsg-denies');
  const { body } = await simulator.ask<Json>('GET', '/control/faults');
  expect(body.active.map(({ fault }: Json) => fault)).toEqual(['firewall-answers']);
  await simulator.clearFault('hub');
});

test('a fault that does not fit is a 409 that names the clusters where it does', async () => {
  const refused = await simulator.setFault('one', 'zone-not-linked');
  expect([refused.status, refused.body.title, refused.body.possible]).toEqual([409, 'Fault does not apply', ['rg-three/three']]);
  expect(refused.body.detail).toBe(
    'one cannot have "zone-not-linked". Only private clusters with a private DNS zone can: for example rg-three/three.',
  );
  const nowhere = await simulator.setFault('one', 'api-subnet-blocked');
  expect(nowhere.body.detail).toContain('this fleet has none.');
  expect((await simulator.setFault('hub', 'nsg-denies')).status).toBe(400);
});

test('on a node only that one feels a rule that the whole subnet has', { timeout: 60_000 }, async () => {
  const pair = await converse(smallFleet(2));
  const sets = await pair.arm('GET', `${compute}/virtualMachineScaleSets`);
  const name = String(sets.body.value[0]?.name);
  await pair.setFault(`${name}000000`, 'nsg-denies');
  const [hit, spared] = await Promise.all(
    [0, 1].map((index) => pair.run(`${compute}/virtualMachineScaleSets/${name}/virtualMachines/${index}`, kubectlScript(3))),
  );
  expect(hit).toMatch(/exit 1/);
  expect(spared).toContain('exit 0');
  await pair.end();
});

test('networks that Azure would not have are listed with the other mistakes of a fleet', () => {
  const fleet = smallFleet(1, { network: { hub: 'nowhere', natGateway: 'ng', outboundType: 'userDefinedRouting' } });
  expect(() => parseFleet(fleet, 'fleet.json')).not.toThrow(/Invalid/);
  expect(() => parseFleet(fleet, 'fleet.json')).toThrow(
    [
      'fleet.json does not describe a fleet:',
      '  subscriptions[0].clusters[0].network.natGateway: expected a vnet beside it: AKS makes no such thing by itself',
      '  subscriptions[0].clusters[0].network.hub: expected a vnet beside it: AKS makes no such thing by itself',
      '  subscriptions[0].clusters[0].network.hub: no hub is called "nowhere"',
      '  subscriptions[0].clusters[0].network.outboundType: expected userAssignedNATGateway, because there is a natGateway',
    ].join('\n'),
  );
});
