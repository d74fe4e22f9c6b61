import type { Case, Neighbours, Observation } from '../../../src/diagnose/evaluate/case.ts';
import type {
  AdminRule,
  ClusterSettings,
  Configuration,
  EndpointSettings,
  NatGatewaySettings,
  NetworkSettings,
  NextHopSettings,
  NicSettings,
  NsgRule,
  NsgSettings,
  Read,
  Route,
  RouteTableSettings,
  SubnetSettings,
  Unread,
  ZoneLink,
} from '../../../src/diagnose/evaluate/configuration.ts';
import { findingsOf } from '../../../src/diagnose/evaluate/find.ts';
import type { Change, Finding } from '../../../src/model/finding.ts';

export const START = '2026-11-30T12:07:00Z';
export const NOW = new Date('2026-11-30T12:12:00Z');
export const API = '20.1.1.1';
export const ENDPOINT = '10.1.0.7';

const SUBSCRIPTION = '/subscriptions/11111111-1111-1111-1111-111111111111';
export const idOf = (type: string, name: string, group = 'rg-shop') =>
  `${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Network/${type}/${name}`;
export const CLUSTER_ID = `${SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/shop`;
export const NETWORK_ID = idOf('virtualNetworks', 'vnet-shop');
export const HUB_ID = idOf('virtualNetworks', 'vnet-hub', 'rg-hub');
export const SUBNET_ID = `${NETWORK_ID}/subnets/nodes`;
export const TABLE_ID = idOf('routeTables', 'rt-spoke');
export const NAT_ID = idOf('natGateways', 'ng-shop');
export const FIREWALL_ID = idOf('azureFirewalls', 'hub-fw', 'rg-hub');
export const ZONE_ID = idOf('privateDnsZones', 'x.privatelink.westeurope.azmk8s.io');
export const addressId = (name: string) => idOf('publicIPAddresses', name);

export const read = <T>(value: T): Read<T> => ({ status: 'read', value });
export const absent = (resourceId: string): Read<never> => ({ status: 'absent', resourceId });
export const unread = (resourceId: string, action: string, why: Unread['why'] = 'denied'): Unread => ({
  status: 'unread',
  why,
  resourceId,
  action,
});

export const cluster = (over: Partial<ClusterSettings> = {}): Read<ClusterSettings> =>
  read({
    id: CLUSTER_ID,
    region: 'westeurope',
    provisioningState: 'Succeeded',
    powerState: 'Running',
    fqdn: 'shop-x.hcp.westeurope.azmk8s.io',
    nodeResourceGroup: 'MC_rg-shop_shop_westeurope',
    isPrivate: false,
    isIntegrated: false,
    authorizedRanges: [],
    outboundType: 'loadBalancer',
    loadBalancerAddressIds: [addressId('lb')],
    natAddressIds: [],
    identities: [],
    ...over,
  });
export const PRIVATE_NAME = 'shop-x.x.privatelink.westeurope.azmk8s.io';
export const privateCluster = (over: Partial<ClusterSettings> = {}) =>
  cluster({ isPrivate: true, privateDnsZone: 'system', privateFqdn: PRIVATE_NAME, ...over });

export const nic = (over: Partial<NicSettings> = {}): Read<NicSettings> =>
  read({ scaleSetId: `${SUBSCRIPTION}/vmss`, subnetId: SUBNET_ID, asgIds: [], hasPublicAddress: false, ...over });
export const subnet = (over: Partial<SubnetSettings> = {}): Read<SubnetSettings> =>
  read({ id: SUBNET_ID, prefixes: ['10.1.0.0/22'], endpointPolicies: 'Disabled', ...over });
export const network = (over: Partial<NetworkSettings> = {}): Read<NetworkSettings> =>
  read({ id: NETWORK_ID, prefixes: ['10.1.0.0/16'], dnsServers: [], peerings: [], mayLearnRoutes: false, ...over });
export const hubPeering = (state = 'Connected', remotePrefixes: readonly string[] = ['10.0.0.0/16']) => ({
  name: 'to-hub',
  state,
  remoteId: HUB_ID,
  remotePrefixes,
});

export const rule = (over: Partial<NsgRule> = {}): NsgRule => ({
  name: 'deny-443',
  priority: 110,
  direction: 'Outbound',
  access: 'Deny',
  protocol: 'Tcp',
  sources: ['*'],
  destinations: ['Internet'],
  sourcePorts: ['*'],
  destinationPorts: ['443'],
  sourceAsgs: [],
  destinationAsgs: [],
  ...over,
});
const everything = { protocol: '*', destinationPorts: ['*'] };
export const defaultRules: readonly NsgRule[] = [
  rule({
    ...everything,
    name: 'AllowVnetOutBound',
    priority: 65000,
    access: 'Allow',
    sources: ['VirtualNetwork'],
    destinations: ['VirtualNetwork'],
  }),
  rule({ ...everything, name: 'AllowInternetOutBound', priority: 65001, access: 'Allow' }),
  rule({ ...everything, name: 'DenyAllOutBound', priority: 65500, destinations: ['*'] }),
  rule({
    ...everything,
    name: 'AllowVnetInBound',
    priority: 65000,
    direction: 'Inbound',
    access: 'Allow',
    sources: ['VirtualNetwork'],
    destinations: ['VirtualNetwork'],
  }),
  rule({
    ...everything,
    name: 'AllowAzureLoadBalancerInBound',
    priority: 65001,
    direction: 'Inbound',
    access: 'Allow',
    sources: ['AzureLoadBalancer'],
    destinations: ['*'],
  }),
  rule({ ...everything, name: 'DenyAllInBound', priority: 65500, direction: 'Inbound', destinations: ['*'] }),
];
export const nsg = (name: string, ...rules: readonly NsgRule[]): Read<NsgSettings> =>
  read({ id: idOf('networkSecurityGroups', name), rules: [...rules, ...defaultRules] });

