import type { Episode, NodeHistory, NodeState, ProbeResult } from '../model/node-state.ts';
import { SKEW_MS } from '../model/schedule.ts';
import { type Limits, openSince, statusOf, step, stopWatching } from './node-state.ts';
import { bringWatchBack, decide } from './watched.ts';

/** A node's new history after a result, and what the result changed. */
export interface Transition {
  history: NodeHistory;
  state: NodeState;
  /** Episodes that are new or changed, and (`withdrawn`) those that a late result removed. */
  changed: readonly Episode[];
  withdrawn: readonly Episode[];
  /** Whether the result is a first failure, which should be confirmed at once. */
  confirm: boolean;
  /** Whether the change requires an assessment of the cluster. */
  worthAssessing: boolean;
}

/** Intervals before the newest result within which results may come in any order. */
const OPEN_INTERVALS = 2;
const MOST_RECENT = 16;

const byTime = (a: ProbeResult, b: ProbeResult) => (a.at < b.at || (a.at === b.at && a.nonce < b.nonce) ? -1 : 1);

function replay({ settled, recent }: NodeHistory, limits: Limits): { state: NodeState; episodes: Map<string, Episode> } {
  const episodes = new Map<string, Episode>();
  let state = settled;
  const note = ({ outage }: NodeState) => outage && episodes.set(`${outage.outage}/${outage.episode}`, outage);
  note(state);
  for (const result of recent) {
    state = step(state, result, limits);
    note(state);
  }
  return { state, episodes };
}

/** Settles results that are dated in the future. An outage keeps its start, which is its key in the tables. */
function bringBack(history: NodeHistory, limits: Limits): NodeHistory {
  const { backTo } = history;
  if (backTo === undefined) return history;
  const back = <T extends string | undefined>(time: T) => (time !== undefined && time > backTo ? backTo : time);
  const { latest, since, conclusiveAt, served, firstFailure, firstSuccess, outage, watch, ...counts } = replay(history, limits).state;
  const times = {
    since: back(since),
    conclusiveAt: back(conclusiveAt),
    served: served && { ...served, since: back(served.since) },
    firstFailure: back(firstFailure),
    firstSuccess: back(firstSuccess),
  };
  const settled = { ...counts, ...times, latest: latest && { ...latest, at: back(latest.at) } };
  const ended = outage && { ...outage, end: back(outage.end) };
  return { settled: { ...settled, outage: ended, watch: watch && bringWatchBack(watch, backTo) }, recent: [] };
}

/** The state that follows from a history. */
export function stateOf(history: NodeHistory, limits: Limits): NodeState {
  return replay(history, limits).state;
}

/** Settles what is older than two intervals before the newest result. */
function settleOld(history: NodeHistory, limits: Limits, intervalMs: number): NodeHistory {
  const newest = history.recent.at(-1);
  if (newest === undefined) return history;
  const until = new Date(Date.parse(newest.at) - OPEN_INTERVALS * intervalMs).toISOString();
  const kept = history.recent.filter((result, position) => result.at > until && position >= history.recent.length - MOST_RECENT);
  const settled = history.recent
    .slice(0, history.recent.length - kept.length)
    .reduce((state, result) => step(state, result, limits), history.settled);
  return { settled, recent: kept };
}

/** The time up to which results are ignored: a probe that began before its node was retired or replaced, and its outage ended, says nothing about later. */
function settledUntil({ settled: { latest, outage } }: NodeHistory): string {
  const [at, end] = [latest?.at ?? '', outage?.end ?? ''];
  return at > end ? at : end;
}

/**
 * Folds one result into a node's history. Pure: the only time is that of the result.
 *
 * Results within two intervals before the newest one may arrive in any order and give the same state. A result whose nonce is known,
 * or that is older, changes nothing here (it is still written to the table of results).
 *
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function foldResult(given: NodeHistory, result: ProbeResult, limits: Limits, intervalMs: number): Transition {
  const history = bringBack(given, limits);
  const before = replay(history, limits);
  const newest = history.recent.at(-1)?.at ?? history.settled.latest?.at ?? '';
  const until = newest === '' ? '' : new Date(Date.parse(newest) - OPEN_INTERVALS * intervalMs).toISOString();
  const known = [history.settled.latest, ...history.recent].some((each) => each?.nonce === result.nonce);
  if (known || result.at <= until || result.at <= settledUntil(history))
    return { history, state: before.state, changed: [], withdrawn: [], confirm: false, worthAssessing: false };
  const together = { settled: history.settled, recent: [...history.recent, result].sort(byTime) };
  const { state, episodes } = replay(together, limits);
  const changed = [...episodes].filter(([key, episode]) => !sameEpisode(before.episodes.get(key), episode)).map(([, episode]) => episode);
  const withdrawn = [...before.episodes].filter(([key]) => !episodes.has(key)).map(([, episode]) => episode);
  const statusChanged = statusOf(before.state.latest?.verdict) !== statusOf(state.latest?.verdict) || before.state.latest === undefined;
  return {
    history: settleOld(together, limits, intervalMs),
    state,
    changed,
    withdrawn,
    confirm: state.latest === result && state.failures === 1 && openSince(state) === undefined && result.verdict === 'unreachable',
    worthAssessing:
      statusChanged ||
      before.state.latest?.reason !== state.latest?.reason ||
      notServedBy(before.state) !== notServedBy(state) ||
      changed.length + withdrawn.length > 0,
  };
}

/** Why a node is not served; undefined if it is, or nothing is known. */
const notServedBy = ({ served }: NodeState) => (served?.ok === false ? served.reason : undefined);

function sameEpisode(a: Episode | undefined, b: Episode): boolean {
  return a !== undefined && a.from === b.from && a.end === b.end && a.reason === b.reason;
}

/**
 * Settles the history of a node while it is not probed: it is not watched until its next verdict.
 *
 * @param startsAnew - whether its machine is stopped, reimaged or deleted meanwhile: a failure before that is not the first of those after it.
 */
export function pauseHistory(state: NodeState, at: string, staleAfterMs: number, startsAnew = false): NodeHistory {
  const paused = stopWatching(state, at, staleAfterMs);
  if (!startsAnew || openSince(state) !== undefined) return { settled: paused, recent: [] };
  const { watch } = paused;
  return { settled: { ...paused, served: undefined, failures: 0, firstFailure: undefined, watch: watch && decide(watch) }, recent: [] };
}

/** Ends the outage of a node whose recovery no probe will see, and resets its count of failures. */
export function endHistory(state: NodeState, end: string, staleAfterMs: number): NodeHistory {
  const isOpen = openSince(state) !== undefined;
  const { watch, ...paused } = stopWatching(state, end, staleAfterMs);
  const outage = isOpen ? { ...state.outage!, end } : state.outage;
  const anew = { served: undefined, failures: 0, firstFailure: undefined, watch: watch && decide(watch) };
  return { settled: { ...paused, outage, ...anew }, recent: [] };
}

/**
 * Marks a history with results dated in the future, which an instance with a wrong clock recorded: later results would be ignored until then.
 *
 * @returns the history; the same object if no result is dated in the future.
 */
export function repairClock(history: NodeHistory, now: Date): NodeHistory {
  const latest = now.getTime() + SKEW_MS;
  const isAhead = (result: ProbeResult | undefined) => result !== undefined && Date.parse(result.at) > latest;
  return [history.settled.latest, ...history.recent].some(isAhead) ? { ...history, backTo: now.toISOString() } : history;
}
