/**
 * A second evaluator, as plain as can be, that shares no code with the first: addresses are texts of 32 bits, sets are lists of all their members, and what
 * is not known is tried both ways. It knows IPv4 and well-formed settings alone.
 */
import type { Case } from '../../../src/diagnose/evaluate/case.ts';
import type { NsgRule, Read, Route } from '../../../src/diagnose/evaluate/configuration.ts';

export const bitsOf = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');

export const isPrefixOf = (cidr: string, address: string): boolean => {
  const [net = '', length = '32'] = cidr.split('/');
  for (let bit = 0; bit < Number(length); bit++) if (bitsOf(net)[bit] !== bitsOf(address)[bit]) return false;
  return true;
};

const isPrivateAddress = (address: string) =>
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].some((cidr) => isPrefixOf(cidr, address));

/** What a world is made of that the settings leave open: whether a tag holds an address, whether nodes are in a group. */
export type World = ReadonlyMap<string, boolean>;

/** All worlds of some open questions. */
export function worldsOf(questions: readonly string[]): World[] {
  const distinct = [...new Set(questions)];
  return Array.from(
    { length: 2 ** distinct.length },
    (_, number) => new Map(distinct.map((each, bit) => [each, (number >> bit) % 2 === 1])),
  );
}

interface Packet {
  from: string;
  to: string;
  port: number;
  protocol: string;
}

/** The network as NSGs see it: what is surely in `VirtualNetwork`, and what may be. */
export interface Space {
  own: readonly string[];
  maybe: readonly string[];
}

const isCidr = (text: string) => /^\d/.test(text);

function isIn(text: string, address: string, space: Space, world: World): boolean {
  if (text === '*') return true;
  if (isCidr(text)) return isPrefixOf(text, address);
  const isOwn = space.own.some((cidr) => isPrefixOf(cidr, address));
  if (text === 'VirtualNetwork') return isOwn || (world.get('VirtualNetwork') ?? false);
  if (text === 'Internet') return !isPrivateAddress(address) && !isOwn;
  if (text === 'AzureCloud') return !isPrivateAddress(address) && (world.get('AzureCloud') ?? false);
  return false;
}

/** The ports that there are, in the small world of these tests. */
const PORTS = 600;

/** Every port of a list, one by one. */
function portsOf(texts: readonly string[]): Set<number> {
  const ports = new Set<number>();
  for (const text of texts) {
    const [first = 0, last = first] = text === '*' ? [0, PORTS] : text.split('-').map(Number);
    for (let port = first; port <= last; port++) ports.add(port);
  }
  return ports;
}

/** Which questions the rules of an NSG leave open for an address. */
export function questionsOf(rules: readonly NsgRule[], address: string, space: Space): string[] {
  const isOpen =
    !space.own.some((cidr) => isPrefixOf(cidr, address)) &&
    (isPrivateAddress(address) || space.maybe.some((cidr) => isPrefixOf(cidr, address)));
  const tags = rules.flatMap(({ sources, destinations }) => [...sources, ...destinations]);
  return [
    ...(tags.includes('VirtualNetwork') && isOpen ? ['VirtualNetwork'] : []),
    ...(tags.includes('AzureCloud') && !isPrivateAddress(address) ? ['AzureCloud'] : []),
    ...rules.flatMap(({ sourceAsgs }) => sourceAsgs),
  ];
}

/** Whether an NSG lets a packet pass, in one world: its rules one after the other, by their priority. */
function passes(rules: readonly NsgRule[], packet: Packet, space: Space, world: World): boolean {
  const ordered = [...rules].sort((a, b) => a.priority - b.priority);
  for (const each of ordered) {
    if (each.direction !== 'Outbound') continue;
    if (each.protocol !== '*' && each.protocol.toUpperCase() !== packet.protocol) continue;
    const isFrom =
      each.sources.some((text) => text === 'VirtualNetwork' || isIn(text, packet.from, space, world)) ||
      each.sourceAsgs.some((id) => world.get(id));
    if (!isFrom || !each.destinations.some((text) => isIn(text, packet.to, space, world))) continue;
    if (portsOf(each.destinationPorts).has(packet.port)) return each.access === 'Allow';
  }
  return false;
}

