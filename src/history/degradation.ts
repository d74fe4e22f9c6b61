import { z } from 'zod';
import type { JudgedNode } from '../model/node.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import type { QuorumSettings } from './cluster-outage.ts';
import { servedNow } from './not-served.ts';
import { outcomeOf } from './roll-up.ts';

/** That the API server of a cluster does not serve so many of the nodes that reach it that the cluster itself is the subject. */
export const degradation = z.object({
  /** When as many nodes as the quorum needs were not served. */
  since: z.string(),
  /** The reason of most of them. It is kept as long as one of them has it, so that an alert with this reason stays one alert. */
  reason: reasonCode,
  /** Nodes that are not served now, and those that reach their API server and asked it. */
  notServed: z.number(),
  asked: z.number(),
});
export type Degradation = z.output<typeof degradation>;

/** What a cluster remembers of its degradation between assessments: also the sweep in which it was first below half the quorum. */
export const degradationState = z.object({ degraded: degradation.optional(), below: z.object({ sweep: z.string() }).optional() });
export type DegradationState = z.output<typeof degradationState>;

/** Results that say so one after the other, before a node counts for the beginning. */
const RESULTS_IN_A_ROW = 2;

interface NotServed {
  reason: ReasonCode;
  since: string;
  times: number;
}

/** How the nodes of a cluster stand against its quorum; undefined where none reaches the API server, so that nothing is known. */
function askNodes(nodes: Iterable<JudgedNode>, now: Date, intervalMs: number, quorum: QuorumSettings) {
  const notServed: NotServed[] = [];
  let [reachable, asked] = [0, 0];
  for (const node of nodes) {
    if (outcomeOf(node, now, intervalMs).verdict !== 'reachable') continue;
    reachable += 1;
    const served = servedNow(node, now, intervalMs);
    if (served !== undefined) asked += 1;
    if (served?.ok === false) notServed.push(served);
  }
  const needed = Math.max(Math.ceil((quorum.percent * asked) / 100), quorum.nodes);
  return reachable === 0 ? undefined : { notServed, asked, needed };
}

const mainReason = (notServed: readonly NotServed[]): ReasonCode => rankReasons(notServed)[0]?.reason ?? 'NotServed';

/**
 * Begins and ends the degradation of a cluster. Pure. It begins once the quorum of the nodes that asked is not served, each of them in two results in
 * a row: so one bad moment begins none, whenever the cluster is assessed. It ends below half the quorum in assessments of two sweeps in a row.
 */
export function foldDegradation(
  state: DegradationState,
  nodes: Iterable<JudgedNode>,
  { sweep, now, intervalMs, quorum }: { sweep: string; now: Date; intervalMs: number; quorum: QuorumSettings },
): DegradationState {
  const found = askNodes(nodes, now, intervalMs, quorum);
  if (found === undefined) return state;
  const { notServed, asked, needed } = found;
  const { degraded: before, below } = state;
  const counts = { notServed: notServed.length, asked };
  if (before === undefined) {
    const confirmed = notServed.filter(({ times }) => times >= RESULTS_IN_A_ROW);
    if (confirmed.length < needed) return {};
    const since = confirmed.map((each) => each.since).sort()[needed - 1]!;
    return { degraded: { since, reason: mainReason(notServed), ...counts } };
  }
  const reason = notServed.length === 0 || notServed.some((each) => each.reason === before.reason) ? before.reason : mainReason(notServed);
  const degraded = { ...before, reason, ...counts };
  if (notServed.length >= needed / 2) return { degraded };
  if (below === undefined) return { degraded, below: { sweep } };
  return sweep > below.sweep ? {} : { degraded, below };
}
