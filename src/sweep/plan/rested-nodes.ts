import type { NodeChange } from '../../inventory/compare-nodes.ts';
import type { ClusterFacts } from '../../model/cluster-facts.ts';
import type { KnownNode } from '../../model/node.ts';

type Change = NodeChange<Omit<KnownNode, 'history'>>;

/** A node is long healthy once it has been reachable, and without an outage, for so long. */
const HEALTHY_FOR_MS = 3_600_000;
/** A verdict counts for three intervals, so that a node left out twice in a row would be unknown before its next one. */
const MOST_INTERVALS = 2;

/** When and for how long verdicts may wait. */
export interface Rest {
  now: Date;
  /** When the next sweep is due. */
  next: Date;
  intervalMs: number;
  /** MAX_AGE_MINUTES; 0 where every node is in every sweep. */
  maxAgeMinutes: number;
}

function isHealthy(change: Change, since: string): boolean {
  if (change.kind !== 'known') return false;
  const { state } = change.row;
  const isServed = state.served === undefined || state.served.ok;
  return state.latest?.verdict === 'reachable' && isServed && (state.since ?? since) < since && (state.outage?.end ?? '') < since;
}

/** The node of each pool and zone that has been longest without a verdict: it is probed in every sweep. */
function stalest(changes: readonly Extract<Change, { kind: 'known' }>[]): Set<string> {
  const at = ({ row }: (typeof changes)[number]) => row.state.latest?.at ?? '';
  const groups = Map.groupBy(changes, ({ facts: { pool, zone = '' } }) => `${pool}|${zone}`).values();
  return new Set([...groups].map((group) => group.reduce((one, other) => (at(other) < at(one) ? other : one)).facts.node));
}

/**
 * The nodes that a sweep may leave out in favor of nodes in trouble elsewhere: those of a cluster that is well in all its parts and that nobody is
 * changing, if their verdict will be young enough when the next sweep comes. One of each pool and zone is always probed. Pure.
 *
 * @returns their names, that of the youngest verdict first; none where the sweep cannot probe all nodes anyway.
 */
export function restedNodes(
  { upgrading, pools, quota, recordOnly }: Pick<ClusterFacts, 'upgrading' | 'pools' | 'quota' | 'recordOnly'>,
  changes: readonly Change[],
  { now, next, intervalMs, maxAgeMinutes }: Rest,
): string[] {
  const maxAgeMs = Math.min(maxAgeMinutes * 60_000, MOST_INTERVALS * intervalMs);
  const isChanging = upgrading || pools.some(({ changing }) => changing);
  if (maxAgeMs <= intervalMs || isChanging || quota !== undefined || recordOnly !== undefined) return [];
  const since = new Date(now.getTime() - HEALTHY_FOR_MS).toISOString();
  const probed = changes.filter((change) => change.kind !== 'gone' && (change.kind === 'missing' || change.facts.skipped === undefined));
  if (!probed.every((change) => isHealthy(change, since))) return [];
  const known = probed.filter((change) => change.kind === 'known');
  const kept = stalest(known);
  const oldest = new Date(next.getTime() - maxAgeMs).toISOString();
  const rested = known.filter(({ facts, row }) => !kept.has(facts.node) && row.state.latest!.at >= oldest);
  return rested.sort((a, b) => (a.row.state.latest!.at > b.row.state.latest!.at ? -1 : 1)).map(({ facts }) => facts.node);
}
