import { z } from 'zod';

/** Shapes of Azure's bodies, strict: what is not here is not in Azure's, and would be trusted for nothing. */
const ref = z.strictObject({ id: z.string().startsWith('/subscriptions/') });
const refs = z.array(ref);
const state = z.literal('Succeeded');
const texts = z.array(z.string());
const sku = z.strictObject({ name: z.string(), tier: z.string().optional() });
const envelope = { id: ref.shape.id, name: z.string(), type: z.string(), etag: z.string().regex(/^W\/"/) };

const item = <Properties extends z.ZodRawShape>(properties: Properties) =>
  z.strictObject({ ...envelope, properties: z.strictObject({ provisioningState: state, ...properties }) });
const resource = <Properties extends z.ZodRawShape>(properties: Properties) =>
  item(properties).extend({ location: z.string(), sku: sku.optional() });
const oneOf = (properties: z.infer<z.ZodObject>, one: string, several: string) =>
  [properties[one], (properties[several] as unknown[] | undefined)?.length || undefined].filter((each) => each !== undefined).length === 1;

const policies = { privateEndpointNetworkPolicies: z.string(), privateLinkServiceNetworkPolicies: z.string() };
const subnet = item({
  addressPrefix: z.string().optional(),
  addressPrefixes: texts.optional(),
  networkSecurityGroup: ref.optional(),
  routeTable: ref.optional(),
  natGateway: ref.optional(),
  defaultOutboundAccess: z.boolean().optional(),
  serviceEndpoints: z.array(z.unknown()),
  delegations: z.array(item({ serviceName: z.string(), actions: texts })),
  ...policies,
}).refine(({ properties }) => oneOf(properties, 'addressPrefix', 'addressPrefixes'));

const rule = item({
  protocol: z.enum(['Tcp', 'Udp', '*']),
  sourcePortRange: z.string(),
  destinationPortRange: z.string().optional(),
  sourceAddressPrefix: z.string(),
  destinationAddressPrefix: z.string().optional(),
  access: z.enum(['Allow', 'Deny']),
  priority: z.number(),
  direction: z.enum(['Inbound', 'Outbound']),
  sourcePortRanges: texts,
  destinationPortRanges: texts,
  sourceAddressPrefixes: texts,
  destinationAddressPrefixes: texts,
}).refine(
  ({ properties }) =>
    oneOf(properties, 'destinationPortRange', 'destinationPortRanges') &&
    oneOf(properties, 'destinationAddressPrefix', 'destinationAddressPrefixes'),
);

const space = z.strictObject({ addressPrefixes: texts });
const peering = item({
  resourceGuid: z.guid(),
  peeringState: z.string(),
  peeringSyncLevel: z.string(),
  remoteVirtualNetwork: ref,
  allowVirtualNetworkAccess: z.boolean(),
  allowForwardedTraffic: z.boolean(),
  allowGatewayTransit: z.boolean(),
  useRemoteGateways: z.boolean(),
  doNotVerifyRemoteGateways: z.boolean(),
  remoteAddressSpace: space,
  remoteVirtualNetworkAddressSpace: space,
});

const privateAddress = item({
  privateIPAddress: z.ipv4(),
  privateIPAllocationMethod: z.enum(['Dynamic', 'Static']),
  subnet: ref,
  primary: z.boolean(),
  privateIPAddressVersion: z.literal('IPv4'),
});
const frontend = item({
  privateIPAddress: z.ipv4().optional(),
  privateIPAddressVersion: z.literal('IPv4').optional(),
  privateIPAllocationMethod: z.string(),
  publicIPAddress: ref.optional(),
  subnet: ref.optional(),
});
const outboundRule = item({
  protocol: z.string(),
  allocatedOutboundPorts: z.number(),
  enableTcpReset: z.boolean(),
  idleTimeoutInMinutes: z.number(),
  backendAddressPool: ref,
  frontendIPConfigurations: refs,
});
const connection = item({
  privateLinkServiceId: z.string(),
  groupIds: texts,
  privateLinkServiceConnectionState: z.strictObject({ status: z.string(), description: z.string(), actionsRequired: z.string() }),
});
const guid = { resourceGuid: z.guid() };

/** The shape of each type, by the name of its operation. */
export const shapes = {
  VirtualNetworks_Get: resource({
    ...guid,
    addressSpace: space,
    dhcpOptions: z.strictObject({ dnsServers: texts }).optional(),
    subnets: z.array(subnet),
    virtualNetworkPeerings: z.array(peering),
    enableDdosProtection: z.boolean(),
  }),
  Subnets_Get: subnet,
  NetworkSecurityGroups_Get: resource({ ...guid, securityRules: z.array(rule), defaultSecurityRules: z.array(rule).length(6) }),
  RouteTables_Get: resource({
    ...guid,
    disableBgpRoutePropagation: z.boolean(),
    routes: z.array(item({ addressPrefix: z.string(), nextHopType: z.string(), nextHopIpAddress: z.ipv4().optional() })),
    subnets: refs,
  }),
  NatGateways_Get: resource({
    ...guid,
    idleTimeoutInMinutes: z.number(),
    publicIpAddresses: refs.optional(),
    publicIpPrefixes: refs.optional(),
    subnets: refs,
  }),
  PublicIPAddresses_Get: resource({
    ...guid,
    ipAddress: z.ipv4(),
    publicIPAddressVersion: z.literal('IPv4'),
    publicIPAllocationMethod: z.literal('Static'),
    idleTimeoutInMinutes: z.number(),
    ipTags: z.array(z.unknown()),
    natGateway: ref.optional(),
    ipConfiguration: ref.optional(),
  }),
  PublicIPPrefixes_Get: resource({
    ...guid,
    publicIPAddressVersion: z.literal('IPv4'),
    prefixLength: z.number(),
    ipPrefix: z.cidrv4(),
    ipTags: z.array(z.unknown()),
    natGateway: ref.optional(),
  }),
  PrivateEndpoints_Get: resource({
    ...guid,
    privateLinkServiceConnections: z.array(connection),
    manualPrivateLinkServiceConnections: z.array(connection),
    customNetworkInterfaceName: z.string(),
    subnet: ref,
    ipConfigurations: z.array(z.unknown()),
    networkInterfaces: refs,
    customDnsConfigs: z.array(z.unknown()),
  }),
  NetworkInterfaces_Get: resource({
    ...guid,
    ipConfigurations: z.array(privateAddress),
    dnsSettings: z.strictObject({ dnsServers: texts, appliedDnsServers: texts }),
    enableAcceleratedNetworking: z.boolean(),
    enableIPForwarding: z.boolean(),
    primary: z.boolean().optional(),
    privateEndpoint: ref.optional(),
    virtualMachine: ref.optional(),
    nicType: z.literal('Standard'),
  }),
  LoadBalancers_Get: resource({
    ...guid,
    frontendIPConfigurations: z.array(frontend),
    backendAddressPools: z.array(item({})),
    loadBalancingRules: z.array(z.unknown()),
    probes: z.array(z.unknown()),
    inboundNatRules: z.array(z.unknown()),
    outboundRules: z.array(outboundRule),
    inboundNatPools: z.array(z.unknown()).optional(),
  }),
  AzureFirewalls_Get: resource({
    sku: z.strictObject({ name: z.string(), tier: z.string() }),
    threatIntelMode: z.string(),
    additionalProperties: z.strictObject({}),
    ipConfigurations: z.array(
      item({ privateIPAddress: z.ipv4(), privateIPAllocationMethod: z.literal('Dynamic'), subnet: ref, publicIPAddress: ref }),
    ),
    networkRuleCollections: z.array(z.unknown()),
    applicationRuleCollections: z.array(
      item({ priority: z.number(), action: z.strictObject({ type: z.string() }), rules: z.array(z.looseObject({ name: z.string() })) }),
    ),
    natRuleCollections: z.array(z.unknown()),
  }),
  PrivateZones_Get: resource({
    maxNumberOfRecordSets: z.number(),
    maxNumberOfVirtualNetworkLinks: z.number(),
    numberOfRecordSets: z.number(),
    numberOfVirtualNetworkLinks: z.number(),
  }),
  VirtualNetworkLinks_List: z.strictObject({
    value: z.array(
      resource({
        registrationEnabled: z.boolean(),
        resolutionPolicy: z.string(),
        virtualNetwork: ref,
        virtualNetworkLinkState: z.literal('Completed'),
      }),
    ),
  }),
  RecordSets_Get: z.strictObject({
    ...envelope,
    properties: z.strictObject({
      fqdn: z.string().endsWith('.'),
      ttl: z.number(),
      aRecords: z.array(z.strictObject({ ipv4Address: z.ipv4() })),
      isAutoRegistered: z.boolean(),
    }),
  }),
  AvailabilityStatuses_GetByResource: z.strictObject({
    ...envelope,
    location: z.string(),
    properties: z.strictObject({
      availabilityState: z.enum(['Available', 'Unavailable']),
      title: z.string(),
      summary: z.string(),
      reasonType: z.string(),
      occuredTime: z.iso.datetime(),
      reasonChronicity: z.string(),
    }),
  }),
};
