import { isServerInside } from '../addresses.ts';
import { guidOf } from '../guid-of.ts';
import type { ClusterPlace } from './place-cluster.ts';
import { nameIn, part, type Resource, resource } from './resource.ts';

const nodeRange = '10.224.0.0/16';
const serverRange = '10.240.0.0/16';

/** The VNet of a cluster and its subnets. All clusters have the same ranges, which peered VNets of Azure cannot have. */
export function describeVnet(place: ClusterPlace): Resource[] {
  const { vnet, subnet, subnetNsg, routeTable, natGateway, integrated, hub, location, cluster } = place;
  const { customDns } = cluster.spec.network;
  const nodeRanges = place.endpoint === undefined ? { addressPrefix: nodeRange } : { addressPrefixes: [nodeRange, serverRange] };
  return [
    resource(
      vnet,
      {
        resourceGuid: guidOf(vnet),
        addressSpace: { addressPrefixes: ['10.224.0.0/12', ...(isServerInside(cluster) ? [serverRange] : [])] },
        ...(customDns && { dhcpOptions: { dnsServers: [customDns] } }),
        virtualNetworkPeerings: hub === undefined ? [] : [peering(vnet, `to-${nameIn(hub.vnet)}`, hub.vnet, [hub.range])],
        enableDdosProtection: false,
      },
      { location },
    ),
    resource(subnet, {
      ...nodeRanges,
      networkSecurityGroup: { id: subnetNsg },
      ...(routeTable && { routeTable: { id: routeTable } }),
      ...(natGateway && { natGateway: { id: natGateway } }),
      serviceEndpoints: [],
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    }),
    ...(integrated === undefined
      ? []
      : [
          resource(integrated.subnet, {
            addressPrefix: '10.240.0.0/28',
            networkSecurityGroup: { id: integrated.nsg },
            serviceEndpoints: [],
            delegations: [
              part(integrated.subnet, 'delegations', 'aks-delegation', {
                serviceName: 'Microsoft.ContainerService/managedClusters',
                actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'],
              }),
            ],
            privateEndpointNetworkPolicies: 'Disabled',
            privateLinkServiceNetworkPolicies: 'Enabled',
          }),
        ]),
  ];
}

/** A peering of a VNet with another. No gateway is behind it. */
export function peering(vnet: string, name: string, remote: string, ranges: readonly string[]) {
  return part(vnet, 'virtualNetworkPeerings', name, {
    resourceGuid: guidOf(`${vnet} ${name}`),
    peeringState: 'Connected',
    peeringSyncLevel: 'FullyInSync',
    remoteVirtualNetwork: { id: remote },
    allowVirtualNetworkAccess: true,
    allowForwardedTraffic: true,
    allowGatewayTransit: false,
    useRemoteGateways: false,
    doNotVerifyRemoteGateways: false,
    remoteAddressSpace: { addressPrefixes: ranges },
    remoteVirtualNetworkAddressSpace: { addressPrefixes: ranges },
  });
}
