import type { TransactionAction } from '@azure/data-tables';
import type { ClusterOutageState } from '../history/cluster-outage.ts';
import { type CommonFactor, commonFactor } from '../history/common-factors.ts';
import { type DegradationState, degradationState } from '../history/degradation.ts';
import { type FrozenWords, frozenWords } from '../history/frozen-words.ts';
import { type Latency, type LatencyCounts, latency, latencyCounts } from '../history/latency.ts';
import { type NotServedGroup, notServedGroup } from '../history/not-served.ts';
import { type OutageCounts, outageCounts } from '../history/outage-counts.ts';
import { type Place, place } from '../history/places.ts';
import { fromStoredRuns, type SweepRun, storedRuns, toStoredRuns } from '../history/recent-sweeps.ts';
import { noBuckets, type SweepBuckets, sweepBuckets } from '../history/sweep-buckets.ts';
import { type UnseenGroup, unseenGroup } from '../history/unseen.ts';
import { addUptimes, type OutageDays, outageDays, type Uptime, uptime } from '../history/uptime.ts';
import { sumWatched } from '../history/watched.ts';
import { type Shortfalls, shortfalls } from '../model/cluster-facts.ts';
import { type Counts, counts, emptyCounts } from '../model/ledger.ts';
import { episode } from '../model/node-state.ts';
import { policyOf, type ReasonCode, reasonCode } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { SKEW_MS } from '../model/schedule.ts';
import type { Watched } from '../model/watch.ts';
import * as z from '../zod.ts';
import {
  type Columns,
  count,
  flag,
  json,
  longJson,
  optionalJson,
  optionalReason,
  optionalText,
  optionalTime,
  readColumns,
  text,
  time,
  writeColumns,
} from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { prefixed, type Row, readRange, readRow, unlessLost } from './rows.ts';
import { updateRow } from './update-row.ts';
import { toWatchedJson, watchedJson } from './watch-json.ts';

/** A cluster as lists show it: its roll-up at the latest assessment. */
export interface ClusterRow {
  cluster: string;
  subscriptionId: string;
  resourceGroup: string;
  name: string;
  region: string;
  version: string;
  /** `host:port` of its API server according to Azure. */
  endpoint?: string;
  nodes: Counts;
  /** Whether an upgrade or update was in progress; it is probed nevertheless. */
  upgrading: boolean;
  /** The value of its tag that says when it is in maintenance, as Azure had it when it was last listed. */
  maintenanceTag?: string;
  /** Why it is recorded but not probed. */
  recordOnly?: ReasonCode;
  openOutages: number;
  /** The main reason of the open outages of its nodes, see `RollUp`. */
  outageReason?: ReasonCode;
  /** When the first of them began. */
  outagesSince?: string;
  /** Notifications of its outages that are due and that a sink has not accepted, by its name; absent if there are none. */
  pending?: Record<string, number>;
  /** How many outages there were. */
  outageCounts?: OutageCounts;
  /** Number of blind nodes, see `isBlind`. */
  blindNodes: number;
  /** How long it takes on its nodes to reach the API server. */
  latency?: Latency;
  /** The same of all sweeps, counted. */
  latencyCounts?: LatencyCounts;
  /** What the newest sweeps came to, oldest first. */
  recent: readonly SweepRun[];
  /** Nodes that its pools are to have and that no machine was found for, by the name of the pool. */
  shortfalls: Shortfalls;
  /** Nodes that nobody has seen for long, by reason. */
  unseen: UnseenGroup[];
  /** Nodes that reach the API server and are not served by it, by reason. */
  notServed: NotServedGroup[];
  /** Whether these are so many that the cluster is degraded. */
  degradation: DegradationState;
  /** Resource ids of the virtual networks of its nodes, in lower case. */
  networks: string[];
  /** The words of the alerts that stand, by the name of their rule. */
  alerts: Record<string, FrozenWords>;
  /** Nodes that should have had a verdict in the newest finalized sweep and had none, of how many, mostly why, and since which sweep there are any. */
  uncovered?: { nodes: number; expected: number; reason: ReasonCode; since: string };
  /** Since which sweep it is blind, as the completion of sweeps says. */
  blindSince?: string;
  /** Up to 500 names of nodes that are not reachable. */
  notReachable: string[];
  /** The cluster's own outage, open or the last one, and since when fewer than half the quorum fail. */
  outage: ClusterOutageState;
  /** What the failing nodes have in common, if two or more fail. */
  commonFactors: CommonFactor[];
  uptime: Uptime;
  assessedAt: string;
  /** The newest sweep that was assessed; `finalizedSweep` is the newest finalized one of these, `assessAt` the newest `assessAt`. */
  sweep: string;
  finalizedSweep: string;
  assessAt: string;
}

/** A cluster's row in `fleet`: what lists show, and what its uptime is computed from besides its nodes. */
export type OwnClusterRow = ClusterRow & {
  /** Archived outages of its nodes, by day. */
  outageDays: OutageDays;
  /** Watched time of nodes whose rows were deleted. */
  forgotten: Watched;
  /** Since when the cluster is stopped, started, made or deleted, or has been since; see `comesOrGoes`. */
  plannedSince?: string;
  /** How its nodes stand, by pool and zone. */
  places: Place[];
  /** What the sweeps of the last 31 days came to. */
  buckets: SweepBuckets;
  /** The state that Application Insights accepted last, in short: another one is sent at once. */
  sentState?: string;
};

