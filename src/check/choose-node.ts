import type { FoundNode, Search } from '../inventory/find-node.ts';

/** The result of a search for one node. */
export type Choice =
  | { status: 'one'; node: FoundNode }
  | { status: 'none' }
  | { status: 'several'; clusters: string[] }
  /** Excluded from the fleet, so it must not be probed. */
  | { status: 'excluded'; node: FoundNode }
  /** Not found, but some subscriptions or clusters could not be read. */
  | { status: 'unreadable'; gaps: string[] };

/** Chooses the one node that a search found, or says why there is none. */
export function chooseNode({ found, gaps }: Pick<Search, 'found' | 'gaps'>): Choice {
  const [one, ...others] = found;
  if (one === undefined) return gaps.length > 0 ? { status: 'unreadable', gaps: [...gaps] } : { status: 'none' };
  if (others.length > 0) return { status: 'several', clusters: found.map(({ cluster }) => cluster) };
  return one.excluded ? { status: 'excluded', node: one } : { status: 'one', node: one };
}