/** What NSGs do to a packet in all worlds, and for all addresses of the nodes: `denies` or `allows` where all agree. */
export function nsgsDo(
  nsgs: readonly (readonly NsgRule[])[],
  froms: readonly string[],
  packet: Omit<Packet, 'from'>,
  space: Space,
): 'allows' | 'denies' | 'open' {
  const worlds = worldsOf(nsgs.flatMap((rules) => questionsOf(rules, packet.to, space)));
  const outcomes = worlds.flatMap((world) => froms.map((from) => nsgs.every((rules) => passes(rules, { ...packet, from }, space, world))));
  return outcomes.every(Boolean) ? 'allows' : outcomes.some(Boolean) ? 'open' : 'denies';
}

/** The type and the next hop of the route that an address takes: all prefixes are scanned bit by bit. */
export function routeTo(
  address: string,
  routes: readonly Route[],
  networks: readonly string[],
): { type: string; nextHop?: string; length: number } {
  let best: { type: string; nextHop?: string; length: number; isOwn: boolean } | undefined;
  const system = [
    ...networks.map((prefix) => ({ prefix, type: 'VnetLocal' })),
    { prefix: '0.0.0.0/0', type: 'Internet' },
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((prefix) => ({ prefix, type: 'None' })),
  ];
  for (const { isOwn, prefix, type, nextHop } of [
    ...routes.map((each) => ({ ...each, isOwn: true })),
    ...system.map((each) => ({ ...each, nextHop: undefined, isOwn: false })),
  ]) {
    const length = Number(prefix.split('/')[1] ?? 32);
    if (!isPrefixOf(prefix, address)) continue;
    if (best === undefined || length > best.length || (length === best.length && isOwn && !best.isOwn))
      best = { type, nextHop, length, isOwn };
  }
  return { type: best!.type, nextHop: best!.nextHop, length: best!.length };
}

const readOf = <T>(read: Read<T> | undefined): T | undefined => (read?.status === 'read' ? read.value : undefined);

/** Whether one text of ranges holds an address; a tag may. */
const admits = (ranges: readonly string[], address: string) => ranges.some((range) => !isCidr(range) || isPrefixOf(range, address));

/**
 * What surely makes it impossible for the nodes of a generated case to reach the API server, by the code of the finding. A generated case has one address to
 * go to, and no gateway, IPv6 or group of its own.
 */
export function blockersOf({ configuration, observation }: Case): string[] {
  const [cluster, subnet, network, table] = [
    readOf(configuration.cluster)!,
    readOf(configuration.subnet)!,
    readOf(configuration.network)!,
    readOf(configuration.routeTable),
  ];
  const address = observation.address!;
  const peers = network.peerings.filter(({ state }) => state === 'Connected').flatMap(({ remotePrefixes }) => remotePrefixes);
  const routes = table?.routes ?? [];
  const space: Space = {
    own: network.prefixes,
    maybe: [...network.peerings.flatMap(({ remotePrefixes }) => remotePrefixes), ...routes.map(({ prefix }) => prefix)],
  };
  const found: string[] = [];
  if (cluster.powerState === 'Stopped') found.push('ClusterStopped');
  const nsgs = [readOf(configuration.nicNsg), readOf(configuration.subnetNsg)].flatMap((nsg) => (nsg === undefined ? [] : [nsg.rules]));
  if (nsgsDo(nsgs, ['10.1.0.4', '10.1.3.250'], { to: address, port: observation.port, protocol: 'TCP' }, space) === 'denies')
    found.push('NsgDenies');
  const route = routeTo(address, routes, [...network.prefixes, ...peers]);
  const isTables = routes.some(
    ({ prefix, type, nextHop }) => isPrefixOf(prefix, address) && type === route.type && nextHop === route.nextHop,
  );
  if (route.type === 'None' && isTables) found.push('RouteDrops');
  const owner = readOf(configuration.nextHop);
  if (route.type === 'VirtualAppliance' && owner !== undefined) {
    const holds = owner.addresses.includes(route.nextHop!);
    if (!holds && owner.kind === 'firewall' && owner.addresses.length === 0) found.push('NextHopDead');
    if (holds && owner.kind === 'networkInterface' && (owner.forwards === false || owner.machinePower === 'PowerState/deallocated'))
      found.push('NextHopDead');
  }
  const nat = readOf(configuration.natGateway);
  if (route.type === 'Internet' && subnet.natGatewayId !== undefined && nat !== undefined) {
    const addresses = nat.addressIds.map((id) => readOf(configuration.publicAddresses.get(id.toLowerCase()))!);
    if (addresses.length === 0) found.push('NatWithoutAddress');
    const ranges = cluster.authorizedRanges;
    if (ranges.length > 0 && addresses.length > 0 && !addresses.some((each) => admits(ranges, each))) found.push('RangesExcludeOutbound');
  }
  return found;
}
