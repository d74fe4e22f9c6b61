import { afterAll, beforeAll, expect, test } from 'vitest';
import { shapes } from './azure-shapes.ts';
import { central, kinds, networkFleet, spokes } from './network-fleet.ts';
import { type Json, read, readAround } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

let simulator: Conversation;
beforeAll(async () => {
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  simulator = await converse(networkFleet(Object.fromEntries(names.map((name) => [name, name]))), { kubectl: '/nowhere/kubectl' });
});
afterAll(() => simulator.end());

const around = (name: keyof typeof kinds): Promise<Json> => readAround(simulator, spokes, name);
const hub = `/subscriptions/${central}/resourceGroups/rg-hub/providers/Microsoft.Network`;

test.each(Object.keys(kinds) as (keyof typeof kinds)[])('what is around a cluster of the kind %s has Azure’s shape', async (name) => {
  const found = await around(name);
  shapes.Subnets_Get.parse(found.subnet);
  shapes.VirtualNetworks_Get.parse(found.vnet);
  shapes.NetworkSecurityGroups_Get.parse(found.nicNsg);
  shapes.NetworkSecurityGroups_Get.parse(found.subnetNsg);
  if (found.routeTable !== undefined) shapes.RouteTables_Get.parse(found.routeTable);
  if (found.natGateway !== undefined) shapes.NatGateways_Get.parse(found.natGateway);
  const health = `${found.cluster.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`;
  shapes.AvailabilityStatuses_GetByResource.parse(await read(simulator, health));
  expect(found.vnet.properties.subnets.map(({ id }: Json) => id)).toContain(found.subnet.id);
});

test('a plain cluster leaves out what Azure leaves out', async () => {
  const { cluster, vnet, subnet, nicNsg, subnetNsg, nodeGroup } = await around('plain');
  expect(cluster.properties).not.toHaveProperty('apiServerAccessProfile');
  expect(cluster.properties.agentPoolProfiles[0]).not.toHaveProperty('vnetSubnetID');
  expect(vnet.properties).not.toHaveProperty('dhcpOptions');
  expect(Object.keys(subnet.properties)).not.toEqual(expect.arrayContaining(['routeTable', 'natGateway', 'defaultOutboundAccess']));
  expect(subnetNsg.id).toBe(nicNsg.id);
  expect(vnet.id).toMatch(new RegExp(`^${nodeGroup}/providers/Microsoft.Network/virtualNetworks/aks-vnet-\\d{8}$`));
  expect(cluster.identity).toMatchObject({ type: 'SystemAssigned', principalId: expect.any(String) });
  const [{ id }] = cluster.properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs;
  shapes.PublicIPAddresses_Get.parse(await read(simulator, id));
  shapes.LoadBalancers_Get.parse(await read(simulator, `${nodeGroup}/providers/Microsoft.Network/loadBalancers/kubernetes`));
});

