import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { armRoutes } from '../../local/simulator/arm-routes.ts';
import { networkFleet, spokes } from './network-fleet.ts';
import { type Json, query, read, readAround } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

let simulator: Conversation;
let around: Json;
let other: Json;
beforeAll(async () => {
  simulator = await converse(networkFleet({ one: 'routed', two: 'routed' }), { kubectl: '/nowhere/kubectl' });
  around = await readAround(simulator, spokes, 'one');
  other = await readAround(simulator, spokes, 'two');
});
afterEach(() => simulator.simulator.lacks([]));
afterAll(() => simulator.end());

const statusOf = async (id: string) => (await simulator.arm('GET', id)).status;

test('a lacking action is a 403 that names it and its scope, for what needs it and for nothing else', async () => {
  simulator.simulator.lacks(['microsoft.network/ROUTETABLES/read']);
  const { status, body } = await simulator.arm('GET', around.routeTable.id);
  expect([status, body.error.code]).toEqual([403, 'AuthorizationFailed']);
  expect(body.error.message).toMatch(
    new RegExp(
      `^The client '[0-9a-f-]{36}' with object id '[0-9a-f-]{36}' does not have authorization to perform action 'Microsoft.Network/routeTables/read' over scope '${around.routeTable.id}' or the scope is invalid`,
    ),
  );
  expect(await Promise.all([around.subnet, around.vnet, around.subnetNsg, around.cluster].map(({ id }) => statusOf(id)))).toEqual([
    200, 200, 200, 200,
  ]);
  simulator.simulator.lacks([]);
  expect(await statusOf(around.routeTable.id)).toBe(200);
});

test('what is not there is a 403, too, where the right is lacking', async () => {
  simulator.simulator.lacks(['Microsoft.Network/natGateways/read']);
  expect(await statusOf(`${around.nodeGroup}/providers/Microsoft.Network/natGateways/nothing`)).toBe(403);
});

test('every action of every route can be taken away', async () => {
  const group = `/subscriptions/${spokes}/resourceGroups/rg-one`;
  const vmss = `${around.nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`;
  const samples: Record<string, string> = {
    Subscriptions_List: '/subscriptions',
    VirtualMachineScaleSets_List: vmss,
    VirtualMachineScaleSetVMs_RunCommand: `${vmss}/a/virtualMachines/0/runCommand`,
    ResourceGraph_Query: '/providers/Microsoft.ResourceGraph/resources',
    ActivityLogs_List: `/subscriptions/${spokes}/providers/Microsoft.Insights/eventtypes/management/values`,
    VirtualNetworkLinks_List: `${group}/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks`,
    Events_ListBySubscriptionId: `/subscriptions/${spokes}/providers/Microsoft.ResourceHealth/events`,
    Operations_Get: `/subscriptions/${spokes}/providers/Microsoft.Compute/locations/westeurope/operations/x`,
  };
  for (const [method, , operation, action] of armRoutes) {
    const path = samples[operation];
    if (path === undefined) continue;
    simulator.simulator.lacks([action]);
    const { status, body } = await simulator.arm(method, path, method === 'POST' ? {} : undefined);
    expect([status, body.error.message], operation).toEqual([403, expect.stringContaining(`'${action}'`)]);
  }
  expect(armRoutes.every(([, , , action]) => /^Microsoft\.[A-Za-z]+\/[A-Za-z/]+\/(read|action)$/.test(action))).toBe(true);
});

test('rights are taken away over the control route, and show among the permissions', async () => {
  const lacks = ['Microsoft.Network/azureFirewalls/read'];
  expect((await simulator.ask<Json>('PUT', '/control/rights', { body: { lacks } })).body).toEqual({ lacks });
  expect((await simulator.ask<Json>('GET', '/control/rights')).body).toEqual({ lacks });
  const permissions = await read(simulator, `${around.nodeGroup}/providers/Microsoft.Authorization/permissions`);
  expect(permissions.value[0].notActions).toEqual(lacks);
  const { status, body } = await simulator.ask<Json>('PUT', '/control/rights', { body: { lacks: ['Microsoft.Network/magic/read'] } });
  expect([status, body.title]).toEqual([400, 'Unknown action']);
  expect((await simulator.ask<Json>('PUT', '/control/rights', { body: { lack: 1 } })).status).toBe(400);
});

test('Resource Graph leaves out what the caller may not read', async () => {
  const types = async () => {
    const { body } = await query(simulator, [spokes], 'resources | project type');
    return new Set(body.data.map(({ type }: Json) => type));
  };
  expect(await types()).toContain('microsoft.network/routetables');
  simulator.simulator.lacks(['Microsoft.Network/routeTables/read']);
  expect(await types()).not.toContain('microsoft.network/routetables');
});

test('under could-not-look the NSGs and the route table of one cluster cannot be read, and everything else can', async () => {
  await simulator.setFault('one', 'could-not-look');
  const { routeTable, subnetNsg, nicNsg, subnet, vnet } = around;
  expect(await Promise.all([routeTable, subnetNsg, nicNsg].map(({ id }) => statusOf(id)))).toEqual([403, 403, 403]);
  expect(await Promise.all([subnet, vnet, other.routeTable, other.subnetNsg, other.nicNsg].map(({ id }) => statusOf(id)))).toEqual(
    Array(5).fill(200),
  );
  await simulator.clearFault('one');
  expect(await statusOf(routeTable.id)).toBe(200);
});
