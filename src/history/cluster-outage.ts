import type { JudgedNode } from '../model/node.ts';
import type { Episode } from '../model/node-state.ts';
import { type RankedReason, rankReasons } from '../model/rank-reasons.ts';
import { policyOf, type ReasonCode } from '../model/reasons.ts';
import { outcomeOf } from './roll-up.ts';

/** How a cluster's nodes stand against its quorum. */
export interface Quorum {
  /** The nodes that fail, and those that do not. */
  failing: readonly JudgedNode[];
  healthy: readonly JudgedNode[];
  planned: number;
  /** Nodes that must fail for an outage of the cluster. */
  needed: number;
  /** Whether enough of the planned nodes gave a verdict to judge at all. */
  judgeable: boolean;
}

export interface QuorumSettings {
  percent: number;
  nodes: number;
}

/** What a cluster remembers of its outages between assessments. */
export interface ClusterOutageState {
  outage?: Episode;
  /** The sweep in which it was first below half the quorum, since when, and when that was noticed; absent as of an older version. */
  below?: { sweep: string; since: string; at?: string };
}

/** The share of the planned nodes of which something must be known, before anything is judged of their cluster. */
export const JUDGEABLE_SHARE = 0.25;

/**
 * Holds the nodes of a cluster against its quorum. Pure. A node counts with its latest verdict, at most three intervals old.
 *
 * @param finalized - until its sweep is finalized, a planned node without a verdict counts as reachable.
 */
export function judgeQuorum(
  nodes: Iterable<JudgedNode>,
  now: Date,
  intervalMs: number,
  finalized: boolean,
  quorum: QuorumSettings,
): Quorum {
  const failing: JudgedNode[] = [];
  const healthy: JudgedNode[] = [];
  let planned = 0;
  let unseen = 0;
  for (const node of nodes) {
    if (node.retiredAt !== undefined || node.facts.skipped !== undefined) continue;
    planned += 1;
    const { verdict, reason } = outcomeOf(node, now, intervalMs);
    if (verdict === 'unreachable') failing.push(node);
    else if (verdict === 'reachable') healthy.push(node);
    else if (verdict === 'notProbed' || reason === 'Stale') unseen += 1;
  }
  const conclusive = failing.length + healthy.length;
  const counted = conclusive + (finalized ? 0 : unseen);
  return {
    failing,
    healthy,
    planned,
    needed: Math.max(Math.ceil((quorum.percent * counted) / 100), quorum.nodes),
    judgeable: conclusive > 0 && conclusive >= planned * JUDGEABLE_SHARE,
  };
}

/** The reasons that the failing nodes have, that of most first. */
export function failingReasons(failing: readonly JudgedNode[]): RankedReason[] {
  return rankReasons(failing.flatMap(({ state: { latest } }) => latest ?? []));
}

/** The reason that most of the failing nodes have. */
export function dominantReason(failing: readonly JudgedNode[]): ReasonCode {
  return failingReasons(failing)[0]?.reason ?? 'Undiagnosed';
}

/** When as many nodes as the quorum needs had begun to fail. */
function quorumSince({ failing, needed }: Quorum, now: Date): string {
  const starts = failing.map(({ state }) => state.firstFailure ?? state.latest?.at ?? now.toISOString()).sort();
  return starts[needed - 1] ?? now.toISOString();
}

/** When so many nodes had recovered that fewer than half the quorum failed. */
function belowSince({ failing, healthy, needed }: Quorum, from: string, now: Date): string {
  const recovered = healthy.map(({ state }) => state.firstSuccess ?? '').filter((time) => time > from);
  recovered.sort().reverse();
  const spare = Math.ceil(needed / 2) - 1 - failing.length;
  return recovered[Math.max(0, spare)] ?? now.toISOString();
}

/** Two looks at a cluster are apart by a share of the interval at least: one bad moment is not seen twice. */
const APART = 1 / 6;

/** Whether as many nodes as the quorum needs were probed again since it was noticed that the cluster was below half of it. */
function wasSeenAgain({ failing, healthy, needed }: Quorum, at: string | undefined, intervalMs: number): boolean {
  if (at === undefined) return false;
  const from = new Date(Date.parse(at) + intervalMs * APART).toISOString();
  return [...failing, ...healthy].filter(({ state }) => (state.latest?.at ?? '') >= from).length >= needed;
}

/**
 * Opens and closes a cluster's outage. Pure. It opens as soon as the quorum is there, and closes where it is below half of it twice in a row, in two
 * sweeps or in a sweep and the rechecks after it, as of when it fell below; a return within the flap window is its next episode.
 */
export function foldQuorum(
  state: ClusterOutageState,
  quorum: Quorum,
  { sweep, now, flapWindowMs, intervalMs }: { sweep: string; now: Date; flapWindowMs: number; intervalMs: number },
): ClusterOutageState {
  if (!quorum.judgeable) return state;
  const { outage } = state;
  const { failing, needed } = quorum;
  if (outage === undefined || outage.end !== undefined) {
    if (failing.length < needed) return { outage };
    const from = quorumSince(quorum, now);
    const reason = dominantReason(failing);
    const start = outage?.end !== undefined && from < outage.end ? outage.end : from;
    const returns = outage?.end !== undefined && flapWindowMs > 0 && Date.parse(start) - Date.parse(outage.end) <= flapWindowMs;
    if (returns) return { outage: { outage: outage.outage, episode: outage.episode + 1, from: start, reason } };
    return { outage: { outage: start, episode: 1, from: start, reason } };
  }
  if (failing.length >= needed / 2) return { outage };
  const { below } = state;
  if (below === undefined) return { outage, below: { sweep, since: belowSince(quorum, outage.from, now), at: now.toISOString() } };
  const isOver = sweep > below.sweep || wasSeenAgain(quorum, below.at, intervalMs);
  return isOver ? { outage: { ...outage, end: below.since } } : state;
}

/** Why an open outage of a cluster ends with nobody left to see its end: none of its nodes is to be probed any more. */
export function endsBecause(nodes: Iterable<JudgedNode>, recordOnly: ReasonCode | undefined): ReasonCode | undefined {
  const standing = [...nodes].filter((node) => node.retiredAt === undefined);
  if (standing.length === 0) return recordOnly === 'ClusterGone' || recordOnly === 'Excluded' ? recordOnly : 'NodeGone';
  const skipped = standing.map(({ facts }) => facts.skipped);
  return skipped.every((reason) => reason !== undefined && policyOf(reason).endsOutage) ? skipped[0] : undefined;
}
