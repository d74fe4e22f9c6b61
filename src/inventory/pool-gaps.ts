import type { PoolFacts, Shortfall, Shortfalls } from '../model/cluster-facts.ts';
import type { KnownNode } from '../model/node.ts';
import type { NodeChange } from './compare-nodes.ts';

/**
 * Compares the pools of a cluster with the machines that were found. More machines than nodes are no shortfall: upgrades add some for a while. Pure.
 *
 * @param found - how many nodes are known of each pool, whatever their state.
 * @param before - the shortfalls of the sweep before.
 * @returns those of this sweep, each with its beginning.
 */
export function findShortfalls(
  pools: readonly PoolFacts[],
  found: ReadonlyMap<string, number>,
  before: Shortfalls,
  { sweep, now }: { sweep: string; now: Date },
): Shortfalls {
  const short = pools.flatMap(({ name, count = 0, excluded, recordOnly, stopped }): [string, Shortfall][] => {
    const missing = count - (found.get(name) ?? 0);
    if (missing <= 0 || excluded || recordOnly !== undefined || stopped) return [];
    const prior = before[name] ?? { missing: 0, sweep, since: now.toISOString() };
    // The same sweep may compare twice, after a crash.
    const standing = prior.sweep === sweep ? 0 : Math.min(missing, prior.missing);
    return [[name, { missing, standing, sweep: prior.sweep, since: prior.since }]];
  });
  return Object.fromEntries(short);
}

/** How many nodes are known of each pool after a listing. Those that are missing without proof count too: they have outcomes of their own. */
export function countByPool(changes: readonly NodeChange<Omit<KnownNode, 'history'>>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === 'gone') continue;
    const { pool } = 'facts' in change ? change.facts : change.row.facts;
    counts.set(pool, (counts.get(pool) ?? 0) + 1);
  }
  return counts;
}