export const toAppliance: Route = { name: 'def', prefix: '0.0.0.0/0', type: 'VirtualAppliance', nextHop: '10.0.0.4' };
/** A route table, and the subnet that has it. */
export const routed = (routes: readonly Route[], over: Partial<RouteTableSettings> = {}) => ({
  subnet: subnet({ routeTableId: TABLE_ID }),
  routeTable: read<RouteTableSettings>({ id: TABLE_ID, learnsRoutes: false, routes, ...over }),
});
export const firewall = (over: Partial<NextHopSettings> = {}): Read<NextHopSettings> =>
  read({ id: FIREWALL_ID, kind: 'firewall', addresses: ['10.0.0.4'], publicAddressIds: [addressId('fw')], leaves: 'byItself', ...over });

/** A NAT gateway that leaves by 20.8.7.6, and the subnet that has it. */
export const behindNat = (over: Partial<NatGatewaySettings> = {}) => ({
  subnet: subnet({ natGatewayId: NAT_ID }),
  natGateway: read<NatGatewaySettings>({ id: NAT_ID, addressIds: [addressId('nat')], prefixIds: [], ...over }),
});
export const endpoint = (over: Partial<EndpointSettings> = {}): Read<EndpointSettings> =>
  read({ id: idOf('privateEndpoints', 'kube-apiserver'), state: 'Approved', address: ENDPOINT, subnetId: SUBNET_ID, ...over });
export const zone = (links: readonly string[], record: Read<readonly string[]> = read([ENDPOINT])): NonNullable<Configuration['zone']> => ({
  id: ZONE_ID,
  links: read(links.map((networkId): ZoneLink => ({ networkId, state: 'Completed' }))),
  record,
});
export const adminRule = (over: Partial<AdminRule> = {}): AdminRule => ({
  id: idOf('networkManagers', 'nm/rules/block'),
  name: 'block',
  access: 'Deny',
  direction: 'Outbound',
  priority: 10,
  protocol: 'Tcp',
  destinations: ['*'],
  destinationPorts: ['443'],
  ...over,
});

/** `before`: minutes before the outage. */
export const change = (resourceId: string, before: number, over: Partial<Change> = {}): Change => ({
  time: new Date(Date.parse(START) - before * 60_000).toISOString(),
  resourceId,
  operation: 'Microsoft.Network/write',
  by: 'ana@contoso.com',
  ...over,
});

export interface Parts {
  configuration?: Partial<Configuration>;
  observation?: Partial<Observation>;
  neighbours?: Partial<Neighbours>;
  changes?: readonly Change[];
}

const nameOf = (read: Read<ClusterSettings> = cluster()) =>
  read.status === 'read' ? (read.value.privateFqdn ?? read.value.fqdn) : undefined;

/** Nodes of a public cluster behind a load balancer whose TCP to the API server times out, with nothing in Azure that explains it. */
export const caseOf = ({ configuration, observation, neighbours, changes = [] }: Parts = {}): Case => ({
  cluster: 'shop',
  start: START,
  now: NOW,
  configuration: {
    cluster: cluster(),
    nic: nic(),
    subnet: subnet(),
    network: network(),
    publicAddresses: new Map([
      [addressId('lb').toLowerCase(), read('20.9.9.9')],
      [addressId('nat').toLowerCase(), read('20.8.7.6')],
      [addressId('fw').toLowerCase(), read('20.5.5.5')],
    ]),
    ...configuration,
  },
  observation: {
    reason: 'ConnectionTimedOut',
    blind: false,
    host: nameOf(configuration?.cluster),
    port: 443,
    address: API,
    dns: 'found',
    resolvers: [],
    tcp: 'timeout',
    egress: 'works',
    proxied: false,
    failures: 3,
    ...observation,
  },
  neighbours: { failing: 4, reachable: 0, ...neighbours },
  changes,
});

/** What blind nodes are known by: nothing. */
export const blind: Partial<Observation> = {
  reason: 'RunCommandTimedOut',
  blind: true,
  host: undefined,
  address: undefined,
  dns: undefined,
  tcp: undefined,
  egress: undefined,
};
export const nameUnknown: Partial<Observation> = {
  reason: 'NameNotFound',
  dns: 'failed',
  address: undefined,
  tcp: undefined,
  egress: 'works',
  azureDns: { said: 'unknown', addresses: [] },
};
export const tlsSilent: Partial<Observation> = { reason: 'TlsTimedOut', tcp: 'ok' };

/** What is found, as lines: `cause NsgDenies: NSG …`. */
export const linesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ kind, code, sentence }) => `${kind} ${code}: ${sentence}`);
export const found = (parts: Parts): string[] => linesOf(findingsOf(caseOf(parts)));
/** What is found, without the sentences. */
export const codes = (parts: Parts): string[] => findingsOf(caseOf(parts)).map(({ kind, code }) => `${kind} ${code}`);
