import { type Counts, emptyCounts } from '../model/ledger.ts';
import type { JudgedNode } from '../model/node.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import type { ReasonCode } from '../model/reasons.ts';
import type { Outcome } from '../model/verdict.ts';
import { isBlind, openEpisode, STALE_AFTER_INTERVALS } from './node-state.ts';

const NAMES_KEPT = 500;

/** A cluster as its nodes make it. */
export interface RollUp {
  nodes: Counts;
  byReason: Partial<Record<ReasonCode, number>>;
  openOutages: number;
  /** What these began with, most of them; it stays as long as one of them did, so that an alert which carries it is one alert. */
  outageReason?: ReasonCode;
  /** Nodes that nobody knows any more, see `isBlind`. */
  blindNodes: number;
  /** Names of nodes that are not reachable though they were probed. */
  notReachable: string[];
}

/**
 * What people see of a node now: its latest verdict, `unknown/Stale` once that is too old, or why it is not probed.
 *
 * @param intervalMs - the gap between two sweeps.
 */
export function outcomeOf({ facts, state, retiredAt }: JudgedNode, now: Date, intervalMs: number): Outcome {
  if (retiredAt !== undefined) return { verdict: 'notProbed', reason: 'NodeGone' };
  if (facts.skipped !== undefined) return { verdict: 'notProbed', reason: facts.skipped };
  const { latest } = state;
  if (latest === undefined) return { verdict: 'notProbed', reason: 'NotYetProbed' };
  // Written so that a time that is none counts as too old.
  if (!(now.getTime() - Date.parse(latest.at) <= STALE_AFTER_INTERVALS * intervalMs)) return { verdict: 'unknown', reason: 'Stale' };
  return { verdict: latest.verdict, reason: latest.reason };
}

/**
 * Rolls the nodes of a cluster up. Retired nodes do not count. Pure.
 *
 * @param blindAfter - unknown probes in a row.
 * @param toldReason - the reason of its open outages as it was told before.
 */
export function rollUp(nodes: Iterable<JudgedNode>, now: Date, intervalMs: number, blindAfter: number, toldReason?: ReasonCode): RollUp {
  const result: RollUp = { nodes: { ...emptyCounts }, byReason: {}, openOutages: 0, blindNodes: 0, notReachable: [] };
  const begunWith: { reason: ReasonCode; at: string }[] = [];
  for (const node of nodes) {
    if (node.retiredAt !== undefined) continue;
    const { verdict, reason } = outcomeOf(node, now, intervalMs);
    result.nodes.known += 1;
    result.nodes[verdict] += 1;
    result.byReason[reason] = (result.byReason[reason] ?? 0) + 1;
    const open = openEpisode(node.state.outage);
    if (open !== undefined) begunWith.push({ reason: open.reason, at: open.from });
    if (verdict === 'unknown' && isBlind(node.state, blindAfter)) result.blindNodes += 1;
    if ((verdict === 'unreachable' || verdict === 'unknown') && result.notReachable.length < NAMES_KEPT)
      result.notReachable.push(node.facts.node);
  }
  const outageReason = (begunWith.find(({ reason }) => reason === toldReason) ?? rankReasons(begunWith)[0])?.reason;
  return { ...result, openOutages: begunWith.length, outageReason };
}
