import { guidOf } from '../guid-of.ts';
import type { ClusterPlace } from './place-cluster.ts';
import { part, type Resource, resource } from './resource.ts';

/** What the nodes of a cluster leave by: a route table, a NAT gateway or a load balancer, and its public addresses. */
export function describeOutbound(place: ClusterPlace): Resource[] {
  return [...routesOf(place), ...natOf(place), ...loadBalancerOf(place)];
}

/** A public address, and what holds it. */
export function publicAddress(id: string, address: string, location: string, holder: Record<string, unknown>): Resource {
  const properties = {
    resourceGuid: guidOf(id),
    ipAddress: address,
    publicIPAddressVersion: 'IPv4',
    publicIPAllocationMethod: 'Static',
    idleTimeoutInMinutes: 4,
    ipTags: [],
    ...holder,
  };
  return resource(id, properties, { location, sku: { name: 'Standard', tier: 'Regional' } });
}

/** A route as a member of a route table; `to` is the address of an appliance. */
export function route(table: string, name: string, addressPrefix: string, nextHopType: string, to?: string) {
  return part(table, 'routes', name, { addressPrefix, nextHopType, ...(to && { nextHopIpAddress: to }) });
}

/** A route table on a subnet. */
export function routeTable(id: string, subnet: string, routes: readonly object[], location: string): Resource {
  const properties = { resourceGuid: guidOf(id), disableBgpRoutePropagation: true, routes, subnets: [{ id: subnet }] };
  return resource(id, properties, { location });
}

function routesOf({ routeTable: id, subnet, hub, outboundType, location }: ClusterPlace): Resource[] {
  if (id === undefined) return [];
  const isThroughHub = outboundType === 'userDefinedRouting' && hub !== undefined;
  const routes = isThroughHub ? [route(id, 'def', '0.0.0.0/0', 'VirtualAppliance', hub.hub.spec.firewall.privateAddress)] : [];
  return [routeTable(id, subnet, routes, location)];
}

function natOf({ natGateway, outbound, subnet, location }: ClusterPlace): Resource[] {
  if (natGateway === undefined || outbound === undefined) return [];
  const { addressId, address, prefix } = outbound;
  const sku = { name: 'Standard', tier: 'Regional' };
  const properties = {
    resourceGuid: guidOf(natGateway),
    idleTimeoutInMinutes: 4,
    publicIpAddresses: [{ id: addressId }],
    ...(prefix && { publicIpPrefixes: [{ id: prefix.id }] }),
    subnets: [{ id: subnet }],
  };
  const ofPrefix = prefix && {
    resourceGuid: guidOf(prefix.id),
    publicIPAddressVersion: 'IPv4',
    prefixLength: Number(prefix.range.split('/')[1]),
    ipPrefix: prefix.range,
    ipTags: [],
    natGateway: { id: natGateway },
  };
  return [
    resource(natGateway, properties, { location, sku: { name: 'Standard' } }),
    publicAddress(addressId, address, location, { natGateway: { id: natGateway } }),
    ...(prefix === undefined || ofPrefix === undefined ? [] : [resource(prefix.id, ofPrefix, { location, sku })]),
  ];
}

/** The id of the load balancer by which AKS lets nodes leave. */
export function loadBalancerIdOf({ nodeGroup: { subscriptionId, resourceGroup } }: ClusterPlace): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/loadBalancers/kubernetes`;
}

function loadBalancerOf(place: ClusterPlace): Resource[] {
  const { natGateway, outbound, location } = place;
  if (natGateway !== undefined || outbound === undefined) return [];
  const { addressId, address } = outbound;
  const id = loadBalancerIdOf(place);
  const frontend = `${id}/frontendIPConfigurations/${addressId.split('/').at(-1)}`;
  const pool = part(id, 'backendAddressPools', 'aksOutboundBackendPool', {});
  const properties = {
    resourceGuid: guidOf(id),
    frontendIPConfigurations: [
      part(id, 'frontendIPConfigurations', frontend.split('/').at(-1)!, {
        privateIPAllocationMethod: 'Dynamic',
        publicIPAddress: { id: addressId },
      }),
    ],
    backendAddressPools: [pool],
    loadBalancingRules: [],
    probes: [],
    inboundNatRules: [],
    outboundRules: [
      part(id, 'outboundRules', 'aksOutboundRule', {
        protocol: 'All',
        allocatedOutboundPorts: 0,
        enableTcpReset: true,
        idleTimeoutInMinutes: 30,
        backendAddressPool: { id: pool.id },
        frontendIPConfigurations: [{ id: frontend }],
      }),
    ],
    inboundNatPools: [],
  };
  return [
    resource(id, properties, { location, sku: { name: 'Standard', tier: 'Regional' } }),
    publicAddress(addressId, address, location, { ipConfiguration: { id: frontend } }),
  ];
}
