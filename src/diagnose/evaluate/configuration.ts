/**
 * Why a setting was not read. What is `unseen` was looked for where only what the caller may read is listed; `budget`: the search had asked for so much
 * already; `cut`: it is longer than what was read of it.
 */
export interface Unread {
  status: 'unread';
  why: 'denied' | 'unseen' | 'throttled' | 'budget' | 'cut' | 'failed';
  resourceId: string;
  /** The right that reading it needs, such as `Microsoft.Network/routeTables/read`. */
  action: string;
}

/** A setting as read now; that Azure says there is none (404); or that it was not read. Only the first two say something. */
export type Read<T> = { status: 'read'; value: T } | { status: 'absent'; resourceId: string } | Unread;

/** A cluster. Texts that Azure may add values to are kept as they came. */
export interface ClusterSettings {
  /** Resource ids are written as Azure wrote them: compare them without regard to letter case. */
  id: string;
  region: string;
  provisioningState: string;
  /** Absent if Azure does not say, which is not `Stopped`. */
  powerState?: string;
  fqdn?: string;
  privateFqdn?: string;
  nodeResourceGroup: string;
  isPrivate: boolean;
  /** API Server VNet Integration: nodes reach the API server by an internal load balancer. */
  isIntegrated: boolean;
  /** `system`, `none`, or the id of a zone. */
  privateDnsZone?: string;
  authorizedRanges: readonly string[];
  apiSubnetId?: string;
  /** `loadBalancer`, `userDefinedRouting`, `managedNATGateway`, `userAssignedNATGateway`, `none`, `block`, or another. */
  outboundType: string;
  /** Ids of the public addresses that the cluster's own load balancer or NAT gateway leaves by. */
  loadBalancerAddressIds: readonly string[];
  natAddressIds: readonly string[];
  /** Object ids of the cluster's identities, by which AKS itself makes changes. */
  identities: readonly string[];
}

/** The network interfaces of the scale set of the failing nodes. */
export interface NicSettings {
  scaleSetId: string;
  subnetId: string;
  nsgId?: string;
  asgIds: readonly string[];
  hasPublicAddress: boolean;
}

export interface SubnetSettings {
  id: string;
  prefixes: readonly string[];
  nsgId?: string;
  routeTableId?: string;
  natGatewayId?: string;
  defaultOutboundAccess?: boolean;
  /** `Enabled`, `Disabled`, `NetworkSecurityGroupEnabled` or `RouteTableEnabled`. */
  endpointPolicies?: string;
}

export interface Peering {
  name: string;
  /** `Connected`, `Initiated`, `Disconnected`, or another. */
  state: string;
  remoteId: string;
  remotePrefixes: readonly string[];
}

export interface NetworkSettings {
  id: string;
  prefixes: readonly string[];
  /** Its own DNS servers; none means Azure's. */
  dnsServers: readonly string[];
  peerings: readonly Peering[];
  /** Whether it has a gateway or a route server, or may learn routes of one by a peering, so that there may be routes that nobody can read. */
  mayLearnRoutes: boolean;
}

/** A rule with its singular and plural fields joined; `*` and service tags stay as they are. */
export interface NsgRule {
  name: string;
  priority: number;
  /** `Inbound` or `Outbound`. */
  direction: string;
  /** `Allow` or `Deny`. */
  access: string;
  /** `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`. */
  protocol: string;
  sources: readonly string[];
  destinations: readonly string[];
  /** `443`, `80-90` or `*`. */
  sourcePorts: readonly string[];
  destinationPorts: readonly string[];
  /** Ids of application security groups. */
  sourceAsgs: readonly string[];
  destinationAsgs: readonly string[];
}

export interface NsgSettings {
  id: string;
  /** Its own rules and the default ones. */
  rules: readonly NsgRule[];
}

export interface Route {
  name: string;
  /** A CIDR or a service tag. */
  prefix: string;
  /** `VirtualAppliance`, `Internet`, `VnetLocal`, `VirtualNetworkGateway`, `None`, `VirtualApplianceEcmp`, or another. */
  type: string;
  nextHop?: string;
}

