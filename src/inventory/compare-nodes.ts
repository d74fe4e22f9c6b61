import { openSince } from '../history/node-state.ts';
import type { KnownNode, NodeFacts } from '../model/node.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { policyOf } from '../model/reasons.ts';

/** A node as the fleet remembers it, as far as a listing is compared with it. */
type RememberedNode = Pick<KnownNode, 'facts' | 'state' | 'missing' | 'missedIn' | 'retiredAt'>;

/** What a listing means for one node. */
export type NodeChange<N = RememberedNode> =
  | { kind: 'new'; facts: NodeFacts }
  /** As before, or with other facts; `seen` in a listing, or only recorded; `ends` closes its outage because it is not to be probed any more. */
  | { kind: 'known'; row: N; facts: NodeFacts; changed: boolean; seen: boolean; ends?: ReasonCode }
  /** Another VM under the same name: it starts afresh. */
  | { kind: 'replaced'; row: N; facts: NodeFacts }
  /** Not listed for the first time, or by a listing that is not complete: nothing is proven yet. */
  | { kind: 'missing'; row: N; reason: ReasonCode; counts: boolean }
  /** Not in two complete listings of different sweeps. */
  | { kind: 'gone'; row: N; reason: ReasonCode };

const COMPLETE_LISTINGS = 2;

function sameFacts(a: NodeFacts, b: NodeFacts): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof NodeFacts>;
  return [...names].every((name) => (a[name] ?? '') === (b[name] ?? ''));
}

function compareNode<N extends RememberedNode>(row: N, facts: NodeFacts, seen: boolean): NodeChange<N> {
  if (row.facts.vmId !== '' && facts.vmId !== '' && row.facts.vmId !== facts.vmId) return { kind: 'replaced', row, facts };
  const ends = openSince(row.state) !== undefined && facts.skipped && policyOf(facts.skipped).endsOutage ? facts.skipped : undefined;
  const changed = (seen && (row.missing > 0 || row.retiredAt !== undefined)) || !sameFacts(row.facts, facts);
  return { kind: 'known', row, facts, changed, seen, ends };
}

function miss<N extends RememberedNode>(row: N, sweep: string, reason: ReasonCode, complete: boolean): NodeChange<N> {
  const counts = complete && row.missedIn !== sweep;
  if (counts && row.missing + 1 >= COMPLETE_LISTINGS) return { kind: 'gone', row, reason };
  return { kind: 'missing', row, reason, counts };
}

const standing = <N extends RememberedNode>(rows: ReadonlyMap<string, N>) =>
  [...rows.values()].filter((row) => row.retiredAt === undefined);

/**
 * Holds a listing against the rows of a cluster. Pure.
 *
 * @param sweep - a node that is missing counts as missing once in a sweep, however often it is listed.
 * @param complete - whether every page and every scale set was read.
 */
export function compareNodes<N extends RememberedNode>(
  rows: ReadonlyMap<string, N>,
  listed: readonly NodeFacts[],
  sweep: string,
  complete: boolean,
): NodeChange<N>[] {
  const names = new Set(listed.map((facts) => facts.node));
  const changes = listed.map((facts): NodeChange<N> => {
    const row = rows.get(facts.node);
    return row ? compareNode(row, facts, true) : { kind: 'new', facts };
  });
  const unlisted = standing(rows).filter((row) => !names.has(row.facts.node));
  return [...changes, ...unlisted.map((row) => miss(row, sweep, 'NodeGone', complete))];
}

/**
 * What it means for the nodes of a cluster that it is not listed any more.
 *
 * @param reason - it is gone, or its subscription was taken out of the fleet.
 */
export function loseNodes<N extends RememberedNode>(
  rows: ReadonlyMap<string, N>,
  sweep: string,
  reason: 'ClusterGone' | 'Excluded',
): NodeChange<N>[] {
  return standing(rows).map((row) => miss(row, sweep, reason, true));
}

/**
 * What a cluster means for its nodes where they were not listed: each stays as it is, not probed for the cluster's reason.
 *
 * @param reason - outages end with it where its policy says so.
 */
export function recordNodes<N extends RememberedNode>(rows: ReadonlyMap<string, N>, reason: ReasonCode): NodeChange<N>[] {
  return standing(rows).map((row) => {
    // A pool that was taken out stays so, whatever kept it from being listed.
    const skipped = row.facts.skipped === 'Excluded' && !policyOf(reason).endsOutage ? 'Excluded' : reason;
    return compareNode(row, { ...row.facts, skipped }, false);
  });
}
