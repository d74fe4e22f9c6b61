import { afterAll, beforeAll, expect, test } from 'vitest';
import { central, networkFleet, spokes } from './network-fleet.ts';
import { type Json, query, read } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

let simulator: Conversation;
beforeAll(async () => {
  simulator = await converse(networkFleet({ one: 'routed', two: 'private' }), {
    kubectl: '/nowhere/kubectl',
    changeLagSeconds: 0,
    inventoryLagSeconds: 600,
  });
});
afterAll(() => simulator.end());

const owners = (address: string) =>
  `resources|where type in~('microsoft.network/azurefirewalls','microsoft.network/networkinterfaces','microsoft.network/loadbalancers')|where tostring(properties) contains '"${address}"'`;
const idsOf = async (text: string, subscriptions = [spokes, central]) => {
  const { status, body } = await query(simulator, subscriptions, text);
  expect(status).toBe(200);
  return body.data.map(({ id }: Json) => id.split('/').at(-1));
};

test('the owner of a next hop is found by its address: a firewall, or the interface of a machine', async () => {
  expect(await idsOf(owners('10.0.0.4'))).toEqual(['afw-hub']);
  expect(await idsOf(owners('10.0.0.69'))).toEqual(['nic-nva-old']);
  expect(await idsOf(owners('10.0.0.6'))).toEqual([]);
});

test('only the subscriptions that are asked for are searched', async () => {
  expect(await idsOf(owners('10.0.0.4'), [spokes])).toEqual([]);
});

test('the list of resources is behind: it still names a firewall that has lost its address', async () => {
  await simulator.setFault('hub', 'next-hop-dead');
  const [id] = await idsOf(owners('10.0.0.4'));
  expect(id).toBe('afw-hub');
  const firewall = `/subscriptions/${central}/resourceGroups/rg-hub/providers/Microsoft.Network/azureFirewalls/afw-hub`;
  expect((await read(simulator, firewall)).properties).toMatchObject({ ipConfigurations: [], provisioningState: 'Succeeded' });
  await simulator.clearFault('hub');
});

test('no network manager applies rules, until one does: the VNet names its configuration, and the rule is beside it', async () => {
  const rows = async (type: string) =>
    (await query(simulator, [spokes], `networkresources | where type =~ 'microsoft.network/${type}' | project id, properties`)).body.data;
  expect(await rows('effectivesecurityadminrules')).toEqual([]);
  await simulator.setFault('two', 'admin-rule-denies');
  const [effective] = await rows('effectivesecurityadminrules');
  expect(effective.id).toMatch(/\/virtualNetworks\/[^/]+\/providers\/Microsoft.Network\/effectiveSecurityAdminRules\/default$/);
  const configuration = effective.properties.EffectiveSecurityAdminConfigurations[0].Id.replace(/\/snapshots\/.*/, '');
  const [rule] = await rows('networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots');
  expect(rule.id).toContain(configuration);
  expect(rule.properties).toMatchObject({ access: 'Deny', direction: 'Outbound', destinationPortRanges: ['443'] });
  await simulator.clearFault('two');
});

test('stages do what Kusto does: conditions, columns, order and limits', async () => {
  const { body } = await query(
    simulator,
    [spokes, central],
    `resources
     | where (type == 'microsoft.network/networkinterfaces' or type =~ 'MICROSOFT.NETWORK/azureFirewalls') and name !startswith "kube"
     | extend group = tolower(resourceGroup)
     | project name, group, forwards = properties.enableIPForwarding
     | order by name desc
     | limit 2`,
  );
  expect(body).toMatchObject({ totalRecords: 2, count: 2, resultTruncated: 'false' });
  expect(body.data).toEqual([
    { name: 'nic-nva-old', group: 'rg-hub', forwards: true },
    { name: 'nic-nva', group: 'rg-hub', forwards: true },
  ]);
});

test.each([
  'securityresources | limit 1',
  'resources | summarize count() by type',
  'resources | where name matches regex "x"',
  'resources | where toupper(name) == "X"',
  'resources | where',
  'resources | where name == "x" | ',
  'resources where name == "x"',
  'resources | where name == `x`',
  '',
])('the query "%s" is not understood, and is a 400', async (text) => {
  const { status, body } = await query(simulator, [spokes], text);
  expect([status, body.error.code, body.error.details[0].code]).toEqual([400, 'BadRequest', 'InvalidQuery']);
});

test('a request without subscriptions or with tables for an answer is a 400', async () => {
  expect((await query(simulator, [], 'resources')).status).toBe(400);
  const options = { resultFormat: 'table' };
  const asked = { subscriptions: [spokes], query: 'resources', options };
  expect((await simulator.arm('POST', '/providers/Microsoft.ResourceGraph/resources', asked)).status).toBe(400);
});
