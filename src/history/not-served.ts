import type { JudgedNode } from '../model/node.ts';
import type { ServedState } from '../model/node-state.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';
import { outcomeOf } from './roll-up.ts';

/** How many nodes are named where there may be many. */
export const MOST_NAMES = 20;

/** Nodes of a cluster that reach their API server and are not served by it, for one reason. */
export const notServedGroup = z.object({
  reason: reasonCode,
  nodes: z.number(),
  /** Names of up to 20 of them. */
  names: z.array(z.string()),
  /** Since when the first of them is not served. */
  since: z.string(),
});
export type NotServedGroup = z.output<typeof notServedGroup>;

/** Whether a node is served as of now: known only where its latest verdict is reachable, still counts, and asked. */
export function servedNow(node: JudgedNode, now: Date, intervalMs: number): ServedState | undefined {
  return outcomeOf(node, now, intervalMs).verdict === 'reachable' ? node.state.served : undefined;
}

/** Groups the nodes of a cluster that are not served by their reason, the largest group first. Pure. */
export function groupNotServed(nodes: Iterable<JudgedNode>, now: Date, intervalMs: number): NotServedGroup[] {
  const found = [...nodes].flatMap((node) => {
    const served = servedNow(node, now, intervalMs);
    return served?.ok === false ? [{ node: node.facts.node, reason: served.reason, since: served.since }] : [];
  });
  const byReason = Map.groupBy(found, ({ reason }) => reason);
  return rankReasons(found).map(({ reason, nodes: count }) => {
    const group = byReason.get(reason)!;
    const since = group.reduce((first, each) => (each.since < first ? each.since : first), group[0]!.since);
    return { reason, nodes: count, names: group.slice(0, MOST_NAMES).map(({ node }) => node), since };
  });
}
