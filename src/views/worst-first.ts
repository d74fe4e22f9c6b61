import { type Counts, emptyCounts } from '../model/ledger.ts';
import type { Outcome } from '../model/verdict.ts';

/** The order of verdicts in lists of clusters and nodes. */
export const WORST_FIRST: readonly Outcome['verdict'][] = ['unreachable', 'unknown', 'notProbed', 'reachable'];

/** The worst verdict in a group of nodes. */
export function worstOf({ unreachable, unknown, reachable }: Counts): Outcome['verdict'] {
  return unreachable > 0 ? 'unreachable' : unknown > 0 ? 'unknown' : reachable > 0 ? 'reachable' : 'notProbed';
}

/** Adds up the counts of several groups. */
export function addCounts(all: readonly Counts[]): Counts {
  const total = { ...emptyCounts };
  for (const each of all) for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += each[key];
  return total;
}

/** Counts groups by their worst verdict; a group that is reachable counts as not served if one of its nodes is not. */
export function countWorst(groups: readonly Counts[]): Counts {
  const total = { ...emptyCounts, known: groups.length };
  for (const group of groups) {
    const worst = worstOf(group);
    total[worst] += 1;
    if (worst === 'reachable' && group.notServed > 0) total.notServed += 1;
  }
  return total;
}
