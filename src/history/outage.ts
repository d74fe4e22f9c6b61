import type { Change, Finding } from '../model/finding.ts';
import type { Episode } from '../model/node-state.ts';
import type { RankedReason } from '../model/rank-reasons.ts';
import type { ReasonCode } from '../model/reasons.ts';
import type { CommonFactor } from './common-factors.ts';
import type { LogEntry, NodeLog } from './log.ts';

/** The newest episode whose start a sink accepted, and the newest whose end; 0 for none. */
export interface DeliveryMarks {
  started: number;
  ended: number;
  /** The newest episode whose start was sent and whose answer was lost: the sink may have it all the same. */
  tried?: number;
  /** The same of its end. */
  triedEnd?: number;
  /** When it accepted them. */
  startedAt?: string;
  endedAt?: string;
}

/** How many nodes of a cluster fail, of how many that gave a verdict, of how many that were planned; and the most that failed at once. */
export interface OutageCounts {
  failing: number;
  conclusive: number;
  planned: number;
  most: number;
}

/** An interval [start, end) in which a node or a whole cluster could not reach its API server. */
export interface Outage {
  cluster: string;
  /** Absent where the whole cluster is the subject. */
  node?: string;
  /** Resource ID of the machine of the node when it began. */
  resourceId?: string;
  /** The operating system of the node. */
  os?: string;
  start: string;
  end?: string;
  reason: ReasonCode;
  message: string;
  /** The number of the latest episode, and the newest of them, oldest first. */
  episode: number;
  episodes: readonly { start: string; end?: string }[];
  /** When the tables learned of the latest episode; its notification waits from here. */
  openedAt: string;
  startLogs: readonly LogEntry[];
  endLogs: readonly LogEntry[];
  /** The newest episode that the outage of its cluster covered; 0 for none. */
  covered: number;
  /** The newest episode that began in a maintenance of its cluster; 0 for none. */
  maintained: number;
  /** What was delivered, by the name of the sink. */
  delivered: Readonly<Record<string, DeliveryMarks>>;
  /** Of a cluster's outage: all nodes that it hit, counts and reasons now, and what the failing ones share. */
  nodes?: readonly string[];
  counts?: OutageCounts;
  /** Those of the nodes that failed last, that of most first. */
  reasons?: readonly RankedReason[];
  commonFactors?: readonly CommonFactor[];
  /** What Azure's configuration says of it, the best first, and what had changed before; absent until it was searched. */
  findings?: readonly Finding[];
  changes?: readonly Change[];
  searchedAt?: string;
}

/** An outage of which nobody was notified. */
export const nothingDelivered: Pick<Outage, 'covered' | 'maintained' | 'delivered'> = { covered: 0, maintained: 0, delivered: {} };

const KEPT_LOGS = 5;
const KEPT_EPISODES = 20;

/** A duration as Go prints it, to the tenth of a second: `2m59.9s`. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.max(0, Math.floor(milliseconds / 100));
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor((tenths % 36_000) / 600);
  const seconds = (tenths % 600) / 10;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

const between = (start: string, end: string) => formatDuration(Date.parse(end) - Date.parse(start));

/** Names an outage for ever: its subject and its start. */
export function outageId(outage: Pick<Outage, 'cluster' | 'node' | 'start'>): string {
  return `${outage.cluster}|${outage.node ?? '*'}|${outage.start}`;
}

/** The failures of the run that led to an outage, oldest first, where the message changed. */
function startLogsOf(log: NodeLog, start: string): readonly LogEntry[] {
  const oldestFirst = log.failures.filter((entry) => entry.time >= start).reverse();
  return oldestFirst.filter((entry, position) => entry.message !== oldestFirst[position - 1]?.message).slice(0, KEPT_LOGS);
}

/** The last results before an end, newest first. */
function endLogsOf(log: NodeLog, start: string, end: string): readonly LogEntry[] {
  return [...log.successes, ...log.failures]
    .filter((entry) => entry.time >= start && entry.time <= end)
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, KEPT_LOGS);
}

