import type { FoundNode, Search } from '../inventory/find-node.ts';

/** What a search for one node came to. */
export type Choice =
  | { status: 'one'; node: FoundNode }
  | { status: 'none' }
  | { status: 'several'; clusters: string[] }
  /** Taken out of the fleet, so it must not be touched. */
  | { status: 'excluded'; node: FoundNode }
  /** Not found in what could be read; the rest could not. */
  | { status: 'unreadable'; gaps: string[] };

/** Chooses the one node that is meant, or says why none can be. */
export function chooseNode({ found, gaps }: Pick<Search, 'found' | 'gaps'>): Choice {
  const [one, ...others] = found;
  if (one === undefined) return gaps.length > 0 ? { status: 'unreadable', gaps: [...gaps] } : { status: 'none' };
  if (others.length > 0) return { status: 'several', clusters: found.map(({ cluster }) => cluster) };
  return one.excluded ? { status: 'excluded', node: one } : { status: 'one', node: one };
}
