import * as z from '../../../zod.ts';
import type { NatGatewaySettings, NetworkSettings, RouteTableSettings, SubnetSettings } from '../../evaluate/configuration.ts';
import { idsOf, kindOf, NETWORK, oneOrMany, reference, references, texts } from './kind.ts';

const subnetBody = z.pipe(
  z.object({
    id: z.string(),
    properties: z.object({
      addressPrefix: z.nullish(z.string()),
      addressPrefixes: texts,
      networkSecurityGroup: z.nullish(reference),
      routeTable: z.nullish(reference),
      natGateway: z.nullish(reference),
      defaultOutboundAccess: z.nullish(z.boolean()),
      privateEndpointNetworkPolicies: z.nullish(z.string()),
    }),
  }),
  z.transform(({ id, properties }): SubnetSettings => {
    const { addressPrefix, addressPrefixes, networkSecurityGroup, routeTable, natGateway } = properties;
    return {
      id,
      prefixes: oneOrMany(addressPrefix, addressPrefixes),
      nsgId: networkSecurityGroup?.id,
      routeTableId: routeTable?.id,
      natGatewayId: natGateway?.id,
      defaultOutboundAccess: properties.defaultOutboundAccess ?? undefined,
      endpointPolicies: properties.privateEndpointNetworkPolicies ?? undefined,
    };
  }),
);

export const subnetKind = kindOf('Microsoft.Network/virtualNetworks/subnets/read', NETWORK, subnetBody);

/** The subnets of what teaches a network routes that nobody can read: gateways, and route servers. */
const TEACHERS = ['gatewaysubnet', 'routeserversubnet'];

const addressSpace = z.nullish(z.object({ addressPrefixes: texts }));

const peering = z.pipe(
  z.object({
    name: z.nullish(z.string()),
    properties: z.object({
      peeringState: z.nullish(z.string()),
      remoteVirtualNetwork: z.nullish(reference),
      remoteAddressSpace: addressSpace,
      useRemoteGateways: z.nullish(z.boolean()),
    }),
  }),
  z.transform(({ name, properties: { peeringState, remoteVirtualNetwork, remoteAddressSpace, useRemoteGateways } }) => ({
    name: name ?? '',
    state: peeringState ?? '',
    remoteId: remoteVirtualNetwork?.id ?? '',
    remotePrefixes: remoteAddressSpace?.addressPrefixes ?? [],
    usesGateways: useRemoteGateways ?? false,
  })),
);

export const virtualNetworkKind = kindOf(
  'Microsoft.Network/virtualNetworks/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        addressSpace: z.object({ addressPrefixes: texts }),
        dhcpOptions: z.nullish(z.object({ dnsServers: texts })),
        virtualNetworkPeerings: z.nullish(z.array(peering)),
        subnets: z.nullish(z.array(z.object({ name: z.nullish(z.string()) }))),
      }),
    }),
    z.transform(({ id, properties }): NetworkSettings => {
      const peerings = properties.virtualNetworkPeerings ?? [];
      const hasTeacher = (properties.subnets ?? []).some(({ name }) => TEACHERS.includes(name?.toLowerCase() ?? ''));
      return {
        id,
        prefixes: properties.addressSpace.addressPrefixes,
        dnsServers: properties.dhcpOptions?.dnsServers ?? [],
        peerings: peerings.map(({ usesGateways: _, ...each }) => each),
        mayLearnRoutes: hasTeacher || peerings.some(({ usesGateways }) => usesGateways),
      };
    }),
  ),
);

const route = z.object({
  name: z.string(),
  properties: z.object({ addressPrefix: z.string(), nextHopType: z.string(), nextHopIpAddress: z.nullish(z.string()) }),
});

