import type { Shortfalls } from '../model/cluster-facts.ts';
import { GAP } from '../model/ledger.ts';
import type { JudgedNode } from '../model/node.ts';
import { policyOf, type ReasonCode, reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';

const MOST_NAMES = 20;

/** Nodes of a cluster that should have had a verdict for long, and have none, for one reason. */
export const unseenGroup = z.object({
  reason: reasonCode,
  nodes: z.number(),
  /** The pools that they belong to. */
  pools: z.array(z.string()),
  /** Names of up to 20 of them; nodes that no machine was found for have none. */
  names: z.array(z.string()),
  /** Since when the first of them has had no verdict. */
  since: z.string(),
});
export type UnseenGroup = z.output<typeof unseenGroup>;

/** Whether a node with this reason is missed once it has it for long: it should have a verdict, or what keeps it from one should have passed. */
export function isMissed(skipped: ReasonCode | undefined): boolean {
  if (skipped === undefined) return true;
  const { expected, duration } = policyOf(skipped);
  return expected || duration === 'passing';
}

/** Since when a node has had no verdict although it should have one; undefined if it needs none. */
function missedSince({ facts, state, retiredAt }: JudgedNode): string | undefined {
  if (retiredAt !== undefined || !isMissed(facts.skipped)) return undefined;
  const [seen, due] = [state.conclusiveAt ?? '', facts.dueSince ?? ''];
  return (seen > due ? seen : due) || undefined;
}

/**
 * Groups the nodes of a cluster that nobody has seen for long by their reason. Pure.
 *
 * @param reasonOf - the reason that a node has now.
 * @param shortfalls - nodes that no machine was found for, by pool.
 * @param before - nodes that were seen since then, ISO 8601 UTC, are not among them.
 */
export function groupUnseen(
  nodes: Iterable<JudgedNode>,
  reasonOf: (node: JudgedNode) => ReasonCode,
  shortfalls: Shortfalls,
  before: string,
): UnseenGroup[] {
  const groups = new Map<ReasonCode, { nodes: number; pools: Set<string>; names: string[]; since: string }>();
  const add = (reason: ReasonCode, pool: string, since: string, count: number, name?: string) => {
    const group = groups.get(reason) ?? { nodes: 0, pools: new Set<string>(), names: [], since };
    groups.set(reason, group);
    group.nodes += count;
    group.pools.add(pool);
    if (name !== undefined && group.names.length < MOST_NAMES) group.names.push(name);
    if (since < group.since) group.since = since;
  };
  for (const node of nodes) {
    const since = missedSince(node);
    if (since !== undefined && since <= before) add(reasonOf(node), node.facts.pool, since, 1, node.facts.node);
  }
  for (const [pool, { standing, since }] of Object.entries(shortfalls))
    if (standing > 0 && since <= before) add(GAP, pool, since, standing);
  return [...groups].map(([reason, group]) => ({ reason, ...group, pools: [...group.pools].sort() }));
}
