import type { Verdict } from '../probe/classify.ts';

/** One probe's result as the folds take it. */
export interface ProbeResult extends Verdict {
  /** New for each flight: a result is known by it, so that a second delivery changes nothing. */
  nonce: string;
  flight: string;
  sweep: string;
  /** When the flight began, ISO 8601 UTC. */
  at: string;
}

/** What is remembered of one node, all in its row. */
export interface NodeState {
  latest?: ProbeResult;
  /** When `status` last changed. */
  since?: string;
  /** Conclusive results in a row, and when the present run of failures began. */
  failures: number;
  successes: number;
  unknowns: number;
  firstFailure?: string;
  firstSuccess?: string;
  /** Start of the outage that is open. */
  outageSince?: string;
}

export interface Thresholds {
  /** Failures in a row that open an outage. */
  failures: number;
  /** Successes in a row that close it. */
  recoveries: number;
}

/** What a result did to a node, besides its new state. */
export interface Fold {
  state: NodeState;
  /** Start of an outage that this result opened. */
  opened?: string;
  /** The outage that this result closed: its start, and its end at the first success since. */
  closed?: { start: string; end: string };
  /** The first failure of a run: worth a second probe at once. */
  confirm: boolean;
  /** Whether the cluster should be assessed for it. */
  worthTelling: boolean;
}

export const emptyState: NodeState = { failures: 0, successes: 0, unknowns: 0 };

/** The value of the condition `Reachable`. */
export function statusOf(verdict: Verdict['verdict'] | undefined): 'True' | 'False' | 'Unknown' {
  return verdict === 'reachable' ? 'True' : verdict === 'unreachable' ? 'False' : 'Unknown';
}

/**
 * Folds one result into a node's state. Pure: time comes in with the result.
 *
 * A result that is known, or older than the latest, changes nothing here (it still goes to history).
 * `unknown` neither opens nor closes an outage, nor does it break a run of failures or successes.
 */
export function foldResult(state: NodeState, result: ProbeResult, thresholds: Thresholds): Fold {
  const { latest } = state;
  if (latest && (latest.nonce === result.nonce || latest.at > result.at)) return { state, confirm: false, worthTelling: false };
  const turned = statusOf(latest?.verdict) !== statusOf(result.verdict) || latest === undefined;
  const base = { ...state, latest: result, since: turned ? result.at : state.since };
  const told = turned || latest?.reason !== result.reason;
  if (result.verdict === 'unknown') return { state: { ...base, unknowns: state.unknowns + 1 }, confirm: false, worthTelling: told };
  if (result.verdict === 'unreachable') {
    const failures = state.failures + 1;
    const firstFailure = state.failures === 0 ? result.at : (state.firstFailure ?? result.at);
    const opens = state.outageSince === undefined && failures >= thresholds.failures;
    return {
      state: {
        ...base,
        failures,
        firstFailure,
        firstSuccess: undefined,
        successes: 0,
        unknowns: 0,
        outageSince: opens ? firstFailure : state.outageSince,
      },
      opened: opens ? firstFailure : undefined,
      confirm: failures === 1 && !opens && state.outageSince === undefined,
      worthTelling: told || opens,
    };
  }
  const successes = state.successes + 1;
  const firstSuccess = state.successes === 0 ? result.at : (state.firstSuccess ?? result.at);
  const closes = state.outageSince !== undefined && successes >= thresholds.recoveries;
  return {
    state: {
      ...base,
      failures: 0,
      firstFailure: undefined,
      successes,
      firstSuccess,
      unknowns: 0,
      outageSince: closes ? undefined : state.outageSince,
    },
    closed: closes ? { start: state.outageSince!, end: firstSuccess } : undefined,
    confirm: false,
    worthTelling: told || closes,
  };
}