const below = z.object({ sweep: z.string(), since: z.string(), at: z.optional(z.string()) });
const outageState = z.object({ outage: z.optional(episode), below: z.optional(below) });

// The only declaration of the columns of a cluster's row. Its subscription is part of its id.
const columns: Columns<Omit<ClusterRow, 'cluster' | 'subscriptionId'>> = {
  resourceGroup: text,
  name: text,
  region: text,
  version: text,
  endpoint: optionalText,
  nodes: json(counts, emptyCounts),
  upgrading: flag,
  maintenanceTag: optionalText,
  recordOnly: optionalReason,
  openOutages: count,
  outageReason: optionalReason,
  outagesSince: optionalTime,
  pending: optionalJson(z.record(z.string(), z.number())),
  outageCounts: optionalJson(outageCounts),
  blindNodes: count,
  latency: optionalJson(latency),
  latencyCounts: optionalJson(latencyCounts),
  recent: {
    read: (row, name) => fromStoredRuns(readJson(storedRuns, row[name] ?? '', [])),
    write: (value, name) => ({ [name]: JSON.stringify(toStoredRuns(value)) }),
  },
  shortfalls: json(shortfalls, {}),
  unseen: longJson(z.array(unseenGroup), []),
  notServed: longJson(z.array(notServedGroup), []),
  degradation: json(degradationState, {}),
  networks: json(z.array(z.string()), []),
  alerts: json(z.record(z.string(), frozenWords), {}),
  uncovered: optionalJson(z.object({ nodes: z.number(), expected: z.number(), reason: reasonCode, since: z.string() })),
  blindSince: optionalTime,
  notReachable: longJson(z.array(z.string()), []),
  outage: json(outageState, {}),
  commonFactors: json(z.array(commonFactor), []),
  uptime: json(uptime, addUptimes([])),
  assessedAt: time,
  sweep: text,
  finalizedSweep: text,
  assessAt: text,
};

const noneWatched = sumWatched([]);

const ownColumns: Columns<Pick<OwnClusterRow, 'outageDays' | 'forgotten' | 'plannedSince' | 'sentState' | 'buckets' | 'places'>> = {
  outageDays: longJson(outageDays, {}),
  forgotten: {
    read: (row, name) => readJson(watchedJson, row[name] ?? '', noneWatched),
    write: (value, name) => ({ [name]: JSON.stringify(toWatchedJson(value)) }),
  },
  plannedSince: optionalTime,
  sentState: optionalText,
  buckets: json(sweepBuckets, noBuckets),
  places: longJson(z.array(place), []),
};

/** Column names of a cluster's row, to select them. */
export const clusterColumns = (...names: (keyof typeof columns)[]): string[] => ['RowKey', ...names];

/** Converts a row, or the selected part of one, to a cluster. */
export function toClusterRow(cluster: string, row: Record<string, unknown>): ClusterRow {
  const named = parseClusterId(cluster);
  const read = readColumns(columns, row);
  const [resourceGroup, name] = [read.resourceGroup || (named?.resourceGroup ?? ''), read.name || (named?.name ?? '')];
  return { ...read, cluster, subscriptionId: named?.subscriptionId ?? '', resourceGroup, name };
}

/** Reads a cluster's row in `fleet`, with the ETag that guards the next write. */
export async function readCluster(tables: Tables, cluster: string): Promise<{ row: OwnClusterRow; etag: string } | undefined> {
  const fleet = await tables.open('fleet');
  const row = await readRow(fleet, cluster, 'cluster');
  return row && { row: toOwnClusterRow(cluster, row), etag: row.etag };
}

/** Converts a cluster's row in `fleet`. */
export function toOwnClusterRow(cluster: string, row: Record<string, unknown>): OwnClusterRow {
  return { ...toClusterRow(cluster, row), ...readColumns(ownColumns, row) };
}

/** A write that adds the watched time of deleted nodes to their cluster's row, in the same batch. It fails if the row has changed since it was read. */
export function addForgotten(row: Row & { etag: string }, gone: readonly Watched[]): TransactionAction {
  const { forgotten } = ownColumns;
  const sum = forgotten.write(sumWatched([forgotten.read(row, 'forgotten'), ...gone]), 'forgotten');
  return ['update', { partitionKey: row.partitionKey, rowKey: row.rowKey, ...sum }, 'Merge', { etag: row.etag }];
}

/** Reads the `host:port` of a cluster's API server according to Azure. */
export async function readEndpoint(tables: Tables, cluster: string): Promise<string | undefined> {
  const fleet = await tables.open('fleet');
  return String((await readRow(fleet, cluster, 'cluster', ['endpoint']))?.endpoint || '') || undefined;
}

const unlessAhead = (time: string, now: Date) => (Date.parse(time) <= now.getTime() + SKEW_MS ? time : '');

