import { describe, expect, it } from 'vitest';
import { todoFor } from '../../../src/diagnose/evaluate/todo.ts';
import type { Finding } from '../../../src/model/finding.ts';

const subscription = '11111111-2222-4333-8444-555555555555';
const hub = `/subscriptions/${subscription}/resourceGroups/rg-hub/providers/Microsoft.Network`;
const names = { subscriptionId: '99999999-2222-4333-8444-555555555555', resourceGroup: 'rg-shop', cluster: 'shop' };
const where = `--subscription ${subscription} --resource-group rg-hub`;

const commandOf = (code: Finding['code'], resourceId: string | undefined, ...evidence: [setting: string, value: string, id?: string][]) =>
  todoFor(
    { code, resourceId, evidence: evidence.map(([setting, value, id = resourceId ?? '']) => ({ setting, value, resourceId: id })) },
    names,
  ).command;

describe('what to do about a finding', () => {
  it('shows the rule of the security group that denies, or all rules where Azure made it', () => {
    const nsg = `${hub}/networkSecurityGroups/nsg-nodes`;
    expect(commandOf('NsgDenies', nsg, ['rule deny 443 (priority 110)', 'Deny'])).toBe(
      `az network nsg rule show ${where} --nsg-name nsg-nodes --name 'deny 443'`,
    );
    expect(commandOf('NsgDenies', nsg, ['rule DenyAllOutBound (priority 65500)', 'Deny'])).toBe(
      `az network nsg rule list ${where} --nsg-name nsg-nodes --include-default --output table`,
    );
  });

  it('shows the route of the table that the evidence names, also where the finding is about the next hop', () => {
    const table = `${hub}/routeTables/rt-nodes`;
    const shown = `az network route-table route show ${where} --route-table-name rt-nodes --name default`;
    expect(commandOf('RouteDrops', table, ['route default', '0.0.0.0/0 None'])).toBe(shown);
    expect(commandOf('NextHopDead', `${hub}/azureFirewalls/fw`, ['route default', '0.0.0.0/0', table])).toBe(shown);
    expect(commandOf('NextHopDead', `${hub}/azureFirewalls/fw`)).toBe(`az resource show --ids ${hub}/azureFirewalls/fw`);
  });

  it('adds the outbound addresses to the authorized ranges of now, and never replaces these by guesses', () => {
    const id = `/subscriptions/${subscription}/resourceGroups/rg-hub/providers/Microsoft.ContainerService/managedClusters/shop`;
    const ranges = ['authorizedIPRanges', '1.2.3.0/24, 5.6.7.8/32'] as [string, string];
    expect(commandOf('RangesExcludeOutbound', id, ranges, ['outbound addresses', '20.1.2.3, 1.2.3.0/24'])).toBe(
      `az aks update ${where} --name shop --api-server-authorized-ip-ranges 1.2.3.0/24,5.6.7.8/32,20.1.2.3`,
    );
    for (const odd of ['', 'not read', '20.1.2.3 and more'])
      expect(commandOf('RangesExcludeOutbound', id, ranges, ['outbound addresses', odd])).toBeNull();
  });

  it('links the private zone to the network of nodes that ask the DNS of Azure, and else lists its links', () => {
    const zone = `${hub}/privateDnsZones/x.privatelink.westeurope.azmk8s.io`;
    const network = `${hub}/virtualNetworks/vnet-nodes`;
    const head = `az network private-dns link vnet`;
    expect(commandOf('ZoneNotLinked', zone, ['virtualNetworkLinks', 'none'], ['dnsServers', "none (Azure's)", network])).toBe(
      `${head} create ${where} --zone-name x.privatelink.westeurope.azmk8s.io --name aks-nodes --virtual-network ${network} --registration-enabled false`,
    );
    const list = `${head} list ${where} --zone-name x.privatelink.westeurope.azmk8s.io --output table`;
    expect(commandOf('ZoneNotLinked', zone, ['virtualNetworkLinks', 'none'], ['dnsServers', '10.0.0.4', network])).toBe(list);
    expect(commandOf('ZoneNotLinked', zone, ['virtualNetworkLinks', `${network} (InProgress)`], ['dnsServers', 'none', network])).toBe(
      list,
    );
  });

  it('acts on the cluster by the names of the cluster', () => {
    expect(commandOf('ClusterStopped', undefined)).toBe(
      `az aks start --subscription ${names.subscriptionId} --resource-group rg-shop --name shop`,
    );
  });

  it('shows a peering by its network', () => {
    expect(commandOf('PeeringDisconnected', `${hub}/virtualNetworks/vnet-nodes/virtualNetworkPeerings/to-hub`)).toBe(
      `az network vnet peering show ${where} --vnet-name vnet-nodes --name to-hub`,
    );
  });

  it('is a sentence alone where the finding names no resource that can be read', () => {
    for (const odd of [undefined, '', 'x', '/subscriptions/1/resourceGroups/a', `${hub}/`, `${hub}/natGateways`])
      expect(commandOf('NatWithoutAddress', odd), String(odd)).toBeNull();
  });
});