test('a NAT gateway has the address and the prefix that the API server admits', async () => {
  const { cluster, natGateway } = await around('nat');
  const { publicIpAddresses, publicIpPrefixes } = natGateway.properties;
  const address = shapes.PublicIPAddresses_Get.parse(await read(simulator, publicIpAddresses[0].id));
  const prefix = shapes.PublicIPPrefixes_Get.parse(await read(simulator, publicIpPrefixes[0].id));
  const ranges = cluster.properties.apiServerAccessProfile.authorizedIPRanges;
  expect(ranges).toEqual([`${address.properties.ipAddress}/32`, prefix.properties.ipPrefix]);
  expect(cluster.properties.networkProfile).toMatchObject({ outboundType: 'userAssignedNATGateway' });
  expect(cluster.properties.networkProfile).not.toHaveProperty('loadBalancerProfile');
  expect(cluster.properties.agentPoolProfiles[0].vnetSubnetID).toMatch(/\/resourceGroups\/rg-nat\/.*\/virtualNetworks\/vnet\/subnets\//);
  expect(Object.values(cluster.identity.userAssignedIdentities)).toMatchObject([{ principalId: expect.any(String) }]);
});

test('a route table leads to the firewall of a hub in another subscription, whose VNet is peered on both sides', async () => {
  const { vnet, routeTable } = await around('routed');
  expect(routeTable.properties.routes[0].properties).toMatchObject({ nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' });
  const firewall = shapes.AzureFirewalls_Get.parse(await read(simulator, `${hub}/azureFirewalls/afw-hub`));
  expect(firewall.properties.ipConfigurations[0]?.properties.privateIPAddress).toBe('10.0.0.4');
  shapes.PublicIPAddresses_Get.parse(await read(simulator, firewall.properties.ipConfigurations[0]!.properties.publicIPAddress.id));
  const hubVnet = shapes.VirtualNetworks_Get.parse(
    await read(simulator, vnet.properties.virtualNetworkPeerings[0].properties.remoteVirtualNetwork.id),
  );
  expect(hubVnet.properties.virtualNetworkPeerings.map(({ properties }) => properties.remoteVirtualNetwork.id)).toContain(vnet.id);
});

test('the machines beside the firewall say whether they forward, and whether they run', async () => {
  const powers = await Promise.all(
    ['nic-nva', 'nic-nva-old'].map(async (name) => {
      const nic = shapes.NetworkInterfaces_Get.parse(await read(simulator, `${hub}/networkInterfaces/${name}`));
      const machine = nic.properties.virtualMachine?.id ?? '';
      expect((await read(simulator, machine)).properties).not.toHaveProperty('instanceView');
      return (await read(simulator, `${machine}/instanceView`)).statuses.at(-1).code;
    }),
  );
  expect(powers).toEqual(['PowerState/running', 'PowerState/deallocated']);
});

test.each(['private', 'privateRouted'] as const)('the zone of the %s API server leads to its endpoint', async (name) => {
  const { cluster, nodeGroup, vnet } = await around(name);
  const { privateFQDN, apiServerAccessProfile } = cluster.properties;
  const [label, ...rest] = privateFQDN.split('.');
  const inGroup =
    apiServerAccessProfile.privateDNSZone === 'system'
      ? `${nodeGroup}/providers/Microsoft.Network/privateDnsZones/${rest.join('.')}`
      : apiServerAccessProfile.privateDNSZone;
  shapes.PrivateZones_Get.parse(await read(simulator, inGroup));
  const { value } = shapes.VirtualNetworkLinks_List.parse(await read(simulator, `${inGroup}/virtualNetworkLinks`));
  expect(value.map(({ properties }) => properties.virtualNetwork.id)).toContain(vnet.id);
  const record = shapes.RecordSets_Get.parse(await read(simulator, `${inGroup}/A/${label}`));
  expect(record.properties.fqdn).toBe(`${privateFQDN}.`);
  const endpoint = shapes.PrivateEndpoints_Get.parse(
    await read(simulator, `${nodeGroup}/providers/Microsoft.Network/privateEndpoints/kube-apiserver`),
  );
  const nic = shapes.NetworkInterfaces_Get.parse(await read(simulator, endpoint.properties.networkInterfaces[0]!.id));
  expect(record.properties.aRecords).toEqual([{ ipv4Address: nic.properties.ipConfigurations[0]?.properties.privateIPAddress }]);
});

test('an integrated API server is behind a load balancer in a subnet of its own', async () => {
  const { cluster, nodeGroup } = await around('integrated');
  const { enableVnetIntegration, subnetId } = cluster.properties.apiServerAccessProfile;
  expect(enableVnetIntegration).toBe(true);
  const subnet = shapes.Subnets_Get.parse(await read(simulator, subnetId));
  shapes.NetworkSecurityGroups_Get.parse(await read(simulator, subnet.properties.networkSecurityGroup!.id));
  const balancer = shapes.LoadBalancers_Get.parse(
    await read(simulator, `${nodeGroup}/providers/Microsoft.Network/loadBalancers/kube-apiserver`),
  );
  expect(balancer.properties.frontendIPConfigurations[0]?.properties).toMatchObject({
    privateIPAddress: '10.240.0.4',
    subnet: { id: subnetId },
  });
});

test('only a VNet that asks another DNS server says so', async () => {
  expect((await around('asking')).vnet.properties.dhcpOptions).toEqual({ dnsServers: ['10.0.0.132'] });
});

test('what is not there is a 404 in Azure’s words, without regard to letter case', async () => {
  const { subnet, vnet } = await around('plain');
  const codes = await Promise.all(
    [`${vnet.id}x`, `${vnet.id}/subnets/x`, `${vnet.id}x/subnets/x`, vnet.id.replace('/MC_', '/XX_')].map(async (id) => {
      const { status, body } = await simulator.arm('GET', id);
      return `${status} ${body.error.code}`;
    }),
  );
  expect(codes).toEqual(['404 ResourceNotFound', '404 NotFound', '404 ResourceNotFound', '404 ResourceGroupNotFound']);
  expect((await read(simulator, subnet.id.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))).id).toBe(subnet.id);
});

test('each kind of read counts under a name of its own', async () => {
  const { body } = await simulator.ask<{ byOperation: Record<string, number> }>('GET', '/control/requests');
  expect(Object.keys(shapes).filter((operation) => body.byOperation[operation] === undefined)).toEqual([]);
});
