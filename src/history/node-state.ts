import type { Stretch } from '../model/maintenance.ts';
import type { Episode, NodeState, ProbeResult } from '../model/node-state.ts';
import { policyOf } from '../model/reasons.ts';
import type { Verdict } from '../model/verdict.ts';
import { emptyWatch, type Span, type Watch } from '../model/watch.ts';
import { foldServed } from './served.ts';
import { addToStrip } from './strip.ts';
import { decide, type Kind, reclassify, stopWatch, watchOn } from './watched.ts';

/** Number of intervals between sweeps after which a verdict is too old to count. */
export const STALE_AFTER_INTERVALS = 3;

export interface Limits {
  /** Failures in a row that open an outage. */
  failures: number;
  /** Successes in a row that close it. */
  recoveries: number;
  /** Milliseconds after the end of an outage within which a failure reopens it. */
  flapWindowMs: number;
  /** Milliseconds for which a verdict counts without a next one: three intervals. */
  staleAfterMs: number;
  /** The recent maintenance of the cluster, in whole seconds since the epoch: what is watched then counts apart. */
  maintenance?: readonly Span[];
}

/**
 * The limits of the folds for a gap between two sweeps, in milliseconds.
 *
 * @param maintenance - recent stretches of maintenance of the cluster.
 */
export function limitsOf(
  thresholds: Omit<Limits, 'staleAfterMs' | 'maintenance'>,
  intervalMs: number,
  maintenance: readonly Stretch[] = [],
): Limits {
  const spans = maintenance.map(({ from, until }): Span => [Math.floor(from / 1000), Math.floor(until / 1000)]);
  return { ...thresholds, staleAfterMs: STALE_AFTER_INTERVALS * intervalMs, maintenance: spans };
}

/** The status of the condition `Reachable`. */
export function statusOf(verdict: Verdict['verdict'] | undefined): 'True' | 'False' | 'Unknown' {
  return verdict === 'reachable' ? 'True' : verdict === 'unreachable' ? 'False' : 'Unknown';
}

/** The episode, if it has not ended. */
export function openEpisode(outage: Episode | undefined): Episode | undefined {
  return outage?.end === undefined ? outage : undefined;
}

/** The start of the open outage; undefined if none is open. */
export function openSince({ outage }: Pick<NodeState, 'outage'>): string | undefined {
  return openEpisode(outage)?.outage;
}

/** Whether a node is blind: at least `blindAfter` probes in a row gave no verdict. */
export function isBlind({ unknowns }: Pick<NodeState, 'unknowns'>, blindAfter: number): boolean {
  return unknowns >= blindAfter;
}

/** Whether an outage of the node has returned, and is open or ended within the flap window. */
export function isFlapping({ outage }: NodeState, flapWindowMs: number, now: Date): boolean {
  if (outage === undefined || outage.episode < 2) return false;
  return outage.end === undefined || now.getTime() - Date.parse(outage.end) <= flapWindowMs;
}

function opened(outage: Episode | undefined, from: string, reason: Verdict['reason'], { flapWindowMs }: Limits): Episode {
  const returns = outage?.end !== undefined && Date.parse(from) - Date.parse(outage.end) <= flapWindowMs && flapWindowMs > 0;
  return returns ? { outage: outage.outage, episode: outage.episode + 1, from, reason } : { outage: from, episode: 1, from, reason };
}

/** How the time since the latest verdict counts: as up or down, and whether that is still undecided. */
function kindOf(state: NodeState): Kind {
  const down = openSince(state) !== undefined;
  return { down, undecided: (down ? state.successes : state.failures) > 0 };
}

/** Counts the time up to a result as watched. Time within an episode, which begins and ends with a run of results, counts as down. */
function watchNext(before: NodeState, after: NodeState, { verdict, at }: ProbeResult, limits: Limits): Watch | undefined {
  if (before.watch === undefined && verdict === 'unknown') return undefined;
  const watch = watchOn(before.watch ?? emptyWatch, at, verdict !== 'unknown', kindOf(before), limits.staleAfterMs, limits.maintenance);
  const [wasOpen, isOpen] = [openSince(before) !== undefined, openSince(after) !== undefined];
  if (wasOpen !== isOpen) return reclassify(watch, isOpen ? 'down' : 'up');
  return verdict === (isOpen ? 'unreachable' : 'reachable') ? decide(watch) : watch;
}

/** Stops the watched time of a node that is no longer probed. Its counts and its outage are not changed. */
export function stopWatching(state: NodeState, at: string, staleAfterMs: number): NodeState {
  return state.watch === undefined ? state : { ...state, watch: stopWatch(state.watch, at, kindOf(state), staleAfterMs) };
}

/** Applies the next result to a state. Pure. `unknown` neither opens nor closes an outage, nor does it interrupt a run of failures or successes. */
export function step(state: NodeState, result: ProbeResult, limits: Limits): NodeState {
  const after = take(state, result, limits);
  const strip = addToStrip(state.strip, result, state.latest?.at, limits.staleAfterMs / STALE_AFTER_INTERVALS);
  return { ...after, strip, watch: watchNext(state, after, result, limits) };
}

function take(state: NodeState, result: ProbeResult, limits: Limits): NodeState {
  const statusChanged = state.latest === undefined || statusOf(state.latest.verdict) !== statusOf(result.verdict);
  const base = { ...state, latest: result, since: statusChanged ? result.at : state.since };
  const isOpen = openSince(state) !== undefined;
  // A failure of the prober itself says nothing about the node, and does not count towards blindness.
  if (result.verdict === 'unknown') return { ...base, unknowns: state.unknowns + (policyOf(result.reason).blinds === 'nobody' ? 0 : 1) };
  // After so long nobody knows whether it was so in between: what is found now begins anew.
  const isOld = Date.parse(result.at) - Date.parse(state.conclusiveAt ?? result.at) > limits.staleAfterMs;
  const seen = { ...base, conclusiveAt: result.at, served: foldServed(isOld ? undefined : state.served, result) };
  if (result.verdict === 'unreachable') {
    const failures = state.failures + 1;
    const firstFailure = state.failures === 0 ? result.at : (state.firstFailure ?? result.at);
    const outage = !isOpen && failures >= limits.failures ? opened(state.outage, firstFailure, result.reason, limits) : state.outage;
    return { ...seen, failures, firstFailure, successes: 0, firstSuccess: undefined, unknowns: 0, outage };
  }
  const successes = state.successes + 1;
  const firstSuccess = state.successes === 0 ? result.at : (state.firstSuccess ?? result.at);
  const closes = isOpen && successes >= limits.recoveries;
  const outage = closes ? { ...state.outage!, end: firstSuccess } : state.outage;
  return { ...seen, failures: 0, firstFailure: undefined, successes, firstSuccess, unknowns: 0, outage };
}
