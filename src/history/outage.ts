import type { ReasonCode } from '../probe/reasons.ts';
import type { LogEntry, NodeLog } from './log.ts';

/** An interval [start, end) in which a node or a whole cluster could not reach its API server. */
export interface Outage {
  cluster: string;
  /** Absent where the whole cluster is the subject. */
  node?: string;
  start: string;
  end?: string;
  reason: ReasonCode;
  message: string;
  episode: number;
  /** When the tables learned of it; its announcement waits from here. */
  openedAt: string;
  startLogs: readonly LogEntry[];
  endLogs: readonly LogEntry[];
  /** Events that the ingestion endpoint has accepted. */
  announced: readonly ('started' | 'ended')[];
}

const KEPT = 5;

/** A duration as Go prints it, to the tenth of a second: `2m59.9s`. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.max(0, Math.floor(milliseconds / 100));
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor((tenths % 36_000) / 600);
  const seconds = (tenths % 600) / 10;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

/** Names an outage for ever: its subject and its start. */
export function outageId(outage: Pick<Outage, 'cluster' | 'node' | 'start'>): string {
  return `${outage.cluster}|${outage.node ?? '*'}|${outage.start}`;
}

/** Opens a node's outage with the failures of the run that led to it as evidence. */
export function openOutage(
  subject: { cluster: string; node: string },
  start: string,
  reason: ReasonCode,
  log: NodeLog,
  now: string,
): Outage {
  const oldestFirst = log.failures.filter((entry) => entry.time >= start).reverse();
  const startLogs = oldestFirst.filter((entry, position) => entry.message !== oldestFirst[position - 1]?.message).slice(0, KEPT);
  return {
    ...subject,
    start,
    reason,
    message: `Connectivity outage detected at ${start}`,
    episode: 1,
    openedAt: now,
    startLogs,
    endLogs: [],
    announced: [],
  };
}

/** Closes an outage at the first success, with the last results before it as evidence, newest first. A closed one stays as it is. */
export function closeOutage(outage: Outage, end: string, log: NodeLog): Outage {
  if (outage.end !== undefined) return outage;
  const endLogs = [...log.successes, ...log.failures]
    .filter((entry) => entry.time >= outage.start && entry.time <= end)
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, KEPT);
  return { ...outage, end, endLogs, message: `Connectivity restored after ${formatDuration(Date.parse(end) - Date.parse(outage.start))}` };
}

/** Closes an outage whose subject is no longer there to be probed: it did not recover. */
export function endOutage(outage: Outage, end: string, reason: ReasonCode, sentence: string): Outage {
  if (outage.end !== undefined) return outage;
  return {
    ...outage,
    end,
    message: `Outage ended after ${formatDuration(Date.parse(end) - Date.parse(outage.start))}: ${sentence} (${reason})`,
  };
}
