import type { TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { openSince } from '../history/node-state.ts';
import { type Claim, claim } from '../model/claim.ts';
import type { KnownNode, NodeFacts } from '../model/node.ts';
import type { NodeHistory } from '../model/node-state.ts';
import { type Episode, emptyState, episode, type NodeState, type ProbeResult } from '../model/node-state.ts';
import { isReasonCode, reasonCode } from '../model/reasons.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { prefixed, type Row, readRange } from './rows.ts';
import { readWatch, toWatchJson, watchJson } from './watch-json.ts';

/** A node as its row holds it. */
export type NodeRow = KnownNode & { etag: string };

const UNREADABLE_CLAIM_MS = 600_000;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : 0);

// A claim that cannot be read stands for as long as one of ours may, counted from when the row was written.
function readClaim({ claim: value, timestamp }: Row): Claim | undefined {
  // Where a property is selected that a row does not have, Azure answers null (Azurite#2535).
  if (value === undefined || value === null || value === '') return undefined;
  const written = typeof timestamp === 'string' ? timestamp : new Date().toISOString();
  const until = new Date(Date.parse(written) + UNREADABLE_CLAIM_MS).toISOString();
  return readJson(claim, value, { id: '', nonce: '', sweep: '', startedAt: written, until });
}

const verdict = z.enum(['reachable', 'unreachable', 'unknown']);
const result = z.object({ at: z.string(), nonce: z.string(), verdict, reason: reasonCode });
const counted = { failures: z.number(), successes: z.number(), unknowns: z.number() };
const times = { since: z.string().optional(), firstFailure: z.string().optional(), firstSuccess: z.string().optional() };
const stored = z.object({
  settled: z.object({ latest: result.optional(), ...counted, ...times, outage: episode.optional(), watch: watchJson.optional() }),
  recent: z.array(result),
});

// A row of an older version has one outage's start, and no episodes.
function readEpisode(row: Row): Episode | undefined {
  const since = text(row.outageSince);
  const before = since && { outage: since, episode: 1, from: since, reason: reasonCode.parse(row.reason) };
  return readJson(episode, row.outage ?? '', before || undefined);
}

/** A row of an older version, or one that cannot be read, goes on from its state. */
function readHistory(row: Row, state: NodeState): NodeHistory {
  const found = readJson(stored, row.window, undefined);
  if (found === undefined) return { settled: state, recent: [] };
  const whole = (each: z.output<typeof result>): ProbeResult =>
    each.nonce === state.latest?.nonce ? { ...state.latest, ...each } : { ...each, message: '', run: '', sweep: '' };
  const { settled, recent } = found;
  return { settled: { ...settled, latest: settled.latest && whole(settled.latest) }, recent: recent.map(whole) };
}

function toStored({ settled, recent }: NodeHistory): string {
  const brief = ({ at, nonce, verdict, reason }: ProbeResult) => ({ at, nonce, verdict, reason });
  const { latest, watch, ...counts } = settled;
  return JSON.stringify({
    settled: { ...counts, latest: latest && brief(latest), watch: watch && toWatchJson(watch) },
    recent: recent.map(brief),
  });
}

function readState(row: Row): NodeState {
  const verdict = row.verdict;
  const known = verdict === 'reachable' || verdict === 'unreachable' || verdict === 'unknown';
  return {
    ...emptyState,
    latest: known
      ? {
          verdict,
          reason: reasonCode.parse(row.reason),
          message: text(row.message) ?? '',
          latencyMs: typeof row.latencyMs === 'number' && row.latencyMs >= 0 ? row.latencyMs : undefined,
          nonce: text(row.nonce) ?? '',
          run: text(row.lastRun) ?? '',
          sweep: text(row.sweep) ?? '',
          at: text(row.at) ?? '',
        }
      : undefined,
    since: text(row.since),
    failures: count(row.failures),
    successes: count(row.successes),
    unknowns: count(row.unknowns),
    firstFailure: text(row.firstFailure),
    firstSuccess: text(row.firstSuccess),
    outage: readEpisode(row),
    watch: readWatch(row.watch),
  };
}

/** Reads a node out of its row, or out of as much of it as was selected. */
export function toNodeRow(row: Row & { etag: string }): NodeRow {
  const state = readState(row);
  return {
    facts: {
      node: row.rowKey.slice('node|'.length),
      resourceId: text(row.resourceId) ?? '',
      vmId: text(row.vmId) ?? '',
      pool: text(row.pool) ?? '',
      os: row.os === 'Windows' ? 'Windows' : 'Linux',
      zone: text(row.zone),
      size: text(row.size),
      image: text(row.image),
      subnet: text(row.subnet),
      created: text(row.created),
      agent: row.agent === 'ready' || row.agent === 'notReady' ? row.agent : undefined,
      skipped: isReasonCode(row.skipped) ? row.skipped : undefined,
    },
    state,
    history: readHistory(row, state),
    claim: readClaim(row),
    endpoint: text(row.endpoint),
    foldedAt: text(row.foldedAt),
    missing: count(row.missing),
    missedIn: text(row.missedIn),
    retiredAt: text(row.retiredAt),
    etag: row.etag,
  };
}

