import type { JudgedNode } from '../model/node.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';
import { JUDGEABLE_SHARE, type QuorumSettings } from './cluster-outage.ts';
import { servedNow } from './not-served.ts';

/** Nodes that are not served now, and those that reach their API server and asked it. */
export const counted = z.object({ notServed: z.number(), asked: z.number() });
export type Counted = z.output<typeof counted>;

/** That the API server of a cluster does not serve so many of the nodes that reach it that the cluster itself is the subject. */
export const degradation = z.object({
  /** When as many nodes as the quorum needs were not served. */
  since: z.string(),
  /** The reason of most of them. It is kept as long as one of them has it, so that an alert with this reason stays one alert. */
  reason: reasonCode,
  ...counted.shape,
});
export type Degradation = z.output<typeof degradation>;

/** What a cluster remembers of its degradation between assessments. */
export const degradationState = z.object({
  degraded: z.optional(degradation),
  /** The sweep in which it was first below half the quorum, so that it is about to end. */
  below: z.optional(z.object({ sweep: z.string() })),
  /** The counts with which the last one ended, until the next begins; absent where nobody saw its end. */
  after: z.optional(counted),
});
export type DegradationState = z.output<typeof degradationState>;

/** Results that say so one after the other, before a node counts for the beginning. */
const RESULTS_IN_A_ROW = 2;

interface NotServed {
  reason: ReasonCode;
  since: string;
  times: number;
  /** Milliseconds from the first of these results to the latest. */
  lastedMs: number;
}

/** What an assessment judges by. */
interface Rules {
  sweep: string;
  now: Date;
  intervalMs: number;
  quorum: QuorumSettings;
  /** Results in a row after which a node is believed where no others confirm it. */
  blindAfter: number;
}

/** How the nodes of a cluster stand against its quorum; undefined where too few of them asked, so that nothing is known. */
function askNodes(nodes: Iterable<JudgedNode>, { now, intervalMs, quorum, blindAfter }: Rules) {
  const notServed: NotServed[] = [];
  let [planned, asked] = [0, 0];
  for (const node of nodes) {
    if (node.retiredAt !== undefined || node.facts.skipped !== undefined) continue;
    planned += 1;
    const served = servedNow(node, now, intervalMs);
    if (served === undefined) continue;
    asked += 1;
    if (!served.ok) notServed.push({ ...served, lastedMs: Date.parse(node.state.latest!.at) - Date.parse(served.since) });
  }
  if (asked === 0 || asked < planned * JUDGEABLE_SHARE) return undefined;
  // Fewer nodes than a quorum: it takes all of them, and that is believed later.
  const isSmall = planned < quorum.nodes;
  const needed = isSmall ? planned : Math.max(Math.ceil((quorum.percent * asked) / 100), quorum.nodes);
  const inARow = isSmall ? Math.max(blindAfter, RESULTS_IN_A_ROW) : RESULTS_IN_A_ROW;
  // Two results soon after each other, as by a check or a sweep by hand, are one moment.
  const confirmed = notServed.filter(({ times, lastedMs }) => times >= inARow && lastedMs >= intervalMs / 2);
  return { notServed, confirmed, asked, needed };
}

const mainReason = (notServed: readonly NotServed[]): ReasonCode => rankReasons(notServed)[0]?.reason ?? 'NotServed';

/**
 * Begins and ends the degradation of a cluster. Pure. It begins once the quorum of the nodes that asked is not served, each of them in two results in
 * a row over half an interval or more: so one bad moment begins none, whenever the cluster is assessed. It ends below half the quorum in assessments of
 * two sweeps in a row.
 */
export function foldDegradation(state: DegradationState, nodes: Iterable<JudgedNode>, rules: Rules): DegradationState {
  const found = askNodes(nodes, rules);
  if (found === undefined) return state;
  const { sweep } = rules;
  const { notServed, confirmed, asked, needed } = found;
  const { degraded: before, below } = state;
  const counts = { notServed: notServed.length, asked };
  if (before === undefined) {
    if (confirmed.length < needed) return { after: state.after };
    const since = confirmed.map((each) => each.since).sort()[needed - 1]!;
    return { degraded: { since, reason: mainReason(notServed), ...counts } };
  }
  const reason = notServed.length === 0 || notServed.some((each) => each.reason === before.reason) ? before.reason : mainReason(notServed);
  const degraded = { ...before, reason, ...counts };
  if (notServed.length >= needed / 2) return { degraded };
  if (below === undefined) return { degraded, below: { sweep } };
  return sweep > below.sweep ? { after: counts } : { degraded, below };
}
