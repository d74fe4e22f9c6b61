import { gapsOf, type Shortfalls } from '../model/cluster-facts.ts';
import { type Counts, emptyCounts, GAP, gapsIn } from '../model/ledger.ts';
import type { JudgedNode } from '../model/node.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { type Outcome, outcomeWith } from '../model/verdict.ts';
import { type Latency, latencyOf } from './latency.ts';
import { isBlind, openEpisode, STALE_AFTER_INTERVALS } from './node-state.ts';

const NAMES_KEPT = 500;

/** The state of a cluster that follows from its nodes. */
export interface RollUp {
  nodes: Counts;
  byReason: Partial<Record<ReasonCode, number>>;
  openOutages: number;
  /** The most frequent reason with which these began. It is kept as long as one of them began with it, so that an alert with this reason stays one alert. */
  outageReason?: ReasonCode;
  /** When the first of them began. */
  outagesSince?: string;
  /** Number of blind nodes, see `isBlind`. */
  blindNodes: number;
  /** How long it takes on nodes that reach their API server; absent if none does. */
  latency?: Latency;
  /** Names of up to 500 nodes that were probed and are unreachable or unknown. */
  notReachable: string[];
}

/**
 * The current outcome of a node: its latest verdict, `unknown/Stale` if that is too old, or why it is not probed.
 *
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function outcomeOf({ facts, state, retiredAt }: JudgedNode, now: Date, intervalMs: number): Outcome {
  if (retiredAt !== undefined) return { verdict: 'notProbed', reason: 'NodeGone' };
  if (facts.skipped !== undefined) return { verdict: 'notProbed', reason: facts.skipped };
  const { latest } = state;
  if (latest === undefined) return { verdict: 'notProbed', reason: 'NotYetProbed' };
  // Negated so that an invalid time counts as too old.
  if (!(now.getTime() - Date.parse(latest.at) <= STALE_AFTER_INTERVALS * intervalMs)) return { verdict: 'unknown', reason: 'Stale' };
  return outcomeWith({ ...latest, served: state.served });
}

/**
 * Rolls up the nodes of a cluster. Retired nodes do not count. Pure.
 *
 * @param blindAfter - the number of probes in a row without a verdict after which a node is blind.
 * @param earlierReason - the `outageReason` of the roll-up before.
 * @param shortfalls - nodes that its pools are to have and for which no machine was found.
 */
export function rollUp(
  nodes: Iterable<JudgedNode>,
  now: Date,
  intervalMs: number,
  blindAfter: number,
  earlierReason?: ReasonCode,
  shortfalls: Shortfalls = {},
): RollUp {
  const missing = gapsIn({ gaps: gapsOf(shortfalls) });
  const result: RollUp = {
    nodes: { ...emptyCounts, known: missing, notProbed: missing },
    byReason: missing > 0 ? { [GAP]: missing } : {},
    openOutages: 0,
    blindNodes: 0,
    notReachable: [],
  };
  const latencies: number[] = [];
  const begunWith: { reason: ReasonCode; at: string; since: string }[] = [];
  for (const node of nodes) {
    if (node.retiredAt !== undefined) continue;
    const { verdict, reason, notServed } = outcomeOf(node, now, intervalMs);
    result.nodes.known += 1;
    result.nodes[verdict] += 1;
    if (notServed !== undefined) result.nodes.notServed += 1;
    const { latencyMs } = node.state.latest ?? {};
    if (verdict === 'reachable' && latencyMs !== undefined) latencies.push(latencyMs);
    result.byReason[reason] = (result.byReason[reason] ?? 0) + 1;
    const open = openEpisode(node.state.outage);
    if (open !== undefined) begunWith.push({ reason: open.reason, at: open.from, since: open.outage });
    if (verdict === 'unknown' && isBlind(node.state, blindAfter)) result.blindNodes += 1;
    if ((verdict === 'unreachable' || verdict === 'unknown') && result.notReachable.length < NAMES_KEPT)
      result.notReachable.push(node.facts.node);
  }
  const outageReason = (begunWith.find(({ reason }) => reason === earlierReason) ?? rankReasons(begunWith)[0])?.reason;
  const outagesSince = begunWith.map(({ since }) => since).sort()[0];
  return { ...result, openOutages: begunWith.length, outageReason, outagesSince, latency: latencyOf(latencies) };
}
