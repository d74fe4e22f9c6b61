import { covers, overlap, parsePrefix } from './addresses.ts';
import type { Answer } from './membership.ts';

/**
 * Whether the authorized ranges of an API server contain an address, or all or some of a public prefix. What is no CIDR, such as a service tag, may contain
 * any. `0.0.0.0/32` stands for the cluster's own load balancer alone, and contains no address.
 */
export function rangesContain(ranges: readonly string[], address: string): Answer {
  const inner = parsePrefix(address);
  if (inner === undefined) return 'maybe';
  const prefixes = ranges.map(parsePrefix);
  if (prefixes.some((each) => each !== undefined && covers(each, inner))) return 'yes';
  return prefixes.some((each) => each === undefined || overlap(each, inner)) ? 'maybe' : 'no';
}