/** Discards times in the future, which an instance with a wrong clock wrote: they would suppress assessments until then. */
export function repairMarks(row: OwnClusterRow, now: Date): OwnClusterRow {
  const { outage, below } = row.outage;
  const isBelow = below !== undefined && unlessAhead(below.sweep, now) !== '';
  const { below: fewer, ...degradation } = row.degradation;
  const isFewer = fewer !== undefined && unlessAhead(fewer.sweep, now) !== '';
  const [assessAt, sweep, finalizedSweep] = [row.assessAt, row.sweep, row.finalizedSweep].map((time) => unlessAhead(time, now)) as [
    string,
    string,
    string,
  ];
  const states = { outage: isBelow ? { outage, below } : { outage }, degradation: isFewer ? row.degradation : degradation };
  return { ...row, assessAt, sweep, finalizedSweep, ...states };
}

/** A write of a cluster's row in `fleet`. It fails if the row has changed since it was read. */
export function putCluster(row: OwnClusterRow, etag: string | undefined): TransactionAction {
  const entity = { partitionKey: row.cluster, rowKey: 'cluster', ...writeColumns(columns, row), ...writeColumns(ownColumns, row) };
  return etag === undefined ? ['create', entity] : ['update', entity, 'Replace', { etag }];
}

/** Notes in a cluster's row in `fleet` since when it is blind, if it has one: the next assessment says so. */
export async function noteBlindSince(tables: Tables, cluster: string, since: string | undefined): Promise<void> {
  await updateRow(await tables.open('fleet'), cluster, 'cluster', (row) => {
    if (row === undefined || columns.blindSince.read(row, 'blindSince') === since) return undefined;
    return { merge: columns.blindSince.write(since, 'blindSince') };
  });
}

/** Notes in a cluster's rows how many notifications wait. Whoever judges it meanwhile notifies anew. */
export async function notePending(tables: Tables, cluster: string, pending: ClusterRow['pending']): Promise<void> {
  const column = columns.pending.write(pending, 'pending');
  for (const [table, partitionKey, rowKey] of [['fleet', cluster, 'cluster'] as const, ['clusters', 'fleet', cluster] as const])
    await unlessLost((await tables.open(table)).updateEntity({ partitionKey, rowKey, ...column }, 'Merge'));
}

/** Notes in a cluster's row in `fleet` which state was accepted. Whoever judges it meanwhile is faster. */
export async function noteSentState(tables: Tables, cluster: string, sentState: string): Promise<void> {
  const entity = { partitionKey: cluster, rowKey: 'cluster', ...ownColumns.sentState.write(sentState, 'sentState') };
  await unlessLost((await tables.open('fleet')).updateEntity(entity, 'Merge'));
}

/** Copies a cluster's row to the table `clusters`, from which lists are read, unless that has a newer assessment. */
export async function publishCluster(tables: Tables, row: OwnClusterRow): Promise<void> {
  await updateRow(await tables.open('clusters'), 'fleet', row.cluster, (before) => {
    const isNewer = before !== undefined && unlessAhead(String(before.assessAt), new Date(row.assessedAt)) > row.assessAt;
    return isNewer ? undefined : { replace: writeColumns(columns, row) };
  });
}

/** Whether somebody would see that a cluster fails: it is not stopped, gone or excluded. */
export function isWatched({ recordOnly }: Pick<ClusterRow, 'recordOnly'>): boolean {
  return recordOnly === undefined || !policyOf(recordOnly).endsOutage;
}

/** Whether a cluster still has nodes or outages to account for. */
export function isRemembered({ nodes, openOutages }: Pick<ClusterRow, 'nodes' | 'openOutages'>): boolean {
  return nodes.known > 0 || openOutages > 0;
}

/** Lists the clusters of the fleet, or of one subscription. */
export async function listClusterRows(tables: Tables, subscriptionId?: string): Promise<ClusterRow[]> {
  const clusters = await tables.open('clusters');
  const rows = await readRange(clusters, 'fleet', subscriptionId === undefined ? {} : prefixed(`${subscriptionId}.`));
  return rows.map((row: Row) => toClusterRow(row.rowKey, row));
}

/** What incidents are judged on: without the names of nodes, which are most of a row. */
const JUDGED = clusterColumns(
  ...(['resourceGroup', 'name', 'region', 'nodes', 'recordOnly', 'maintenanceTag'] as const),
  ...(['openOutages', 'outageReason', 'outage', 'networks'] as const),
);

/** Lists the clusters of the fleet with what incidents are judged on; all else of them is empty. */
export async function listJudgedClusters(tables: Tables): Promise<ClusterRow[]> {
  const rows = await readRange(await tables.open('clusters'), 'fleet', { select: JUDGED });
  return rows.map((row: Row) => toClusterRow(row.rowKey, row));
}

/** Whether anything is known of a cluster. */
export async function hasRows(tables: Tables, cluster: string): Promise<boolean> {
  const [some] = await readRange(await tables.open('fleet'), cluster, { select: ['RowKey'], most: 1 });
  return some !== undefined;
}
