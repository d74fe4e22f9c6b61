import { BlockList, isIP } from 'node:net';

/** A CIDR, or an address as the CIDR that holds it alone. */
export interface Prefix {
  address: string;
  family: 'ipv4' | 'ipv6';
  length: number;
}

const bitsOf = { ipv4: 32, ipv6: 128 } as const;

/** The family of an address; undefined for any other text. */
export function familyOf(address: string): Prefix['family'] | undefined {
  // A zone, as in fe80::1%eth0, means something on one machine only.
  if (address.includes('%')) return undefined;
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** Reads a CIDR or an address; undefined for anything else, such as a service tag. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length, ...rest] = text.trim().split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { address, family, length: bitsOf[family] };
  return /^\d{1,3}$/.test(length) && Number(length) <= bitsOf[family] ? { address, family, length: Number(length) } : undefined;
}

/** Whether a prefix holds one address alone, so that none is longer. */
export const isSingle = ({ family, length }: Prefix): boolean => length === bitsOf[family];

/** Whether a prefix holds an address. */
export function contains(prefix: Prefix, address: string): boolean {
  // BlockList takes an IPv4 address for one of IPv6 as well.
  if (familyOf(address) !== prefix.family) return false;
  const list = new BlockList();
  list.addSubnet(prefix.address, prefix.length, prefix.family);
  return list.check(address, prefix.family);
}

/** Whether a prefix holds all of another one. */
export const covers = (outer: Prefix, inner: Prefix): boolean => outer.length <= inner.length && contains(outer, inner.address);

/** Whether two prefixes have an address in common. */
export const overlap = (one: Prefix, other: Prefix): boolean => covers(one, other) || covers(other, one);

/** Whether some of these texts is a CIDR, or an address, that holds an address. */
export const holdsAddress = (texts: readonly string[], address: string): boolean =>
  texts.some((text) => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && contains(prefix, address);
  });

/** Whether two texts are the same address; IPv6 has several ways to write one. */
export const isSameAddress = (one: string, other: string): boolean =>
  one === other || (familyOf(one) !== undefined && holdsAddress([other], one));

/** For these Azure has routes that drop, unless something leads there. */
export const unroutedPrefixes = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
const privatePrefixes = [...unroutedPrefixes, '127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fc00::/7', 'fe80::/10'].map(
  (text) => parsePrefix(text)!,
);

/** Whether a prefix holds private addresses alone: of RFC 1918, shared, unique local, link-local or of the machine itself. */
export const isPrivatePrefix = (prefix: Prefix): boolean => privatePrefixes.some((each) => covers(each, prefix));

/** Whether a text is a private address. */
export function isPrivate(address: string): boolean {
  const prefix = familyOf(address) && parsePrefix(address);
  return prefix !== undefined && isPrivatePrefix(prefix);
}

/** Whether a text is a public address. */
export const isPublic = (address: string): boolean => familyOf(address) !== undefined && !isPrivate(address);
