import { contains, isPrivate, isSameAddress, isSingle, type Prefix, parsePrefix, unroutedPrefixes } from './addresses.ts';
import type { Configuration, EndpointSettings } from './configuration.ts';
import { ANYWHERE, familyOfTarget, prefixHolds, type Target } from './membership.ts';
import { isSameId, isUnread, settingOf, wordOf } from './names.ts';
import { type Place, placeOf } from './place.ts';

/** The route that packets to a target take. */
export interface EffectiveRoute {
  /** A route table's own, or one of Azure's. */
  source: 'table' | 'system';
  name: string;
  prefix: Prefix;
  /** As in `Route`, in lower case. */
  type: string;
  nextHop?: string;
  /** Whether nothing that was not read, or that has no exact prefix, may send them elsewhere. */
  isCertain: boolean;
}

type Candidate = Omit<EffectiveRoute, 'isCertain'>;

const KNOWN_TYPES = ['virtualappliance', 'internet', 'vnetlocal', 'virtualnetworkgateway', 'none'];

const isSameEffect = (one: Candidate, other: Candidate) => one.type === other.type && (one.nextHop ?? '') === (other.nextHop ?? '');

const systemRoute = (name: string, text: string, type: string): Candidate[] => {
  const prefix = parsePrefix(text);
  return prefix === undefined ? [] : [{ source: 'system', name, prefix, type }];
};

/** Whether the route that a private endpoint brings gives way to the table's, by the policies of its own subnet; undefined where nobody read them. */
function givesWay({ subnet }: Place, { subnetId }: EndpointSettings): boolean | undefined {
  if (!isSameId(subnetId, subnet?.id)) return undefined;
  const policies = wordOf(subnet?.endpointPolicies);
  if (['enabled', 'routetableenabled'].includes(policies)) return true;
  return ['disabled', 'networksecuritygroupenabled'].includes(policies) ? false : undefined;
}

function systemRoutes(configuration: Configuration, place: Place): Candidate[] {
  const endpoint = settingOf(configuration.endpoint);
  return [
    ...systemRoute('default', '0.0.0.0/0', 'internet'),
    ...systemRoute('default', '::/0', 'internet'),
    ...unroutedPrefixes.flatMap((text) => systemRoute('unrouted', text, 'none')),
    ...(place.network?.prefixes ?? []).flatMap((text) => systemRoute('network', text, 'vnetlocal')),
    ...(place.network?.peerings ?? [])
      .filter(({ state }) => wordOf(state) === 'connected')
      .flatMap(({ name, remotePrefixes }) => remotePrefixes.flatMap((text) => systemRoute(name, text, 'vnetlocal'))),
    ...(endpoint?.address === undefined || givesWay(place, endpoint) ? [] : systemRoute('private endpoint', endpoint.address, 'vnetlocal')),
  ];
}

/** Of routes that hold a target: the longest prefix, then the table's own. */
const isBetter = (one: Candidate, other: Candidate) => {
  if (one.prefix.length !== other.prefix.length) return one.prefix.length > other.prefix.length;
  if (one.source !== other.source) return one.source === 'table';
  return one.name < other.name;
};

/** Whether something that was not read, or that nobody can read, may lead elsewhere than the best route that was. */
function isInDoubt(best: Candidate, target: Target, configuration: Configuration, place: Place): boolean {
  if (!KNOWN_TYPES.includes(best.type) || place.table.is === 'unknown') return true;
  // Nothing is longer, and of the same length the table's own comes first.
  if (best.source === 'table' && isSingle(best.prefix)) return false;
  // Gateways and wider prefixes replace these.
  if (best.source === 'system' && best.type === 'none') return true;
  if (place.network === undefined) return true;
  if (place.network.mayLearnRoutes && (place.table.is === 'none' || place.table.value.learnsRoutes)) return true;
  const isOddPeering = ({ state }: { state: string }) => !['connected', 'initiated', 'disconnected'].includes(wordOf(state));
  if (place.network.peerings.some((each) => isOddPeering(each) && each.remotePrefixes.some((text) => mayHold(text, target)))) return true;
  if (target === ANYWHERE || !isPrivate(target)) return false;
  const endpoint = settingOf(configuration.endpoint);
  if (endpoint?.address !== undefined && isSameAddress(endpoint.address, target) && givesWay(place, endpoint) === undefined) return true;
  return best.source === 'table' && (isUnread(configuration.endpoint) || (endpoint !== undefined && endpoint.address === undefined));
}

const mayHold = (text: string, target: Target): boolean => {
  const prefix = parsePrefix(text);
  return prefix === undefined ? target === ANYWHERE || !isPrivate(target) : prefixHolds(prefix, target) !== 'no';
};

/**
 * The effective route to a target: the longest prefix, then the table's own routes before learned ones and Azure's. Learned routes cannot be read: where
 * there may be some, nothing is certain, nor is it where a route has a service tag for a prefix.
 */
export function effectiveRoute(target: Target, configuration: Configuration): EffectiveRoute {
  const place = placeOf(configuration);
  const table = place.table.is === 'known' ? place.table.value.routes : [];
  const own = table.map((route) => ({ ...route, parsed: parsePrefix(route.prefix) }));
  const exact: Candidate[] = own.flatMap(({ name, parsed, type, nextHop }) =>
    parsed === undefined ? [] : [{ source: 'table' as const, name, prefix: parsed, type: wordOf(type), nextHop }],
  );
  const family = familyOfTarget(target);
  const isSure = ({ prefix }: Candidate) =>
    target === ANYWHERE ? prefix.family === family && prefix.length === 0 : contains(prefix, target);
  const sure = [...exact, ...systemRoutes(configuration, place)].filter(isSure);
  const nothing: Candidate = {
    source: 'system',
    name: 'default',
    prefix: { address: '0.0.0.0', family: 'ipv4', length: 0 },
    type: 'unknown',
  };
  const best = sure.reduce((better, each) => (isBetter(each, better) ? each : better), sure[0] ?? nothing);
  const isTagged = own.some(
    ({ parsed, prefix, ...route }) =>
      parsed === undefined && mayHold(prefix, target) && !isSameEffect(best, { ...best, type: wordOf(route.type), nextHop: route.nextHop }),
  );
  const isSplit = exact.some((each) => {
    if (each === best || isSameEffect(each, best)) return false;
    // Only some public addresses, or two routes of one prefix.
    const isPart = target === ANYWHERE && prefixHolds(each.prefix, target) === 'maybe';
    return isPart || (best.source === 'table' && isSure(each) && each.prefix.length === best.prefix.length);
  });
  const isDecided = best.source === 'table' && isSingle(best.prefix);
  const isCertain = !(isInDoubt(best, target, configuration, place) || isSplit || (isTagged && !isDecided));
  return { ...best, isCertain };
}

/** Whether the table sends all public addresses the same way, so that what is wrong with one of them is wrong with all. */
export function isOneWayForAll(configuration: Configuration): boolean {
  const { table } = placeOf(configuration);
  const routes = table.is === 'known' ? table.value.routes : [];
  return routes.every(({ prefix }) => {
    const parsed = parsePrefix(prefix);
    return parsed !== undefined && prefixHolds(parsed, ANYWHERE) !== 'maybe';
  });
}

/** A prefix as people write it. */
export const textOf = ({ address, length }: Prefix): string => `${address}/${length}`;