/** An outage as it stood when an earlier episode of it had ended. */
export function asOfEnd(outage: Outage, episode: number): Outage {
  const episodes = outage.episodes.slice(0, outage.episodes.length - (outage.episode - episode));
  const end = episodes.at(-1)?.end ?? outage.start;
  return { ...outage, episode, episodes, end, message: messageOf(outage.start, end, episode) };
}

function messageOf(start: string, end: string | undefined, episode: number): string {
  const times = episode > 1 ? `, after ${episode} episodes` : '';
  return end === undefined ? `Connectivity outage detected at ${start}` : `Connectivity restored after ${between(start, end)}${times}`;
}

/**
 * Writes an episode of an outage into its record, or begins the record. Writing the same again changes nothing.
 *
 * @param before - the record as it stands; undefined where the episode is its first.
 * @param log - the subject's results, for evidence.
 * @param now - when the tables learn of it.
 */
export function writeEpisode(
  before: Outage | undefined,
  subject: Pick<Outage, 'cluster' | 'node' | 'resourceId' | 'os'>,
  { outage: start, episode, from, end, reason }: Episode,
  log: NodeLog,
  now: string,
): Outage {
  const known = before?.episodes ?? [];
  const position = before === undefined ? 0 : episode - (before.episode - known.length + 1);
  if (before !== undefined && position < 0) return before;
  // A late result may change an earlier episode; those that begin after its end stay.
  const later = end === undefined ? [] : known.slice(position + 1).filter((each) => each.start >= end);
  const episodes = [...known.slice(0, position), { start: from, ...(end === undefined ? {} : { end }) }, ...later];
  const newest = episode + later.length;
  const over = episodes.at(-1)?.end;
  const fresh = before === undefined || newest > before.episode;
  return {
    ...(before ?? { ...subject, start, reason, ...nothingDelivered, startLogs: startLogsOf(log, start) }),
    end: over,
    episode: newest,
    episodes: episodes.slice(-KEPT_EPISODES),
    openedAt: fresh ? now : before.openedAt,
    message: messageOf(start, over, newest),
    endLogs: over === undefined ? [] : endLogsOf(log, start, over),
  };
}

/** Adds to an ongoing outage the failures that read otherwise than those before, until five are kept. */
export function addEvidence(outage: Outage, log: NodeLog): Outage {
  const known = new Set(outage.startLogs.map(({ nonce }) => nonce));
  const last = outage.startLogs.at(-1);
  const later = startLogsOf(log, last?.time ?? outage.start).filter(({ nonce }) => !known.has(nonce));
  const fresh = later.filter(({ message }, position) => message !== (later[position - 1] ?? last)?.message);
  const startLogs = [...outage.startLogs, ...fresh].slice(0, KEPT_LOGS);
  return startLogs.length === outage.startLogs.length ? outage : { ...outage, startLogs };
}

/** The newest episode whose start any sink accepted; 0 where nobody was notified. */
function notifiedEpisode({ delivered }: Outage): number {
  return Math.max(0, ...Object.values(delivered).map(({ started }) => started));
}

/**
 * Takes an episode back that a late result disproves.
 *
 * @returns the record without it; undefined where nothing is left of it and nobody was notified.
 */
export function withdrawEpisode(outage: Outage, episode: number): Outage | undefined {
  const left = outage.episodes.slice(0, -1);
  const last = left.at(-1);
  if (episode !== outage.episode) return outage;
  if (last?.end !== undefined && notifiedEpisode(outage) < episode)
    return { ...outage, end: last.end, episode: episode - 1, episodes: left, message: messageOf(outage.start, last.end, episode - 1) };
  if (notifiedEpisode(outage) === 0) return undefined;
  const from = outage.episodes.at(-1)?.start ?? outage.start;
  const message = 'Outage withdrawn: a result that came late shows that the node had recovered';
  return { ...outage, end: from, episodes: [...left, { start: from, end: from }], message };
}

/** Closes an outage whose subject is no longer there to be probed: it did not recover. */
export function endOutage(outage: Outage, end: string, reason: ReasonCode, sentence: string): Outage {
  if (outage.end !== undefined) return outage;
  const episodes = outage.episodes.map((each, position) => (position === outage.episodes.length - 1 ? { ...each, end } : each));
  return { ...outage, end, episodes, message: `Outage ended after ${between(outage.start, end)}: ${sentence} (${reason})` };
}
