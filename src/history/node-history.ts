import type { Episode, NodeHistory, NodeState, ProbeResult } from '../model/node-state.ts';
import { type Limits, openSince, statusOf, step, stopWatching } from './node-state.ts';
import { bringWatchBack, decide } from './watched.ts';

/** What a result did to a node, besides its new history. */
export interface Transition {
  history: NodeHistory;
  state: NodeState;
  /** Episodes that are new or other than before, and those that a late result took away. */
  changed: readonly Episode[];
  withdrawn: readonly Episode[];
  /** The first failure of a run: worth a second probe at once. */
  confirm: boolean;
  /** Whether the cluster should be assessed for it. */
  worthAssessing: boolean;
}

/** Intervals before the newest result within which results may come in any order. */
const OPEN_INTERVALS = 2;
const MOST_RECENT = 16;
const SKEW_MS = 120_000;

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

/** Settles results that lie ahead of the clock. An outage keeps the start by which the tables know it. */
function bringBack(history: NodeHistory, limits: Limits): NodeHistory {
  const { backTo } = history;
  if (backTo === undefined) return history;
  const back = <T extends string | undefined>(time: T) => (time !== undefined && time > backTo ? backTo : time);
  const { latest, since, firstFailure, firstSuccess, outage, watch, ...counts } = replay(history, limits).state;
  const times = { since: back(since), firstFailure: back(firstFailure), firstSuccess: back(firstSuccess) };
  const settled = { ...counts, ...times, latest: latest && { ...latest, at: back(latest.at) } };
  const ended = outage && { ...outage, end: back(outage.end) };
  return { settled: { ...settled, outage: ended, watch: watch && bringWatchBack(watch, backTo) }, recent: [] };
}

/** The state that a history comes to. */
export function stateOf(history: NodeHistory, limits: Limits): NodeState {
  return replay(history, limits).state;
}

/** Settles what is older than two intervals before the newest result. */
function giveUp(history: NodeHistory, limits: Limits, intervalMs: number): NodeHistory {
  const newest = history.recent.at(-1);
  if (newest === undefined) return history;
  const until = new Date(Date.parse(newest.at) - OPEN_INTERVALS * intervalMs).toISOString();
  const kept = history.recent.filter((result, position) => result.at > until && position >= history.recent.length - MOST_RECENT);
  const settled = history.recent
    .slice(0, history.recent.length - kept.length)
    .reduce((state, result) => step(state, result, limits), history.settled);
  return { settled, recent: kept };
}

/** A probe that was under way when its node went began before the end of the outage, and says nothing of what comes after. */
function settledUntil({ settled: { latest, outage } }: NodeHistory): string {
  const [at, end] = [latest?.at ?? '', outage?.end ?? ''];
  return at > end ? at : end;
}

/**
 * Folds one result into a node's history. Pure: time comes in with the result.
 *
 * Results newer than two intervals before the newest one may come in any order and come to the same state. One that is known by its nonce,
 * or older, changes nothing here (it still goes to the table of results).
 *
 * @param intervalMs - the gap between two sweeps.
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
  const turned = statusOf(before.state.latest?.verdict) !== statusOf(state.latest?.verdict) || before.state.latest === undefined;
  return {
    history: giveUp(together, limits, intervalMs),
    state,
    changed,
    withdrawn,
    confirm: state.latest === result && state.failures === 1 && openSince(state) === undefined && result.verdict === 'unreachable',
    worthAssessing: turned || before.state.latest?.reason !== state.latest?.reason || changed.length + withdrawn.length > 0,
  };
}

function sameEpisode(a: Episode | undefined, b: Episode): boolean {
  return a !== undefined && a.from === b.from && a.end === b.end && a.reason === b.reason;
}

/** Settles the history of a node that is not probed for now: nothing of it is watched until its next verdict. */
export function pauseHistory(state: NodeState, at: string, staleAfterMs: number): NodeHistory {
  return { settled: stopWatching(state, at, staleAfterMs), recent: [] };
}

/** Ends the outage of a node that nobody will see recover; its run of failures ends with it. */
export function endHistory(state: NodeState, end: string, staleAfterMs: number): NodeHistory {
  const isOpen = openSince(state) !== undefined;
  const { watch, ...paused } = stopWatching(state, end, staleAfterMs);
  const outage = isOpen ? { ...state.outage!, end } : state.outage;
  return { settled: { ...paused, outage, failures: 0, firstFailure: undefined, watch: watch && decide(watch) }, recent: [] };
}

/**
 * Brings times back that lie ahead of the clock: one that was wrong and has been set back must not silence a node until it comes around again.
 *
 * @returns the history, the same object where nothing lay ahead.
 */
export function repairClock(history: NodeHistory, now: Date): NodeHistory {
  const latest = now.getTime() + SKEW_MS;
  const isAhead = (result: ProbeResult | undefined) => result !== undefined && Date.parse(result.at) > latest;
  return [history.settled.latest, ...history.recent].some(isAhead) ? { ...history, backTo: now.toISOString() } : history;
}
