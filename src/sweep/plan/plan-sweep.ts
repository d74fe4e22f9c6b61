import type { NodeChange } from '../../inventory/compare-nodes.ts';
import type { ClusterFacts } from '../../model/cluster-facts.ts';
import type { Plan } from '../../model/ledger.ts';
import type { KnownNode } from '../../model/node.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import { type Candidate, chooseNodes, cutSlices } from './plan-slices.ts';

/** When the probe of a node's latest verdict began; undefined for a new or replaced machine. */
function probedAt(change: NodeChange<Omit<KnownNode, 'history'>>): string | undefined {
  return change.kind === 'known' ? change.row.state.latest?.at : undefined;
}

/**
 * Assigns every known node to a slice, or to `notProbed` with its reason. Pure.
 *
 * @param due - when the slices may start, ISO 8601 UTC.
 * @param gaps - how many nodes of each pool no machine was found for.
 * @param resting - the nodes that are left out of this sweep, see `restedNodes`.
 */
export function planSweep(
  { region, nodeResourceGroup, serverNames, upgrading, pools, quota = Number.POSITIVE_INFINITY }: ClusterFacts,
  changes: readonly NodeChange<Omit<KnownNode, 'history'>>[],
  nodesPerSlice: number,
  due: string,
  gaps: Plan['gaps'],
  resting: ReadonlySet<string> = new Set(),
): Plan {
  const candidates: Candidate[] = [];
  const notProbed: Plan['notProbed'] = {};
  const leaveOut = (node: string, reason: ReasonCode) => {
    notProbed[reason] ??= [];
    notProbed[reason].push(node);
  };
  for (const change of changes) {
    if (change.kind === 'gone') continue;
    if (change.kind === 'missing') {
      leaveOut(change.row.facts.node, change.reason);
      continue;
    }
    const { node, os, pool, zone, skipped } = change.facts;
    if (skipped !== undefined) leaveOut(node, skipped);
    else if (resting.has(node)) leaveOut(node, 'NotDue');
    else candidates.push({ node, os, pool, zone, probedAt: probedAt(change) });
  }
  const chosen = chooseNodes(candidates, quota, nodesPerSlice);
  const names = new Set(chosen.map(({ node }) => node));
  for (const { node } of candidates) if (!names.has(node)) leaveOut(node, 'OverBudget');
  const slices = cutSlices(chosen, candidates, nodesPerSlice);
  const changing = upgrading || pools.some((pool) => pool.changing);
  return { region, nodeResourceGroup, serverNames, slices, due, notProbed, gaps, ...(changing && { changing }) };
}