export const routeTableKind = kindOf(
  'Microsoft.Network/routeTables/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({ disableBgpRoutePropagation: z.nullish(z.boolean()), routes: z.array(route) }),
    }),
    z.transform(
      ({ id, properties }): RouteTableSettings => ({
        id,
        learnsRoutes: properties.disableBgpRoutePropagation !== true,
        routes: properties.routes.map(({ name, properties: { addressPrefix, nextHopType, nextHopIpAddress } }) => {
          return { name, prefix: addressPrefix, type: nextHopType, nextHop: nextHopIpAddress || undefined };
        }),
      }),
    ),
  ),
);

export const natGatewayKind = kindOf(
  'Microsoft.Network/natGateways/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        publicIpAddresses: references,
        publicIpAddressesV6: references,
        publicIpPrefixes: references,
        publicIpPrefixesV6: references,
      }),
    }),
    z.transform(
      ({ id, properties }): NatGatewaySettings => ({
        id,
        addressIds: [...idsOf(properties.publicIpAddresses), ...idsOf(properties.publicIpAddressesV6)],
        prefixIds: [...idsOf(properties.publicIpPrefixes), ...idsOf(properties.publicIpPrefixesV6)],
      }),
    ),
  ),
);

/** A public address that has none yet is an empty text. */
export const publicAddressKind = kindOf(
  'Microsoft.Network/publicIPAddresses/read',
  NETWORK,
  z.pipe(
    z.object({ properties: z.object({ ipAddress: z.nullish(z.string()) }) }),
    z.transform(({ properties }) => properties.ipAddress ?? ''),
  ),
);

export const publicPrefixKind = kindOf(
  'Microsoft.Network/publicIPPrefixes/read',
  NETWORK,
  z.pipe(
    z.object({ properties: z.object({ ipPrefix: z.nullish(z.string()) }) }),
    z.transform(({ properties }) => properties.ipPrefix ?? ''),
  ),
);

/**
 * A load balancer: the private addresses of its frontends, the first one first, and whether a rule of it lets machines out.
 * A rule for incoming traffic does so too, unless it is set not to (https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections).
 */
export const loadBalancerKind = kindOf(
  'Microsoft.Network/loadBalancers/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        frontendIPConfigurations: z.nullish(z.array(z.object({ properties: z.object({ privateIPAddress: z.nullish(z.string()) }) }))),
        outboundRules: z.nullish(z.array(z.unknown())),
        loadBalancingRules: z.nullish(z.array(z.object({ properties: z.object({ disableOutboundSnat: z.nullish(z.boolean()) }) }))),
      }),
    }),
    z.transform(({ id, properties: { frontendIPConfigurations, outboundRules, loadBalancingRules } }) => ({
      id,
      addresses: (frontendIPConfigurations ?? []).flatMap((each) => each.properties.privateIPAddress ?? []),
      letsOut:
        (outboundRules ?? []).length > 0 || (loadBalancingRules ?? []).some(({ properties }) => properties.disableOutboundSnat !== true),
    })),
  ),
);

/** An Azure Firewall. One that was deallocated has no addresses. */
export const firewallKind = kindOf(
  'Microsoft.Network/azureFirewalls/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        ipConfigurations: z.nullish(
          z.array(
            z.object({
              properties: z.object({
                privateIPAddress: z.nullish(z.string()),
                publicIPAddress: z.nullish(reference),
                subnet: z.nullish(reference),
              }),
            }),
          ),
        ),
        hubIPAddresses: z.nullish(z.object({ privateIPAddress: z.nullish(z.string()) })),
      }),
    }),
    z.transform(({ id, properties }) => {
      const own = (properties.ipConfigurations ?? []).map((each) => each.properties);
      const ofHub = properties.hubIPAddresses?.privateIPAddress;
      return {
        id,
        addresses: [...own.flatMap(({ privateIPAddress }) => privateIPAddress ?? []), ...(ofHub ? [ofHub] : [])],
        publicAddressIds: own.flatMap(({ publicIPAddress }) => publicIPAddress?.id ?? []),
        subnetId: own.find(({ subnet }) => subnet)?.subnet?.id,
      };
    }),
  ),
);
