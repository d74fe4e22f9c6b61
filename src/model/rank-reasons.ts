import * as z from '../zod.ts';
import { depthOf, type ReasonCode, reasonCode } from './reasons.ts';

/** A reason, and how many nodes have it. */
export const rankedReason = z.object({ reason: reasonCode, nodes: z.number() });
export type RankedReason = z.output<typeof rankedReason>;

/**
 * Ranks reasons by how many nodes have them. Equal ones are ranked by how far their probes got, since the furthest is nearest to the cause;
 * then by the latest time; then by name.
 *
 * @param seen - one entry for each node, or for several `nodes` at once; `at` is the time of the result.
 */
export function rankReasons(seen: Iterable<{ reason: ReasonCode; at?: string; nodes?: number }>): RankedReason[] {
  const found = new Map<ReasonCode, { nodes: number; latest: string }>();
  for (const { reason, at = '', nodes = 1 } of seen) {
    const before = found.get(reason) ?? { nodes: 0, latest: '' };
    found.set(reason, { nodes: before.nodes + nodes, latest: at > before.latest ? at : before.latest });
  }
  return [...found]
    .map(([reason, { nodes, latest }]) => ({ reason, nodes, latest }))
    .sort(
      (a, b) => b.nodes - a.nodes || depthOf(b.reason) - depthOf(a.reason) || compare(b.latest, a.latest) || compare(a.reason, b.reason),
    )
    .map(({ reason, nodes }) => ({ reason, nodes }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
