/**
 * A second evaluator, as plain as can be, that shares no code with the first: addresses are texts of 32 bits, sets are lists of all their members, and what
 * is not known is tried both ways. It knows IPv4 and well-formed settings alone.
 */
import type { Case } from '../../../src/diagnose/evaluate/case.ts';
import type { NsgRule, Read, Route } from '../../../src/diagnose/evaluate/configuration.ts';

const known = new Map<string, string>();

/** The bits of an address, as a text. */
export function bitsOf(address: string): string {
  const bits =
    known.get(address) ??
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  known.set(address, bits);
  return bits;
}

/** Whether a CIDR and an address begin with the same bits. */
export const isPrefixOf = (cidr: string, address: string): boolean => {
  const [net = '', length = '32'] = cidr.split('/');
  const [first, second] = [bitsOf(net), bitsOf(address)];
  for (let bit = 0; bit < Number(length); bit++) if (first[bit] !== second[bit]) return false;
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

/** Public addresses that stand for all of them. */
const SAMPLES = ['20.1.1.1', '20.1.7.7', '20.9.9.9', '30.3.3.3', '52.9.9.9', '130.1.1.1', '200.1.1.1'];

/** What surely stops the nodes of a generated case on their way to one address, by the code of the finding. */
function blockersTo(address: string, port: number, { configuration }: Case): string[] {
  const cluster = readOf(configuration.cluster)!;
  const subnet = readOf(configuration.subnet)!;
  const network = readOf(configuration.network)!;
  const routes = readOf(configuration.routeTable)?.routes ?? [];
  const connected = network.peerings.filter(({ state }) => state === 'Connected').flatMap(({ remotePrefixes }) => remotePrefixes);
  const all = network.peerings.flatMap(({ remotePrefixes }) => remotePrefixes);
  const space: Space = { own: network.prefixes, maybe: [...all, ...routes.map(({ prefix }) => prefix)] };
  const found: string[] = [];
  const nsgs = [configuration.nicNsg, configuration.subnetNsg].flatMap((nsg) => (readOf(nsg) === undefined ? [] : [readOf(nsg)!.rules]));
  if (nsgsDo(nsgs, ['10.1.0.4', '10.1.3.250'], { to: address, port, protocol: 'TCP' }, space) === 'denies') found.push('NsgDenies');
  const { type, nextHop } = routeTo(address, routes, [...network.prefixes, ...connected]);
  if (type === 'None') found.push('RouteDrops');
  const owner = readOf(configuration.nextHop);
  let leavesBy: readonly string[] | undefined;
  if (type === 'VirtualAppliance') {
    const isDead =
      owner?.kind === 'firewall'
        ? owner.addresses.length === 0
        : owner?.forwards === false || owner?.machinePower === 'PowerState/deallocated';
    if (owner !== undefined && isDead && (owner.addresses.length === 0 || owner.addresses.includes(nextHop!))) found.push('NextHopDead');
    const holds = (prefixes: readonly string[]) => prefixes.some((cidr) => isPrefixOf(cidr, nextHop!));
    if (holds(all) && !holds(connected)) found.push('PeeringDisconnected');
    if (owner?.kind === 'firewall' && owner.addresses.includes(nextHop!)) leavesBy = owner.publicAddressIds;
  }
  const nat = readOf(configuration.natGateway);
  if (type === 'Internet' && nat !== undefined) {
    if (nat.addressIds.length === 0) found.push('NatWithoutAddress');
    leavesBy = nat.addressIds;
  }
  if (type === 'Internet' && nat === undefined && cluster.loadBalancerAddressIds.length === 0 && subnet.defaultOutboundAccess === false)
    found.push('NoOutboundPath');
  const addresses = leavesBy?.map((id) => readOf(configuration.publicAddresses.get(id.toLowerCase()))!) ?? [];
  if (cluster.authorizedRanges.length > 0 && addresses.length > 0 && !addresses.some((each) => admits(cluster.authorizedRanges, each)))
    found.push('RangesExcludeOutbound');
  return found;
}

/**
 * What surely makes it impossible for the nodes of a generated case to reach the API server, by the code of the finding; for blind nodes, to reach any public
 * address, of which some stand for all. A generated case has no gateway, IPv6 or group of its own.
 */
export function blockersOf(each: Case): string[] {
  const { configuration, observation } = each;
  const targets = observation.blind ? SAMPLES : [observation.address!];
  const [first = [], ...others] = targets.map((address) => blockersTo(address, 443, each));
  const common = first.filter(
    (code) => others.every((codes) => codes.includes(code)) && !(observation.blind && code === 'RangesExcludeOutbound'),
  );
  return [...(readOf(configuration.cluster)!.powerState === 'Stopped' ? ['ClusterStopped'] : []), ...common];
}

/** Whether the nodes of a generated case reach a public address that is not the API server's. */
export const worksElsewhere = (each: Case): boolean => blockersTo('52.9.9.9', 443, each).every((code) => code === 'RangesExcludeOutbound');
