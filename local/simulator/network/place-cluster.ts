import { createHash } from 'node:crypto';
import { guidOf } from '../guid-of.ts';
import type { SimulatedCluster } from '../lay-out-fleet.ts';
import { type HubPlace, placeHub } from './place-hub.ts';
import { type Group, idOf } from './resource.ts';

/** Where the parts of a cluster's network are: their ids, each absent where the cluster has no such part. */
export type ClusterPlace = {
  cluster: SimulatedCluster;
  clusterId: string;
  nodeGroup: Group;
  location: string;
  isAksMade: boolean;
  vnet: string;
  subnet: string;
  nicNsg: string;
  subnetNsg: string;
  routeTable?: string;
  natGateway?: string;
  outboundType: 'loadBalancer' | 'userDefinedRouting' | 'managedNATGateway' | 'userAssignedNATGateway';
  /** The public address of the load balancer or the NAT gateway, and the prefix beside it. */
  outbound?: { addressId: string; address: string; prefix?: { id: string; range: string } };
  /** Of a private API server that is not integrated. */
  endpoint?: { id: string; nic: string };
  zone?: { id: string; record: string; vnetLink: string; hubLink?: string };
  /** Of an integrated API server. */
  integrated?: { loadBalancer: string; subnet: string; nsg: string };
  hub?: HubPlace;
  /** The assignment of the role by which the prober reads the network. */
  roleAssignment: string;
  health: string;
};

const places = new WeakMap<SimulatedCluster, ClusterPlace>();

/** The ids of the parts of a cluster's network, the same on every start. */
export function placeOf(cluster: SimulatedCluster): ClusterPlace {
  const place = places.get(cluster) ?? placeCluster(cluster);
  places.set(cluster, place);
  return place;
}

function placeCluster(cluster: SimulatedCluster): ClusterPlace {
  const { spec, subscriptionId, suffix, nodeResourceGroup } = cluster;
  const { network } = spec;
  const isAksMade = network.vnet === undefined;
  const nodeGroup = { subscriptionId, resourceGroup: nodeResourceGroup };
  const group = isAksMade ? nodeGroup : { subscriptionId, resourceGroup: network.resourceGroup ?? spec.resourceGroup };
  const inGroup = (type: string, ...names: string[]) => idOf(group, `Microsoft.Network/${type}`, ...names);
  const ofNodes = (type: string, ...names: string[]) => idOf(nodeGroup, `Microsoft.Network/${type}`, ...names);
  // AKS writes this path with lower-case groups.
  const clusterId = idOf(
    { subscriptionId, resourceGroup: spec.resourceGroup },
    'Microsoft.ContainerService/managedClusters',
    spec.name,
  ).replace('/resourceGroups/', '/resourcegroups/');
  const vnetName = network.vnet ?? `aks-vnet-${suffix}`;
  const subnetName = network.subnet ?? (isAksMade ? 'aks-subnet' : 'snet-nodes');
  const nicNsg = ofNodes('networkSecurityGroups', `aks-agentpool-${suffix}-nsg`);
  const outboundType = network.outboundType ?? (network.natGateway === undefined ? 'loadBalancer' : 'userAssignedNATGateway');
  const hub = cluster.hub && placeHub(cluster.hub);
  const routes = network.routeTable ?? (outboundType === 'userDefinedRouting' ? `rt-${subnetName}` : undefined);
  const managedNat = outboundType === 'managedNATGateway' ? ofNodes('natGateways', `aks-natgateway-${suffix}`) : undefined;
  const natGateway = network.natGateway === undefined ? managedNat : inGroup('natGateways', network.natGateway);
  const vnet = inGroup('virtualNetworks', vnetName);
  const place: ClusterPlace = {
    cluster,
    clusterId,
    nodeGroup,
    location: spec.location,
    isAksMade,
    vnet,
    subnet: inGroup('virtualNetworks/subnets', vnetName, subnetName),
    nicNsg,
    subnetNsg: isAksMade ? nicNsg : inGroup('networkSecurityGroups', `nsg-${subnetName}`),
    outboundType,
    roleAssignment: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments/${guidOf(`role ${cluster.id}`)}`,
    health: `${clusterId}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
  };
  if (hub !== undefined) place.hub = hub;
  if (routes !== undefined) place.routeTable = inGroup('routeTables', routes);
  if (natGateway !== undefined) place.natGateway = natGateway;
  if (outboundType !== 'userDefinedRouting')
    place.outbound = placeOutbound(cluster, natGateway !== undefined && !managedNat ? group : nodeGroup);
  if (network.vnetIntegration)
    place.integrated = {
      loadBalancer: ofNodes('loadBalancers', 'kube-apiserver'),
      subnet: inGroup('virtualNetworks/subnets', vnetName, 'aks-apiserver-subnet'),
      nsg: inGroup('networkSecurityGroups', 'nsg-aks-apiserver-subnet'),
    };
  else if (spec.private)
    place.endpoint = {
      id: ofNodes('privateEndpoints', 'kube-apiserver'),
      nic: ofNodes('networkInterfaces', `kube-apiserver.nic.${guidOf(`nic ${cluster.id}`)}`),
    };
  if (spec.private && network.privateDnsZone === 'system') place.zone = placeZone(cluster, hub?.group ?? nodeGroup);
  return place;
}

// These addresses are for benchmarks (RFC 2544): nobody has them.
function placeOutbound({ id, spec: { network } }: SimulatedCluster, group: Group): ClusterPlace['outbound'] {
  const [, second = 0, third = 0] = createHash('sha256').update(id).digest();
  const { outboundAddress = `198.18.${second}.${third}`, outboundPrefix } = network;
  const name = guidOf(`outbound ${id}`);
  return {
    addressId: idOf(group, 'Microsoft.Network/publicIPAddresses', name),
    address: outboundAddress,
    ...(outboundPrefix && { prefix: { id: idOf(group, 'Microsoft.Network/publicIPPrefixes', `ippre-${name}`), range: outboundPrefix } }),
  };
}

function placeZone({ fqdn, spec, suffix, hub }: SimulatedCluster, group: Group): ClusterPlace['zone'] {
  const [label = '', ...rest] = fqdn.split('.');
  const name = rest.join('.');
  const link = (of: string) => idOf(group, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks', name, of);
  return {
    id: idOf(group, 'Microsoft.Network/privateDnsZones', name),
    record: idOf(group, 'Microsoft.Network/privateDnsZones/A', name, label),
    vnetLink: link(`${spec.name.toLowerCase()}-${suffix}`),
    ...(hub && { hubLink: link(`link-${hub.spec.name.toLowerCase()}`) }),
  };
}
