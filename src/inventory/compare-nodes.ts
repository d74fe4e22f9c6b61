import { openSince } from '../history/node-state.ts';
import type { KnownNode, NodeFacts } from '../model/node.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { policyOf } from '../model/reasons.ts';
import { type Grace, withGrace } from './grace.ts';

/** The stored fields of a node that a listing is compared with. */
type RememberedNode = Pick<KnownNode, 'facts' | 'state' | 'claim' | 'missing' | 'missedIn' | 'retiredAt'>;

/** What a listing means for one node. */
export type NodeChange<N = RememberedNode> =
  | { kind: 'new'; facts: NodeFacts }
  /** The same node, whose facts may have changed. `seen`: it was listed, not only recorded. `ends`: the reason that closes its open outage. */
  | { kind: 'known'; row: N; facts: NodeFacts; changed: boolean; seen: boolean; ends?: ReasonCode }
  /** Another VM under the same name: a new node, without history. */
  | { kind: 'replaced'; row: N; facts: NodeFacts }
  /** Missing for the first time, or from an incomplete listing: this does not prove that it is gone. */
  | { kind: 'missing'; row: N; reason: ReasonCode; counts: boolean }
  /** Missing from two complete listings of different sweeps, and unknown to Azure by its id. */
  | { kind: 'gone'; row: N; reason: ReasonCode };

const COMPLETE_LISTINGS = 2;

function sameFacts(a: NodeFacts, b: NodeFacts): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof NodeFacts>;
  // Azure says nothing of `dueSince`, which is the prober's own.
  return [...names].every((name) => name === 'dueSince' || (a[name] ?? '') === (b[name] ?? ''));
}

/** What Azure says of nodes beside its list. */
export interface Beside {
  /** Nodes that Azure was asked for by id: whether it does not know them. */
  absent: ReadonlySet<string>;
  /** Why a node may be missing from the list; undefined if its part of the list was read. */
  unreadReason(facts: NodeFacts): ReasonCode | undefined;
  grace: Grace;
}

/** `NodeUpdating` holds only if nobody of ours is at work on the node: the prober's own runs set the same state. */
function withoutOwnRun({ claim }: RememberedNode, facts: NodeFacts): NodeFacts {
  return facts.skipped === 'NodeUpdating' && claim !== undefined ? { ...facts, skipped: undefined } : facts;
}

function compareNode<N extends RememberedNode>(row: N, listed: NodeFacts, seen: boolean, grace?: Grace): NodeChange<N> {
  if (row.facts.vmId !== '' && listed.vmId !== '' && row.facts.vmId !== listed.vmId) return { kind: 'replaced', row, facts: listed };
  const facts = grace === undefined ? listed : withGrace(row.facts, withoutOwnRun(row, listed), grace);
  const ends = openSince(row.state) !== undefined && facts.skipped && policyOf(facts.skipped).endsOutage ? facts.skipped : undefined;
  const changed = (seen && (row.missing > 0 || row.retiredAt !== undefined)) || !sameFacts(row.facts, facts);
  return { kind: 'known', row, facts, changed, seen, ends };
}

/** Whether one more listing without a node makes it a gone one, if Azure does not know it by its id either. */
const isDue = ({ missing, missedIn }: RememberedNode, sweep: string) => missedIn !== sweep && missing + 1 >= COMPLETE_LISTINGS;

function miss<N extends RememberedNode>(row: N, sweep: string, reason: ReasonCode, complete: boolean, isAbsent: boolean): NodeChange<N> {
  if (complete && isAbsent && isDue(row, sweep)) return { kind: 'gone', row, reason };
  // More misses than it takes are not counted: each would be a write, and none would change anything.
  return { kind: 'missing', row, reason, counts: complete && row.missedIn !== sweep && row.missing + 1 < COMPLETE_LISTINGS };
}

const standing = <N extends RememberedNode>(rows: ReadonlyMap<string, N>) =>
  [...rows.values()].filter((row) => row.retiredAt === undefined);

/**
 * The nodes to ask Azure for by id, since a listing lacks them although the part of it that they belong to was read. Those that were missing before
 * come first: they are nearest to being given up. Pure.
 */
export function nodesToAskFor<N extends RememberedNode>(
  rows: ReadonlyMap<string, N>,
  listed: readonly NodeFacts[],
  unreadReason: Beside['unreadReason'],
): NodeFacts[] {
  const names = new Set(listed.map((facts) => facts.node));
  const missing = standing(rows).filter(({ facts }) => !names.has(facts.node) && unreadReason(facts) === undefined);
  return missing.sort((a, b) => b.missing - a.missing).map(({ facts }) => facts);
}

/**
 * Compares a listing with the stored nodes of a cluster. Pure.
 *
 * @param sweep - id of the sweep: a node counts as missing once in a sweep, even if the cluster is listed again.
 * @param complete - whether the listing has every page and every scale set.
 */
export function compareNodes<N extends RememberedNode>(
  rows: ReadonlyMap<string, N>,
  listed: readonly NodeFacts[],
  sweep: string,
  complete: boolean,
  { absent, unreadReason, grace }: Beside,
): NodeChange<N>[] {
  const names = new Set(listed.map((facts) => facts.node));
  const changes = listed.map((facts): NodeChange<N> => {
    const row = rows.get(facts.node);
    return row ? compareNode(row, facts, true, grace) : { kind: 'new', facts };
  });
  const unlisted = standing(rows).filter((row) => !names.has(row.facts.node));
  return [
    ...changes,
    ...unlisted.map((row) => {
      const isAbsent = absent.has(row.facts.node);
      return miss(row, sweep, unreadReason(row.facts) ?? (isAbsent ? 'NodeGone' : 'NotListed'), complete, isAbsent);
    }),
  ];
}

/**
 * The changes of a cluster's nodes when the cluster is no longer listed. Pure.
 *
 * @param reason - `ClusterGone`, or `Excluded` if the cluster or its subscription is no longer in scope.
 */
export function loseNodes<N extends RememberedNode>(
  rows: ReadonlyMap<string, N>,
  sweep: string,
  reason: 'ClusterGone' | 'Excluded',
): NodeChange<N>[] {
  return standing(rows).map((row) => miss(row, sweep, reason, true, true));
}

/**
 * The changes of a cluster's nodes when they could not be listed: each is kept and not probed, with the cluster's reason. Pure.
 *
 * @param reason - the cluster's reason; it closes outages if its policy says so.
 */
export function recordNodes<N extends RememberedNode>(rows: ReadonlyMap<string, N>, reason: ReasonCode): NodeChange<N>[] {
  return standing(rows).map((row) => {
    // A node of an excluded pool keeps the reason Excluded, whatever prevented the listing.
    const skipped = row.facts.skipped === 'Excluded' && !policyOf(reason).endsOutage ? 'Excluded' : reason;
    return compareNode(row, { ...row.facts, skipped }, false);
  });
}
