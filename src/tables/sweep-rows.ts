import { type ClusterFacts, clusterFacts } from '../model/cluster-facts.ts';
import { emptyLedger, type Ledger, ledger } from '../model/ledger.ts';
import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import { type Starter, starter } from '../model/starter.ts';
import { newRequestPrefix, requestPrefix } from '../probe/request-id.ts';
import * as z from '../zod.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { rememberNewest } from './remembered.ts';
import { insertOnce, prefixed, readRange, readRow, writeBatch } from './rows.ts';
import { insertLine } from './sweep-list.ts';
import { requesterOf } from './sweep-requests.ts';

/** A subscription's part of a sweep: what came of listing it. */
export interface SubscriptionRow {
  subscription: string;
  /** The globs of the selection that match any of its clusters. */
  matched: string[];
  /** Why it could not be read. */
  gap?: ReasonCode;
  detail?: string;
}

/** A sweep as it stands in its partition. */
export interface SweepRows {
  subscriptions?: string[];
  startedAt?: string;
  /** Who began it. */
  starter: Starter;
  /** How the IDs of its requests for Run Command begin; '' where an earlier version began it. */
  requests: string;
  /** Who asked for it. */
  requested: Set<Starter>;
  listed: SubscriptionRow[];
  /** Ids of all the clusters that were listed. */
  clusters: string[];
  finalized: Map<string, Ledger>;
  /** When each of them was. */
  finalizedAt: Map<string, string>;
  /** Until when nobody else needs to enqueue its next `close-sweep`; '' where nobody has. */
  nextCloseBy: string;
  /** Work of it that was enqueued once more. */
  resent: Set<string>;
  isCompleted: boolean;
}

const names = z.array(z.string());
const ledgerOf = (value: unknown) => readJson(ledger, value, undefined);

/** How a sweep was begun. */
export interface Beginning {
  starter: Starter;
  /** Where a stand-in began it: the first sweep that the timer did not start. */
  timerMissedSince?: string;
}

const requestsOfRow = (row: Record<string, unknown>): string => z.catch(requestPrefix, '').parse(row.requests);

const starterOfRow = (row: Record<string, unknown>): Starter => z.catch(starter, 'timer').parse(row.starter);

/**
 * Inserts the sweep's own row and its line in the list of sweeps, once.
 *
 * @returns what counts, which is what is stored, and whether this call began it.
 */
export async function insertSweep(
  tables: Tables,
  sweep: string,
  subscriptions: readonly string[],
  now: string,
  beginning: Beginning = { starter: 'timer' },
): Promise<{ subscriptions: string[]; starter: Starter; first: boolean }> {
  const rows = await tables.open('sweeps');
  const own = { startedAt: now, starter: beginning.starter, requests: newRequestPrefix(), ...toLongJson('subscriptions', subscriptions) };
  const first = await insertOnce(rows, { partitionKey: sweep, rowKey: 'sweep', ...own });
  const stored = first ? own : ((await readRow(rows, sweep, 'sweep')) ?? { starter: beginning.starter });
  const who = starterOfRow(stored);
  if (first || who === beginning.starter) await insertLine(tables, sweep, now, beginning);
  return { subscriptions: fromLongJson(names, 'subscriptions', stored, []), starter: who, first };
}

/** Whether a sweep has a row of its own. */
export async function hasBegun(tables: Tables, sweep: string): Promise<boolean> {
  const sweeps = await tables.open('sweeps');
  return (await readRow(sweeps, sweep, 'sweep', ['RowKey'])) !== undefined;
}

/** Reads how the IDs of a sweep's requests for Run Command begin; '' where it does not say. */
export async function readRequestPrefix(tables: Tables, sweep: string): Promise<string> {
  const sweeps = await tables.open('sweeps');
  return requestsOfRow((await readRow(sweeps, sweep, 'sweep', ['requests'])) ?? {});
}

/** Reads the subscriptions in the scope of a sweep. */
export async function readSubscriptions(tables: Tables, sweep: string): Promise<string[]> {
  const sweeps = await tables.open('sweeps');
  return fromLongJson(names, 'subscriptions', (await readRow(sweeps, sweep, 'sweep')) ?? {}, []);
}