/** Key range of the nodes from the first to the last of some names, both included; all nodes of the cluster without names. */
export function nodeRange(nodes?: readonly string[]): { from: string; to: string } {
  if (nodes === undefined || nodes.length === 0) return prefixed('node|');
  const sorted = [...nodes].sort();
  return { from: `node|${sorted[0]}`, to: `node|${sorted.at(-1)}!` };
}

/** What an assessment needs of a node; the rest of its row is three times as long. */
const JUDGED =
  'RowKey,retiredAt,skipped,verdict,reason,at,unknowns,firstFailure,firstSuccess,outage,outageSince,watch,pool,zone,size,image,subnet,os,created';

/** Reads of all nodes of a cluster what an assessment judges, by name. */
export async function readJudgedNodes(tables: Tables, cluster: string): Promise<Map<string, NodeRow>> {
  const fleet = await tables.open('fleet');
  const rows = await readRange(fleet, cluster, { ...nodeRange(), select: JUDGED.split(',') });
  return new Map(rows.map((row) => [row.rowKey.slice('node|'.length), toNodeRow(row as Row & { etag: string })]));
}

/** All of a node row that expansion compares, plans with and writes back: no window, which is two thirds of the row. */
const KNOWN = [
  ...['RowKey', 'resourceId', 'vmId', 'pool', 'os', 'zone', 'size', 'image', 'subnet', 'created', 'agent', 'skipped'],
  ...['verdict', 'reason', 'message', 'latencyMs', 'nonce', 'lastRun', 'sweep', 'at', 'since', 'failures', 'successes', 'unknowns'],
  ...['firstFailure', 'firstSuccess', 'outage', 'outageSince', 'watch', 'claim', 'missing', 'missedIn', 'retiredAt'],
];
const ROWS_AT_ONCE = 1000;

/**
 * Reads of all nodes of a cluster what its expansion needs, by name; each page of rows is let go before the next.
 * Without its window a row's history is its state alone: it must not be folded into, only ended.
 */
export async function readKnownNodes(tables: Tables, cluster: string): Promise<Map<string, NodeRow>> {
  const fleet = await tables.open('fleet');
  const known = new Map<string, NodeRow>();
  let { from, to } = nodeRange();
  for (;;) {
    const rows = await readRange(fleet, cluster, { from, to, select: KNOWN, most: ROWS_AT_ONCE });
    for (const row of rows) known.set(row.rowKey.slice('node|'.length), toNodeRow(row as Row & { etag: string }));
    if (rows.length < ROWS_AT_ONCE) return known;
    // The next key after the last: no node name holds a character below this one.
    from = `${rows.at(-1)!.rowKey}!`;
  }
}

/** Reads the node rows of a cluster, or those of some names, by name. */
export async function readNodes(tables: Tables, cluster: string, nodes?: readonly string[]): Promise<Map<string, NodeRow>> {
  const fleet = await tables.open('fleet');
  const wanted = nodes && new Set(nodes);
  const rows = await readRange(fleet, cluster, nodeRange(nodes));
  const read = rows.map((row) => toNodeRow(row as Row & { etag: string })).filter((row) => wanted?.has(row.facts.node) ?? true);
  return new Map(read.map((row) => [row.facts.node, row]));
}

/** The properties of what Azure says; an empty string takes a value away, as a merge keeps what is not named. */
export function factProperties(facts: NodeFacts): Record<string, unknown> {
  const { node: _, ...rest } = facts;
  const names = ['zone', 'size', 'image', 'subnet', 'created', 'agent', 'skipped'] as const;
  return { ...rest, ...Object.fromEntries(names.map((name) => [name, facts[name] ?? ''])) };
}

/** The properties of a node's state and of what it comes from. The message is cut: the log has the rest. */
export function stateProperties({ latest, ...state }: NodeState, history: NodeHistory): Record<string, unknown> {
  return {
    window: toStored(history),
    verdict: latest?.verdict ?? '',
    reason: latest?.reason ?? '',
    message: latest?.message.slice(0, 160) ?? '',
    latencyMs: latest?.latencyMs ?? -1,
    nonce: latest?.nonce ?? '',
    lastRun: latest?.run ?? '',
    sweep: latest?.sweep ?? '',
    at: latest?.at ?? '',
    since: state.since ?? '',
    failures: state.failures,
    successes: state.successes,
    unknowns: state.unknowns,
    firstFailure: state.firstFailure ?? '',
    firstSuccess: state.firstSuccess ?? '',
    outage: state.outage ? JSON.stringify(state.outage) : '',
    outageSince: openSince({ ...state, latest }) ?? '',
    watch: state.watch ? JSON.stringify(toWatchJson(state.watch)) : '',
  };
}

/** A change of one node row that holds only while the row is as it was read. */
export function mergeNode(cluster: string, row: NodeRow, properties: Record<string, unknown>): TransactionAction {
  return ['update', { partitionKey: cluster, rowKey: `node|${row.facts.node}`, ...properties }, 'Merge', { etag: row.etag }];
}

/** The property of a claim; without one it takes the claim away. */
export function claimProperty(claim: Claim | undefined): { claim: string } {
  return { claim: claim ? JSON.stringify(claim) : '' };
}
