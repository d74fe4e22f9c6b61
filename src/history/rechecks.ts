import type { Episode, NodeState } from '../model/node-state.ts';
import { type FirstFailure, spread } from './confirmations.ts';

/** A node with its verdict of this probe, which was conclusive. */
export interface Recheckable extends FirstFailure {
  state: Pick<NodeState, 'latest' | 'outage'>;
}

/** An outage of a whole slice is seen to end by half of its nodes. */
const MOST_IN_TROUBLE = 50;
const MOST_CHANGING = 10;

/** Whether an outage is open, or so fresh that the next probe shows whether it is over. */
function isTroubled(outage: Episode | undefined, now: Date, intervalMs: number): boolean {
  if (outage === undefined) return false;
  return outage.end === undefined || now.getTime() - Date.parse(outage.end) <= intervalMs;
}

/**
 * Chooses the nodes that are probed again before the next sweep: those with an outage that is open or has just ended; and, while somebody changes
 * their cluster, some that are reachable. A failure of those is only a first one: what is being changed is probed again after the next listing. Pure.
 *
 * @param intervalMs - between two sweeps, in milliseconds.
 */
export function toRecheck(nodes: readonly Recheckable[], isChanging: boolean, now: Date, intervalMs: number): FirstFailure[] {
  const troubled = nodes.filter(({ state }) => isTroubled(state.outage, now, intervalMs));
  const others = isChanging ? nodes.filter((node) => !troubled.includes(node) && node.state.latest?.verdict === 'reachable') : [];
  return [...spread(troubled).slice(0, MOST_IN_TROUBLE), ...spread(others).slice(0, MOST_CHANGING)];
}

/** A sweep's time, and how often nodes in trouble are probed in it beside the sweep itself. */
export interface RecheckTimes {
  /** The occurrence of the sweep, and that of the next one. */
  from: Date;
  until: Date;
  times: number;
  /** From the start of a probe until its result is read, in milliseconds. */
  probeMs: number;
}

/**
 * When nodes are probed again: the interval is divided evenly. A mark that comes too soon after their last probe is left out, and one whose results
 * would come no earlier than the next sweep. Pure.
 *
 * @returns undefined where the next sweep comes first.
 */
export function nextRecheck({ from, until, times, probeMs }: RecheckTimes, now: Date): Date | undefined {
  const part = (until.getTime() - from.getTime()) / (times + 1);
  const marks = Array.from({ length: times }, (_, n) => from.getTime() + (n + 1) * part);
  const next = marks.find((mark) => mark - now.getTime() >= part / 2 && mark + probeMs < until.getTime());
  return next === undefined ? undefined : new Date(next);
}
