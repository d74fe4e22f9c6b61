import { holdsAddress } from './addresses.ts';
import type { Configuration, Read } from './configuration.ts';
import { familyOfTarget, type Target } from './membership.ts';
import { isUnread, nameOf, settingOf, wordOf } from './names.ts';
import { placeOf } from './place.ts';
import { effectiveRoute } from './route.ts';

/** By which addresses nodes leave for a target. */
export interface Outbound {
  /** What gives them the addresses; `none`: nothing does; `unknown`: the settings read do not say. */
  by: 'firewall' | 'appliance' | 'natGateway' | 'nodeAddress' | 'loadBalancer' | 'default' | 'none' | 'unknown';
  resourceId?: string;
  /** As people call it, such as `NAT gateway ng`. */
  label: string;
  /** Public addresses, and prefixes that some of them are in. */
  addresses: readonly string[];
  /** Whether these are all of them. */
  isCertain: boolean;
}

/** The addresses of these resources, and whether all were read. */
function addressesOf(ids: readonly string[], known: ReadonlyMap<string, Read<string>>): Pick<Outbound, 'addresses' | 'isCertain'> {
  const read = ids.map((id) => settingOf(known.get(id.toLowerCase())));
  return { addresses: read.filter((each) => each !== undefined), isCertain: !read.includes(undefined) };
}

/** What an address that a route sends to gives them: only a firewall that was read is known to leave by its own addresses. */
function throughAppliance(hop: string | undefined, { nextHop, publicAddresses }: Configuration): Outbound {
  const owner = settingOf(nextHop);
  const holdsHop = owner !== undefined && hop !== undefined && holdsAddress(owner.addresses, hop);
  if (owner?.kind !== 'firewall' || !holdsHop)
    return { by: 'appliance', label: `virtual appliance ${hop ?? ''}`.trim(), addresses: [], isCertain: false };
  const own = addressesOf(owner.publicAddressIds, publicAddresses);
  const isCertain = own.isCertain && own.addresses.length > 0 && owner.leaves === 'byItself';
  return { by: 'firewall', resourceId: owner.id, label: `firewall ${nameOf(owner.id)}`, ...own, isCertain };
}

/**
 * The public addresses by which nodes leave for a target, by Azure's order of precedence: the route table, the NAT gateway of the subnet, the nodes' own
 * addresses, the load balancer, and at last the default that older subnets have.
 */
export function outboundOf(target: Target, configuration: Configuration): Outbound {
  const { nic, subnet, natGateway } = placeOf(configuration);
  const cluster = settingOf(configuration.cluster);
  const route = effectiveRoute(target, configuration);
  const unknown: Outbound = { by: 'unknown', label: 'unknown', addresses: [], isCertain: false };
  if (route.type === 'virtualappliance') {
    const through = throughAppliance(route.nextHop, configuration);
    return { ...through, isCertain: through.isCertain && route.isCertain };
  }
  if (route.type !== 'internet' || !route.isCertain || cluster === undefined || subnet === undefined) return unknown;
  // NAT gateways and the addresses of clusters are IPv4; what gives IPv6 addresses is not read.
  if (familyOfTarget(target) === 'ipv6') return unknown;
  if (natGateway.is === 'unknown') return unknown;
  if (natGateway.is === 'known') {
    const { id, addressIds, prefixIds } = natGateway.value;
    const own = addressesOf([...addressIds, ...prefixIds], configuration.publicAddresses);
    return { by: 'natGateway', resourceId: id, label: `NAT gateway ${nameOf(id)}`, ...own };
  }
  if (nic === undefined || isUnread(configuration.nic)) return unknown;
  if (nic.hasPublicAddress) return { by: 'nodeAddress', label: "the nodes' own addresses", addresses: [], isCertain: false };
  const balancer = configuration.outboundBalancer;
  // Where it was not read, it is taken to let the nodes out.
  const letsOut = balancer === undefined || isUnread(balancer) || settingOf(balancer)?.letsOut === true;
  if (letsOut && (wordOf(cluster.outboundType) === 'loadbalancer' || cluster.loadBalancerAddressIds.length > 0)) {
    const own = addressesOf(cluster.loadBalancerAddressIds, configuration.publicAddresses);
    return { by: 'loadBalancer', resourceId: cluster.id, label: 'load balancer', ...own };
  }
  if (subnet.defaultOutboundAccess !== false) return { by: 'default', label: 'default outbound access', addresses: [], isCertain: false };
  return { by: 'none', resourceId: subnet.id, label: 'nothing', addresses: [], isCertain: true };
}
