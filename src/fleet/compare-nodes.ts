import type { ReasonCode } from '../probe/reasons.ts';
import type { NodeFacts, NodeRow } from '../tables/node-rows.ts';

/** What a listing means for one node. */
export type NodeChange =
  | { kind: 'new'; facts: NodeFacts }
  /** As before, or with other facts; `ends` closes its outage because it is not to be probed any more. */
  | { kind: 'known'; row: NodeRow; facts: NodeFacts; changed: boolean; ends?: ReasonCode }
  /** Another VM under the same name: it starts afresh. */
  | { kind: 'replaced'; row: NodeRow; facts: NodeFacts }
  /** Not listed for the first time: nothing is proven yet. */
  | { kind: 'missing'; row: NodeRow }
  /** Not listed twice in a row. */
  | { kind: 'gone'; row: NodeRow };

const COMPLETE_LISTINGS = 2;

/** Reasons after which nobody will see the node recover, so that its outage ends with them. */
export const endingReasons: readonly ReasonCode[] = [
  'ClusterStopped',
  'ClusterGone',
  'Excluded',
  'NodeGroupLocked',
  'Deallocated',
  'NotRunning',
  'Deleting',
  'NotSupported',
];

function sameFacts(a: NodeFacts, b: NodeFacts): boolean {
  const names = ['resourceId', 'vmId', 'pool', 'os', 'zone', 'size', 'image', 'subnet', 'created', 'skipped'] as const;
  return names.every((name) => (a[name] ?? '') === (b[name] ?? ''));
}

function compareNode(row: NodeRow, facts: NodeFacts): NodeChange {
  if (row.facts.vmId !== '' && facts.vmId !== '' && row.facts.vmId !== facts.vmId) return { kind: 'replaced', row, facts };
  const ends = row.state.outageSince !== undefined && facts.skipped && endingReasons.includes(facts.skipped) ? facts.skipped : undefined;
  const changed = row.missing > 0 || row.retiredAt !== undefined || !sameFacts(row.facts, facts);
  return { kind: 'known', row, facts, changed, ends };
}

/**
 * Holds a complete listing against the rows of a cluster. Pure.
 *
 * @param listed - every node that Azure lists now; never call it with an incomplete listing.
 */
export function compareNodes(rows: ReadonlyMap<string, NodeRow>, listed: readonly NodeFacts[]): NodeChange[] {
  const names = new Set(listed.map((facts) => facts.node));
  const changes = listed.map((facts): NodeChange => {
    const row = rows.get(facts.node);
    return row ? compareNode(row, facts) : { kind: 'new', facts };
  });
  const unlisted = [...rows.values()].filter((row) => !names.has(row.facts.node) && row.retiredAt === undefined);
  return [
    ...changes,
    ...unlisted.map((row): NodeChange => (row.missing + 1 >= COMPLETE_LISTINGS ? { kind: 'gone', row } : { kind: 'missing', row })),
  ];
}

/**
 * What a cluster means for its nodes where they were not listed: each stays as it is, not probed for the cluster's reason.
 *
 * @param reason - outages end with it where it is one of `endingReasons`.
 */
export function recordNodes(rows: ReadonlyMap<string, NodeRow>, reason: ReasonCode): NodeChange[] {
  const known = [...rows.values()].filter((row) => row.retiredAt === undefined);
  return known.map((row) => compareNode(row, { ...row.facts, skipped: reason }));
}
