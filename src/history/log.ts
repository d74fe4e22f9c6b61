import type { ProbeResult } from '../model/node-state.ts';
import * as z from '../zod.ts';

/** One line of a node's log, in the shape of OpenShift's PodNetworkConnectivityCheck. */
export const logEntry = z.object({
  nonce: z.string(),
  time: z.string(),
  success: z.boolean(),
  reason: z.string(),
  message: z.string(),
  latencyMs: z.optional(z.number()),
});
export type LogEntry = z.output<typeof logEntry>;

/** The newest conclusive results of a node, newest first. */
export interface NodeLog {
  successes: readonly LogEntry[];
  failures: readonly LogEntry[];
}

const KEPT = 10;
const MESSAGE_LIMIT = 300;

export const emptyLog: NodeLog = { successes: [], failures: [] };

function insert(entries: readonly LogEntry[], entry: LogEntry): readonly LogEntry[] {
  if (entries.some((known) => known.nonce === entry.nonce)) return entries;
  return [...entries, entry].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.nonce < b.nonce ? 1 : -1)).slice(0, KEPT);
}

/** Adds a result to a log. `unknown` says nothing about the node and is not logged. A result that is added twice, or in another order, gives the same log. */
export function addToLog(log: NodeLog, result: ProbeResult): NodeLog {
  if (result.verdict === 'unknown') return log;
  const entry: LogEntry = {
    nonce: result.nonce,
    time: result.at,
    success: result.verdict === 'reachable',
    reason: result.reason,
    message: result.message.slice(0, MESSAGE_LIMIT),
    latencyMs: result.latencyMs,
  };
  return entry.success ? { ...log, successes: insert(log.successes, entry) } : { ...log, failures: insert(log.failures, entry) };
}
