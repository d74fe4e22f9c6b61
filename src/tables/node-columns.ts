import { type Claim, claim } from '../model/claim.ts';
import type { KnownNode, NodeFacts } from '../model/node.ts';
import { nodeOses } from '../model/node.ts';
import { episode, type NodeHistory, type NodeState, type ProbeResult, type ServedState, servedState } from '../model/node-state.ts';
import { reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';
import {
  type Column,
  type Columns,
  count,
  cutText,
  oneOf,
  optionalJson,
  optionalNumber,
  optionalOneOf,
  optionalReason,
  optionalText,
  optionalTime,
  readColumns,
  text,
  time,
  writeColumns,
} from './columns.ts';
import { readJson } from './read-json.ts';
import { fromShortHistory, shortHistory, toShortHistory } from './short-history.ts';
import { toWatchJson, watchJson } from './watch-json.ts';

// The only declaration of the columns of a node's row.

/** What Azure says about a node. */
export const factColumns: Columns<Omit<NodeFacts, 'node'>> = {
  resourceId: text,
  vmId: text,
  pool: text,
  os: oneOf(...nodeOses),
  zone: optionalText,
  size: optionalText,
  image: optionalText,
  subnet: optionalText,
  created: optionalTime,
  agent: optionalOneOf('ready', 'notReady'),
  skipped: optionalReason,
  runningSince: optionalTime,
  dueSince: optionalTime,
};

/** The latest result; absent before the first one. The log has the whole message. */
type Latest = Omit<ProbeResult, 'endpoint' | 'verdict' | 'reason' | 'served'> & Partial<Pick<ProbeResult, 'verdict' | 'reason'>>;

const MESSAGE_LENGTH = 160;

const latestColumns: Columns<Latest> = {
  verdict: optionalOneOf('reachable', 'unreachable', 'unknown'),
  reason: optionalReason,
  message: cutText(MESSAGE_LENGTH),
  latencyMs: optionalNumber,
  nonce: text,
  run: text,
  sweep: text,
  at: time,
};

const cutMessage = (served: ServedState): ServedState =>
  served.ok ? served : { ...served, message: served.message.slice(0, MESSAGE_LENGTH) };

const sinceColumns: Columns<Omit<NodeState, 'latest'>> = {
  since: optionalTime,
  conclusiveAt: optionalTime,
  served: optionalJson(servedState, cutMessage),
  failures: count,
  successes: count,
  unknowns: count,
  firstFailure: optionalTime,
  firstSuccess: optionalTime,
  outage: optionalJson(episode),
  watch: optionalJson(watchJson, toWatchJson),
  strip: optionalText,
};

/** The state of a node that follows from its results. */
export const stateColumns = { ...latestColumns, ...sinceColumns };

const UNREADABLE_CLAIM_MS = 600_000;

/** A claim that cannot be read is valid for as long as a claim can be, counted from when the row was written. */
const claimColumn: Column<Claim | undefined> = {
  read: (row, name) => {
    const stored = row[name] ?? '';
    if (stored === '') return undefined;
    const written = typeof row.timestamp === 'string' ? row.timestamp : new Date().toISOString();
    const until = new Date(Date.parse(written) + UNREADABLE_CLAIM_MS).toISOString();
    return readJson(claim, stored, { id: '', nonce: '', sweep: '', startedAt: written, until });
  },
  write: (value, name) => ({ [name]: value === undefined ? '' : JSON.stringify(value) }),
};

/** What the prober itself notes about a node. */
export type Notes = Omit<KnownNode, 'facts' | 'state' | 'history'>;

export const noteColumns: Columns<Notes> = {
  claim: claimColumn,
  endpoint: optionalText,
  foldedAt: optionalTime,
  missing: count,
  missedIn: optionalText,
  retiredAt: optionalTime,
};

/** Whether a node was served according to its latest result, as that said it. */
function servedOf(verdict: ProbeResult['verdict'], state: ServedState | undefined): Pick<ProbeResult, 'served'> {
  if (verdict !== 'reachable' || state === undefined) return {};
  const { since: _, times: __, ...served } = state;
  return { served };
}

/** Reads a node's state from its row. */
export function readState(row: Readonly<Record<string, unknown>>): NodeState {
  const { verdict, reason, ...latest } = readColumns(latestColumns, row);
  const since = readColumns(sinceColumns, row);
  // A result without its time can be put in no order.
  const found = verdict &&
    latest.at !== '' && { ...latest, verdict, reason: reason ?? reasonCode.parse(undefined), ...servedOf(verdict, since.served) };
  return { ...since, latest: found || undefined };
}

const nothing: Latest = { message: '', nonce: '', run: '', sweep: '', at: '' };

/** The properties that hold a node's state. */
export function writeState({ latest, ...since }: NodeState): Record<string, unknown> {
  return { ...writeColumns(latestColumns, latest ?? nothing), ...writeColumns(sinceColumns, since) };
}

const verdict = z.enum(['reachable', 'unreachable', 'unknown']);
/** Whether a node was served, in short: `true`, or the code of the reason. */
const served = z.union([z.literal(true), reasonCode]);
const aTime = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value))));
const result = z.object({ at: aTime, nonce: z.string(), verdict, reason: reasonCode, served: z.optional(served) });
const counted = { failures: z.number(), successes: z.number(), unknowns: z.number() };
const times = {
  since: z.optional(aTime),
  conclusiveAt: z.optional(aTime),
  firstFailure: z.optional(aTime),
  firstSuccess: z.optional(aTime),
};
const standing = {
  served: z.optional(servedState),
  outage: z.optional(episode),
  watch: z.optional(watchJson),
  strip: z.optional(z.string()),
};
const settled = z.object({ latest: z.optional(result), ...counted, ...times, ...standing });
/** A history as it was stored until it had a short form. */
const longHistory = z.object({ settled, recent: z.array(result) });

/** The name of the column that holds the history. */
export const HISTORY = 'window';

function fromLongHistory({ settled: own, recent }: z.output<typeof longHistory>, state: NodeState): NodeHistory {
  const whole = ({ served: brief, ...each }: z.output<typeof result>): ProbeResult => {
    if (each.nonce === state.latest?.nonce) return { ...state.latest, ...each };
    const known =
      brief === undefined ? {} : { served: brief === true ? { ok: brief } : { ok: false as const, reason: brief, message: '' } };
    return { ...each, message: '', run: '', sweep: '', ...known };
  };
  return { settled: { ...own, latest: own.latest && whole(own.latest) }, recent: recent.map(whole) };
}

/** Reads a node's history from its row; if it cannot be read, the state counts as settled. */
export function readHistory(row: Readonly<Record<string, unknown>>, state: NodeState): NodeHistory {
  const found = readJson(z.union([shortHistory, longHistory]), row[HISTORY] ?? '', undefined);
  if (found === undefined) return { settled: state, recent: [] };
  return 's' in found ? fromShortHistory(found, state) : fromLongHistory(found, state);
}

/** The property that holds a node's history, without what the state and the log hold. */
export function writeHistory(history: NodeHistory, state: NodeState): Record<string, unknown> {
  return { [HISTORY]: JSON.stringify(toShortHistory(history, state)) };
}