// Clusters have rows of their own in a partition of their own: the thousands that a subscription may have would not fit into its row.
const clustersPartition = (sweep: string) => `${sweep}|clusters`;

async function readClusterIds(tables: Tables, sweep: string, subscription?: string): Promise<string[]> {
  const table = await tables.open('sweeps');
  const range = subscription === undefined ? {} : prefixed(`${subscription}.`);
  return (await readRange(table, clustersPartition(sweep), { ...range, select: ['RowKey'] })).map(({ rowKey }) => rowKey);
}

/**
 * Inserts a subscription's row after those of its clusters, once. Returns the ids of the clusters that count: the stored ones.
 *
 * @param clustersWritten - called between the two.
 */
export async function insertSubscription(
  tables: Tables,
  sweep: string,
  { subscription, matched, gap, detail }: SubscriptionRow,
  clusters: readonly ClusterFacts[],
  clustersWritten: () => void = () => {},
): Promise<string[]> {
  const table = await tables.open('sweeps');
  const rowKey = `subscription|${subscription}`;
  if ((await readRow(table, sweep, rowKey, ['RowKey'])) === undefined) {
    const partitionKey = clustersPartition(sweep);
    const rows = clusters.map((facts) => ({ partitionKey, rowKey: facts.cluster, facts: JSON.stringify(facts) }));
    await writeBatch(
      table,
      rows.map((row) => ['upsert', row, 'Replace']),
    );
    clustersWritten();
    const properties = { gap: gap ?? '', detail: detail ?? '', ...toLongJson('matched', matched) };
    await insertOnce(table, { partitionKey: sweep, rowKey, ...properties });
  }
  return readClusterIds(tables, sweep, subscription);
}

function toSubscriptionRow(row: Record<string, unknown> & { rowKey: string }): SubscriptionRow {
  return {
    subscription: row.rowKey.slice('subscription|'.length),
    matched: fromLongJson(names, 'matched', row, []),
    gap: row.gap ? reasonCode.parse(row.gap) : undefined,
    detail: row.detail ? String(row.detail) : undefined,
  };
}

/** Reads what a sweep knows of one cluster; undefined where its subscription was not listed, or not with it. */
export async function readClusterFacts(tables: Tables, sweep: string, cluster: string): Promise<ClusterFacts | undefined> {
  const table = await tables.open('sweeps');
  return readJson(clusterFacts, (await readRow(table, clustersPartition(sweep), cluster))?.facts ?? '', undefined);
}

/** The clusters of the sweeps that overlap, and of a few that are late. */
const clustersOf = rememberNewest<string[]>(8);

/** Reads the ids of the clusters of a sweep; with `isListed`, once all its subscriptions are listed, they are remembered. */
export async function readClusters(tables: Tables, sweep: string, isListed = true): Promise<string[]> {
  const clusters = await readClusterIds(tables, sweep);
  if (isListed) clustersOf.put(tables, sweep, clusters);
  return clusters;
}

/** Reads all of a sweep but its plans and tallies. Of a sweep whose subscriptions are all listed, this process reads the clusters once. */
export async function readSweep(tables: Tables, sweep: string): Promise<SweepRows> {
  const table = await tables.open('sweeps');
  const rows = await readRange(table, sweep);
  const own = rows.find((row) => row.rowKey === 'sweep');
  const finalized = rows
    .filter((row) => row.rowKey.startsWith('finalized|'))
    .map((row) => [row.rowKey.slice('finalized|'.length), row] as const);
  const subscriptions = own && fromLongJson(names, 'subscriptions', own, []);
  const listed = rows.filter((row) => row.rowKey.startsWith('subscription|')).map(toSubscriptionRow);
  const isListed = subscriptions?.every((id) => listed.some(({ subscription }) => subscription === id)) ?? false;
  const remembered = isListed ? clustersOf.get(tables, sweep) : undefined;
  return {
    subscriptions,
    startedAt: own && String(own.startedAt),
    starter: starterOfRow(own ?? {}),
    requests: requestsOfRow(own ?? {}),
    requested: new Set(rows.flatMap(({ rowKey }) => requesterOf(rowKey) ?? [])),
    listed,
    clusters: remembered ?? (await readClusters(tables, sweep, isListed)),
    finalized: new Map(finalized.map(([cluster, row]) => [cluster, ledgerOf(row.ledger) ?? emptyLedger])),
    finalizedAt: new Map(finalized.map(([cluster, { at }]) => [cluster, String(at ?? '')])),
    nextCloseBy: String(rows.find((row) => row.rowKey === 'next-close')?.until ?? ''),
    resent: new Set(rows.filter((row) => row.rowKey.startsWith('resent|')).map((row) => row.rowKey.slice('resent|'.length))),
    isCompleted: rows.some((row) => row.rowKey === 'completed'),
  };
}

