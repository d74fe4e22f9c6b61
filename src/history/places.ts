import { type Counts, counts, emptyCounts } from '../model/ledger.ts';
import type { JudgedNode } from '../model/node.ts';
import * as z from '../zod.ts';
import { outcomeOf } from './roll-up.ts';

/** How the nodes of one pool in one zone stand; '' for nodes that are in no zone. */
export const place = z.object({ pool: z.string(), zone: z.string(), nodes: counts });
export type Place = z.output<typeof place>;

/**
 * Counts the nodes of a cluster by pool and zone, so that what a pool or a zone shares is seen without reading every node. Retired nodes do not count. Pure.
 *
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function placesOf(nodes: Iterable<JudgedNode>, now: Date, intervalMs: number): Place[] {
  const places = new Map<string, Place>();
  for (const node of nodes) {
    if (node.retiredAt !== undefined) continue;
    const { pool, zone = '' } = node.facts;
    const key = JSON.stringify([pool, zone]);
    const found: Counts = places.get(key)?.nodes ?? { ...emptyCounts };
    const { verdict, notServed } = outcomeOf(node, now, intervalMs);
    found.known += 1;
    found[verdict] += 1;
    if (notServed !== undefined) found.notServed += 1;
    places.set(key, { pool, zone, nodes: found });
  }
  return [...places.values()].sort((a, b) => (a.pool === b.pool ? (a.zone < b.zone ? -1 : 1) : a.pool < b.pool ? -1 : 1));
}
