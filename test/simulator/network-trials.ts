import { expect } from 'vitest';
import type { NetworkFaultId } from '../../local/simulator/faults/network.ts';
import { central, type Kind, spokes } from './network-fleet.ts';
import type { Json } from './read-azure.ts';

/** What a trial asks of Azure beside what is around its cluster. */
type Azure = { read(id: string): Promise<Json>; query(text: string): Promise<Json> };

/** On which kind of cluster a fault is tried, where it must show, and what the change logs must tell of it. */
type Trial = {
  kind: Kind;
  /** What the fault changes, as Azure Resource Manager shows it, and what it is changed to. */
  look: (around: Json, azure: Azure) => unknown;
  expected: unknown;
  /** The operation that the activity log names. */
  operation: string;
  /** The property that Resource Graph names, `deleted` for a resource that is gone, `none` for what it does not keep. */
  graph: string;
};

const network = 'Microsoft.Network';
/** The firewall of the hub. */
export const firewall = `/subscriptions/${central}/resourceGroups/rg-hub/providers/${network}/azureFirewalls/afw-hub`;
const lastRule = (nsg: Json) => nsg.properties.securityRules.at(-1)?.properties;
const serverRanges = ({ cluster }: Json) => cluster.properties.apiServerAccessProfile?.authorizedIPRanges;
const below = (around: Json, azure: Azure, path: string): Promise<Json> => azure.read(`${around.nodeGroup}/providers/${network}/${path}`);
const zoneOf = ({ cluster }: Json) => `privateDnsZones/${cluster.properties.privateFQDN.split('.').slice(1).join('.')}`;
const defaultRoute = ({ routeTable }: Json) => routeTable.properties.routes[0].properties.nextHopIpAddress;