export interface RouteTableSettings {
  id: string;
  /** Whether routes of gateways apply beside these: `disableBgpRoutePropagation` is not true. */
  learnsRoutes: boolean;
  routes: readonly Route[];
}

export interface NatGatewaySettings {
  id: string;
  addressIds: readonly string[];
  prefixIds: readonly string[];
}

/** What holds, or held, the address that a route sends to. */
export interface NextHopSettings {
  id: string;
  kind: 'firewall' | 'networkInterface' | 'loadBalancer';
  /** Private addresses that it holds now. */
  addresses: readonly string[];
  /** Of a network interface: whether it forwards, and the power state of its machine, such as `PowerState/deallocated`. */
  forwards?: boolean;
  machinePower?: string;
  /** Of a firewall: ids of its public addresses. */
  publicAddressIds: readonly string[];
  /** Of a firewall: whether it leaves by these, or its subnet has a NAT gateway or routes of its own by which it leaves otherwise. */
  leaves?: 'byItself' | 'otherwise' | 'unknown';
}

/** The private endpoint of an API server. */
export interface EndpointSettings {
  id: string;
  /** `Approved`, `Pending`, `Rejected`, `Disconnected`, or another. */
  state: string;
  /** The address of its network interface; absent where that was not read. */
  address?: string;
  /** The subnet that it is in, whose policies for endpoints hold for it. */
  subnetId?: string;
}

export interface ZoneLink {
  networkId: string;
  /** `Completed`, `InProgress`, or another. */
  state: string;
}

export interface AdminRule {
  id: string;
  name: string;
  access: string;
  direction: string;
  priority: number;
  protocol: string;
  destinations: readonly string[];
  destinationPorts: readonly string[];
}

export interface ClusterHealth {
  /** `Available`, `Unavailable`, `Degraded` or `Unknown`. */
  state: string;
  /** `Unplanned`, `Planned`, `UserInitiated`, or another. */
  reasonType?: string;
  title?: string;
  since?: string;
}

/** An event of Azure Service Health that is active and names AKS in the region of the cluster. */
export interface ServiceIssue {
  id: string;
  title: string;
  since: string;
}

/**
 * What was read of Azure's configuration for one outage. An absent property is something that the path does not have, such as a subnet without a route
 * table; what was needed and not read is `unread`.
 */
export interface Configuration {
  cluster: Read<ClusterSettings>;
  nic?: Read<NicSettings>;
  subnet?: Read<SubnetSettings>;
  network?: Read<NetworkSettings>;
  nicNsg?: Read<NsgSettings>;
  subnetNsg?: Read<NsgSettings>;
  routeTable?: Read<RouteTableSettings>;
  natGateway?: Read<NatGatewaySettings>;
  /** The load balancer by which the nodes leave where nothing else gives them a way out, and whether a rule of it lets them out. */
  outboundBalancer?: Read<{ id: string; letsOut: boolean }>;
  /** Public addresses (`20.8.7.6`) and prefixes (`20.8.7.0/30`) by resource id in lower case. */
  publicAddresses: ReadonlyMap<string, Read<string>>;
  /** `absent`: nothing that could be searched holds it. */
  nextHop?: Read<NextHopSettings>;
  nextHopSubnet?: Read<SubnetSettings>;
  /** What of the next hop and of the endpoint was read apart, where it was not. */
  nextHopOwner?: Unread;
  nextHopMachine?: Read<unknown>;
  endpoint?: Read<EndpointSettings>;
  endpointInterface?: Read<unknown>;
  /** Links and A records of the zone of a private API server. */
  zone?: { id: string; links: Read<readonly ZoneLink[]>; record: Read<readonly string[]> };
  /** Of an integrated API server: the address of its load balancer, its subnet and that one's NSG. */
  apiAddress?: Read<string>;
  apiSubnet?: Read<SubnetSettings>;
  apiSubnetNsg?: Read<NsgSettings>;
  adminRules?: Read<readonly AdminRule[]>;
  health?: Read<ClusterHealth>;
  issues?: Read<readonly ServiceIssue[]>;
}
