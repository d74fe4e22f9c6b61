import { serverAddressOf } from '../addresses.ts';
import { guidOf } from '../guid-of.ts';
import type { ClusterPlace } from './place-cluster.ts';
import { nameIn, part, type Resource, resource } from './resource.ts';

/** How nodes reach an API server within their VNet: a private endpoint or an internal load balancer, and the zone of its name. */
export function describePrivateServer(place: ClusterPlace): Resource[] {
  return [...endpointOf(place), ...integratedOf(place), ...zoneOf(place)];
}

function endpointOf({ endpoint, subnet, location, cluster }: ClusterPlace): Resource[] {
  if (endpoint === undefined) return [];
  const { id, nic } = endpoint;
  const service = `/subscriptions/${guidOf('Microsoft')}/resourceGroups/hcp-underlay-${location}/providers/Microsoft.Network/privateLinkServices/${guidOf(`pls ${cluster.id}`)}`;
  const connection = part(id, 'privateLinkServiceConnections', 'kube-apiserver', {
    privateLinkServiceId: service,
    groupIds: ['management'],
    privateLinkServiceConnectionState: { status: 'Approved', description: 'Auto Approved', actionsRequired: 'None' },
  });
  const address = part(nic, 'ipConfigurations', 'privateEndpointIpConfig', {
    privateIPAddress: serverAddressOf(cluster),
    privateIPAllocationMethod: 'Dynamic',
    subnet: { id: subnet },
    primary: true,
    privateIPAddressVersion: 'IPv4',
  });
  return [
    resource(
      id,
      {
        resourceGuid: guidOf(id),
        privateLinkServiceConnections: [connection],
        manualPrivateLinkServiceConnections: [],
        customNetworkInterfaceName: '',
        subnet: { id: subnet },
        ipConfigurations: [],
        networkInterfaces: [{ id: nic }],
        customDnsConfigs: [],
      },
      { location },
    ),
    resource(
      nic,
      {
        resourceGuid: guidOf(nic),
        ipConfigurations: [address],
        dnsSettings: { dnsServers: [], appliedDnsServers: [] },
        enableAcceleratedNetworking: false,
        enableIPForwarding: false,
        privateEndpoint: { id },
        nicType: 'Standard',
      },
      { location },
    ),
  ];
}

function integratedOf({ integrated, location, cluster }: ClusterPlace): Resource[] {
  if (integrated === undefined) return [];
  const { loadBalancer, subnet } = integrated;
  const frontend = part(loadBalancer, 'frontendIPConfigurations', 'kube-apiserver-frontend', {
    privateIPAddress: serverAddressOf(cluster),
    privateIPAllocationMethod: 'Static',
    privateIPAddressVersion: 'IPv4',
    subnet: { id: subnet },
  });
  const lists = { backendAddressPools: [], loadBalancingRules: [], probes: [], inboundNatRules: [], outboundRules: [] };
  const properties = { resourceGuid: guidOf(loadBalancer), frontendIPConfigurations: [frontend], ...lists };
  return [resource(loadBalancer, properties, { location, sku: { name: 'Standard', tier: 'Regional' } })];
}

function zoneOf({ zone, vnet, hub, cluster }: ClusterPlace): Resource[] {
  if (zone === undefined) return [];
  const link = (id: string, to: string) =>
    resource(
      id,
      {
        registrationEnabled: false,
        resolutionPolicy: 'Default',
        virtualNetwork: { id: to },
        virtualNetworkLinkState: 'Completed',
      },
      { location: 'global' },
    );
  const { provisioningState: _, ...record } = resource(zone.record, {
    fqdn: `${nameIn(zone.record)}.${nameIn(zone.id)}.`,
    ttl: 300,
    aRecords: [{ ipv4Address: serverAddressOf(cluster) }],
    isAutoRegistered: false,
  }).properties;
  return [
    resource(zone.id, { maxNumberOfRecordSets: 25000, maxNumberOfVirtualNetworkLinks: 1000 }, { location: 'global' }),
    link(zone.vnetLink, vnet),
    ...(zone.hubLink === undefined || hub === undefined ? [] : [link(zone.hubLink, hub.vnet)]),
    { ...resource(zone.record, {}), properties: record },
  ];
}