/** The trial of each fault. */
export const trials: Record<NetworkFaultId, Trial> = {
  'cluster-operation': {
    kind: 'plain',
    look: ({ cluster }) => cluster.properties.provisioningState,
    expected: 'Upgrading',
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.provisioningState',
  },
  'ranges-exclude-outbound': {
    kind: 'nat',
    look: serverRanges,
    expected: ['192.0.2.0/24'],
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.apiServerAccessProfile.authorizedIPRanges[0]',
  },
  'ranges-changed': {
    kind: 'plain',
    look: serverRanges,
    expected: ['0.0.0.0/32'],
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.apiServerAccessProfile.authorizedIPRanges[0]',
  },
  'outbound-changed': {
    kind: 'nat',
    look: async ({ natGateway }, azure) => (await azure.read(natGateway.properties.publicIpAddresses[0].id)).properties.ipAddress,
    expected: '198.19.255.7',
    operation: `${network}/natGateways/write`,
    graph: 'properties.publicIpAddresses[0].id',
  },
  'default-route-to-appliance': {
    kind: 'routed',
    look: defaultRoute,
    expected: '10.0.0.68',
    operation: `${network}/routeTables/routes/write`,
    graph: 'properties.routes["def"].properties.nextHopIpAddress',
  },
  'route-drops': {
    kind: 'plain',
    look: ({ routeTable }) => routeTable?.properties.routes.at(-1).properties,
    expected: { provisioningState: 'Succeeded', addressPrefix: '198.51.100.4/32', nextHopType: 'None' },
    operation: `${network}/routeTables/write`,
    graph: 'properties.subnets["aks-subnet"].properties.routeTable.id',
  },
  'next-hop-dead': {
    kind: 'routed',
    look: defaultRoute,
    expected: '10.0.0.69',
    operation: `${network}/routeTables/routes/write`,
    graph: 'properties.routes["def"].properties.nextHopIpAddress',
  },
  'nsg-denies': {
    kind: 'plain',
    look: ({ subnetNsg }) => lastRule(subnetNsg),
    expected: expect.objectContaining({
      access: 'Deny',
      direction: 'Outbound',
      priority: 110,
      destinationAddressPrefix: '198.51.100.4/32',
    }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-443"].properties.access',
  },
  'admin-rule-denies': {
    kind: 'plain',
    look: async (_, azure) => {
      const type = 'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots';
      const { body } = await azure.query(`networkresources | where type =~ '${type}'`);
      return body.data[0]?.properties.access;
    },
    expected: 'Deny',
    operation: `${network}/networkManagers/commit/action`,
    graph: 'none',
  },
  'nat-without-address': {
    kind: 'nat',
    look: ({ natGateway }) => ['publicIpAddresses', 'publicIpPrefixes'].filter((name) => name in natGateway.properties),
    expected: [],
    operation: `${network}/natGateways/write`,
    graph: 'properties.publicIpAddresses[0].id',
  },
  'no-outbound-path': {
    kind: 'plain',
    look: async (around, azure) => [
      around.cluster.properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs,
      (await below(around, azure, 'loadBalancers/kubernetes')).properties.outboundRules,
      around.subnet.properties.defaultOutboundAccess,
    ],
    expected: [[], [], false],
    operation: `${network}/loadBalancers/write`,
    graph: 'properties.subnets["aks-subnet"].properties.defaultOutboundAccess',
  },
  'zone-not-linked': {
    kind: 'private',
    look: async (around, azure) => (await below(around, azure, `${zoneOf(around)}/virtualNetworkLinks`)).value,
    expected: [],
    operation: `${network}/privateDnsZones/virtualNetworkLinks/delete`,
    graph: 'deleted',
  },
  'record-wrong': {
    kind: 'private',
    look: async (around, azure) =>
      (await below(around, azure, `${zoneOf(around)}/A/${around.cluster.properties.privateFQDN.split('.')[0]}`)).properties.aRecords,
    expected: [{ ipv4Address: '10.240.0.9' }],
    operation: `${network}/privateDnsZones/A/write`,
    graph: 'none',
  },
  'custom-dns-no-forward': {
    kind: 'private',
    look: ({ vnet }) => vnet.properties.dhcpOptions?.dnsServers,
    expected: ['10.224.0.53'],
    operation: `${network}/virtualNetworks/write`,
    graph: 'properties.dhcpOptions.dnsServers[0]',
  },
  'dns-server-cut-off': {
    kind: 'asking',
    look: ({ subnetNsg }) => lastRule(subnetNsg),
    expected: expect.objectContaining({ access: 'Deny', destinationAddressPrefix: '10.0.0.132/32', destinationPortRange: '53' }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-dns"].properties.access',
  },
  'endpoint-broken': {
    kind: 'private',
    look: async (around, azure) => {
      const { privateLinkServiceConnections } = (await below(around, azure, 'privateEndpoints/kube-apiserver')).properties;
      return privateLinkServiceConnections[0].properties.privateLinkServiceConnectionState.status;
    },
    expected: 'Rejected',
    operation: `${network}/privateEndpoints/write`,
    graph: 'properties.privateLinkServiceConnections["kube-apiserver"].properties.privateLinkServiceConnectionState.status',
  },
  'peering-disconnected': {
    kind: 'asking',
    look: ({ vnet }) => vnet.properties.virtualNetworkPeerings[0].properties.peeringState,
    expected: 'Disconnected',
    operation: `${network}/virtualNetworks/virtualNetworkPeerings/write`,
    graph: 'properties.virtualNetworkPeerings["to-vnet-hub"].properties.peeringState',
  },
  'api-subnet-blocked': {
    kind: 'integrated',
    look: async ({ cluster }, azure) => {
      const subnet = await azure.read(cluster.properties.apiServerAccessProfile.subnetId);
      return lastRule(await azure.read(subnet.properties.networkSecurityGroup.id));
    },
    expected: expect.objectContaining({ access: 'Deny', direction: 'Inbound', priority: 90, destinationPortRanges: ['443', '4443'] }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-nodes"].properties.access',
  },
  'platform-incident': {
    kind: 'plain',
    look: async ({ cluster }, azure) => {
      const health = await azure.read(`${cluster.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`);
      const events = await azure.read(`/subscriptions/${spokes}/providers/Microsoft.ResourceHealth/events`);
      const impacts = events.value.flatMap(({ properties }: Json) => properties.impact);
      const regions = impacts.find(({ impactedService }: Json) => impactedService.includes('AKS'))?.impactedRegions;
      return [health.properties.availabilityState, health.properties.reasonType, regions?.[0].impactedRegion];
    },
    expected: ['Unavailable', 'Unplanned', 'West Europe'],
    operation: 'Microsoft.Resourcehealth/healthevent/Activated/action',
    graph: 'none',
  },
  'recent-change': {
    kind: 'plain',
    look: ({ subnetNsg }) => subnetNsg.properties.securityRules.map(({ name }: Json) => name),
    expected: ['allow-monitoring'],
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["allow-monitoring"].properties.access',
  },
  'firewall-answers': {
    kind: 'routed',
    look: async (_, azure) => (await azure.read(firewall)).properties.applicationRuleCollections,
    expected: [],
    operation: `${network}/azureFirewalls/write`,
    graph: 'properties.applicationRuleCollections["aks-egress"].name',
  },
  'could-not-look': {
    kind: 'routed',
    // Nothing around the cluster can be read as before: 403 is all there is.
    look: () => 'the rights',
    expected: 'the rights',
    operation: 'Microsoft.Authorization/roleAssignments/delete',
    graph: 'none',
  },
};
