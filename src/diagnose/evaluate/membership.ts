import { contains, covers, familyOf, holdsAddress, isPrivate, isPrivatePrefix, overlap, type Prefix, parsePrefix } from './addresses.ts';
import { wordOf } from './names.ts';
import type { Place } from './place.ts';
import { isOfOtherService } from './service-tags.ts';

/** Whether something holds, as far as settings say. */
export type Answer = 'yes' | 'no' | 'maybe';

/** Where a connection goes when no address is known: to some public IPv4 address. */
export const ANYWHERE = 'any public address';
/** An address, or `ANYWHERE`. */
export type Target = string;

/** Where Azure answers for DNS and for the platform; no rule but one for the tag of its DNS filters it. */
export const AZURE_DNS = '168.63.129.16';

/** The name of a service tag, such as `Storage.WestEurope`. */
const TAG = /^[a-z][\w.-]*$/i;

/** All of these must hold. */
export const both = (...answers: Answer[]): Answer => (answers.includes('no') ? 'no' : answers.includes('maybe') ? 'maybe' : 'yes');

/** One of these must hold; `maybe` where nothing is named. */
export const either = (answers: readonly Answer[]): Answer =>
  answers.includes('yes') ? 'yes' : answers.length === 0 || answers.includes('maybe') ? 'maybe' : 'no';

/** Whether a prefix holds a target: of `ANYWHERE`, all of it, some of it or none. */
export function prefixHolds(prefix: Prefix, target: Target): Answer {
  if (target !== ANYWHERE) return contains(prefix, target) ? 'yes' : 'no';
  if (prefix.family === 'ipv6' || isPrivatePrefix(prefix)) return 'no';
  return prefix.length === 0 ? 'yes' : 'maybe';
}

/** Whether the tag `VirtualNetwork` holds a target: it reaches as far as peerings, gateways and the routes of the subnet do. */
function networkHolds(target: Target, { network, table }: Place): Answer {
  if (target !== ANYWHERE && holdsAddress(network?.prefixes ?? [], target)) return 'yes';
  if (network === undefined || network.mayLearnRoutes || table.is === 'unknown') return 'maybe';
  if (target !== ANYWHERE && isPrivate(target)) return 'maybe';
  const elsewhere = network.peerings.flatMap(({ remotePrefixes }) => remotePrefixes);
  const routes = table.is === 'known' ? table.value.routes.map((route) => route.prefix) : [];
  const reaches = [...elsewhere, ...routes].some((text) => {
    const prefix = parsePrefix(text);
    return prefix === undefined || prefixHolds(prefix, target) !== 'no';
  });
  return reaches ? 'maybe' : 'no';
}

/** Whether the tag `Internet` holds a target: what is public, Azure's own addresses too, and not in the network. */
function internetHolds(target: Target, { network }: Place): Answer {
  if (target === ANYWHERE) return 'yes';
  if (isPrivate(target) || holdsAddress(network?.prefixes ?? [], target)) return 'no';
  return network?.peerings.some(({ remotePrefixes }) => holdsAddress(remotePrefixes, target)) ? 'maybe' : 'yes';
}

const isOfPlatform = (tag: string) => tag.startsWith('azureplatform') || tag === 'azureloadbalancer';
const isOfCloud = (tag: string) => tag === 'azurecloud' || tag.startsWith('azurecloud.');

/** Whether a tag holds nodes, by their private addresses: one that nobody knows may. */
const tagHoldsNodes = (tag: string): Answer =>
  tag === 'internet' || isOfPlatform(tag) || isOfCloud(tag) || isOfOtherService(tag) ? 'no' : 'maybe';

function tagHolds(tag: string, target: Target, place: Place): Answer {
  if (tag === 'virtualnetwork') return networkHolds(target, place);
  if (tag === 'internet') return internetHolds(target, place);
  if (isOfPlatform(tag)) return 'no';
  if (target === ANYWHERE) return 'maybe';
  return isOfOtherService(tag) || (isOfCloud(tag) && isPrivate(target)) ? 'no' : 'maybe';
}

/** Whether what a rule names as destination (an address, a CIDR, `*`, a service tag) holds a target. */
export function destinationHolds(text: string, target: Target, place: Place): Answer {
  const word = wordOf(text);
  if (target === AZURE_DNS) return word === 'azureplatformdns' ? 'yes' : 'no';
  if (word === '*' || word === 'any') return 'yes';
  const prefix = parsePrefix(word);
  if (prefix !== undefined) return prefixHolds(prefix, target);
  return TAG.test(word) ? tagHolds(word, target, place) : 'maybe';
}

/** Whether what a rule names as source holds all nodes of a subnet, some, or none. */
export function sourceHolds(text: string, prefixes: readonly string[] | undefined, family: Prefix['family'] = 'ipv4'): Answer {
  const word = wordOf(text);
  if (word === '*' || word === 'any' || word === 'virtualnetwork') return 'yes';
  const prefix = parsePrefix(word);
  if (prefix === undefined) return TAG.test(word) ? tagHoldsNodes(word) : 'maybe';
  if (prefix.family !== family) return 'no';
  if (prefix.length === 0) return 'yes';
  const own = (prefixes ?? []).map(parsePrefix);
  const known = own.filter((each) => each !== undefined).filter((each) => each.family === family);
  if (known.length === 0 || own.includes(undefined)) return 'maybe';
  if (known.every((each) => covers(prefix, each))) return 'yes';
  return known.some((each) => overlap(prefix, each)) ? 'maybe' : 'no';
}

/** The family of the addresses by which nodes reach a target. */
export const familyOfTarget = (target: Target): Prefix['family'] => familyOf(target) ?? 'ipv4';
