import type { JudgedNode } from '../model/node.ts';
import type { Neighbours } from './evaluate/case.ts';

/** The failing node that a search starts from, and those that share its subnet. */
export interface Chosen {
  node: string;
  neighbours: Neighbours;
  /** Whether a neighbour that was reachable is about to be probed again. */
  isWaiting: boolean;
}

const subnetOf = ({ facts }: JudgedNode) => facts.subnet?.toLowerCase() ?? '';
const timeOf = ({ state }: JudgedNode) => state.latest?.at ?? '';

/**
 * Chooses the node that stands for the failing ones: one of the subnet in which most of them are, probed last. Pure.
 *
 * @param start - when the outage began. Only a verdict from after that says that a neighbour is reachable; while a neighbour that was reachable waits
 *   for its next probe, nobody knows whether all of them fail.
 * @param recentMs - for how long a verdict holds.
 */
export function chooseNode(
  nodes: Iterable<JudgedNode>,
  isFailing: (node: JudgedNode) => boolean,
  start: string,
  now: Date,
  recentMs: number,
): Chosen | undefined {
  const standing = [...nodes].filter(({ retiredAt, facts }) => retiredAt === undefined && facts.skipped === undefined);
  const groups = Map.groupBy(standing.filter(isFailing), subnetOf);
  const [failing = []] = [...groups.values()].sort((a, b) => b.length - a.length);
  const [newest] = [...failing].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  if (newest === undefined) return undefined;
  // A single machine does not say in which subnet it is: it may be a neighbour, or none.
  const mayBeNear = (node: JudgedNode) => [subnetOf(newest), ''].includes(subnetOf(node));
  const others = standing.filter((node) => mayBeNear(node) && node.state.latest?.verdict === 'reachable');
  const isNear = subnetOf(newest) !== '';
  const reachable = others.filter((node) => timeOf(node) >= start && subnetOf(node) === subnetOf(newest)).length;
  const isUnclear = !isNear || others.some((node) => timeOf(node) >= start && subnetOf(node) === '');
  const isWaiting = others.some((node) => timeOf(node) < start && now.getTime() - Date.parse(timeOf(node)) <= recentMs);
  return {
    node: newest.facts.node,
    neighbours: { failing: failing.length, reachable: (reachable === 0 && (isWaiting || isUnclear)) || !isNear ? undefined : reachable },
    isWaiting: reachable === 0 && isWaiting,
  };
}