/** Notes that the next `close-sweep` of a sweep is enqueued. */
export async function putNextClose(tables: Tables, sweep: string, until: string): Promise<void> {
  const sweeps = await tables.open('sweeps');
  await sweeps.upsertEntity({ partitionKey: sweep, rowKey: 'next-close', until }, 'Replace');
}

/** Notes that work of a sweep was enqueued once more. */
export async function markResent(tables: Tables, sweep: string, what: string): Promise<void> {
  const sweeps = await tables.open('sweeps');
  await insertOnce(sweeps, { partitionKey: sweep, rowKey: `resent|${what}` });
}

/** Finalizes a cluster, once: its ledger is complete. Returns the stored ledger, and whether this call finalized it. */
export async function insertFinalized(
  tables: Tables,
  sweep: string,
  cluster: string,
  own: Ledger,
  at: string,
): Promise<{ stored: Ledger; first: boolean }> {
  const table = await tables.open('sweeps');
  const rowKey = `finalized|${cluster}`;
  if (await insertOnce(table, { partitionKey: sweep, rowKey, at, ledger: JSON.stringify(own) })) return { stored: own, first: true };
  return { stored: ledgerOf((await readRow(table, sweep, rowKey))?.ledger) ?? own, first: false };
}

/** Reads what a sweep came to for a cluster; undefined if the cluster is not finalized in it. */
export async function readFinalized(tables: Tables, sweep: string, cluster: string): Promise<{ ledger?: Ledger } | undefined> {
  const row = await readRow(await tables.open('sweeps'), sweep, `finalized|${cluster}`, ['ledger']);
  return row && { ledger: ledgerOf(row.ledger) };
}

/** Reads the ledgers of a sweep's finalized clusters, by cluster; one that cannot be read is left out. */
export async function readFinalizedLedgers(tables: Tables, sweep: string): Promise<Map<string, Ledger>> {
  const sweeps = await tables.open('sweeps');
  const rows = await readRange(sweeps, sweep, { ...prefixed('finalized|'), select: ['RowKey', 'ledger'] });
  return new Map(
    rows.flatMap((row) => {
      const read = ledgerOf(row.ledger);
      return read === undefined ? [] : [[row.rowKey.slice('finalized|'.length), read] as const];
    }),
  );
}

/** Reads the ledger of one cluster, once it is finalized. */
export async function readFinalizedLedger(tables: Tables, sweep: string, cluster: string): Promise<Ledger | undefined> {
  const sweeps = await tables.open('sweeps');
  return ledgerOf((await readRow(sweeps, sweep, `finalized|${cluster}`, ['ledger']))?.ledger);
}

/** Reads which of a sweep's subscriptions could not be read, or were never listed. */
export async function readGaps(tables: Tables, sweep: string, subscriptions: readonly string[]): Promise<string[]> {
  const sweeps = await tables.open('sweeps');
  const rows = await readRange(sweeps, sweep, { ...prefixed('subscription|'), select: ['RowKey', 'gap'] });
  const read = new Set(rows.filter((row) => !row.gap).map((row) => row.rowKey.slice('subscription|'.length)));
  return subscriptions.filter((id) => !read.has(id));
}
