import type { Blindness } from '../history/blindness.ts';
import type { MaintenanceRequest } from '../model/cluster-maintenance.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { blindRows } from './blind-rows.ts';
import { type ClusterRow, clusterColumns, isRemembered, toClusterRow } from './cluster-rows.ts';
import { readMaintenanceRequest, readMaintenanceRequests } from './maintenance-rows.ts';
import type { Tables } from './open-tables.ts';
import { readRange, readRow } from './rows.ts';
import { readSubscriptionName, readSubscriptionNames } from './subscription-rows.ts';

// As many names as there may be in it do not fit in one property, see `toLongJson`.
const partsOf = (column: 'unseen' | 'notServed') => [0, 1, 2].map((part) => `${column}${part}`);

/** The columns that lists show of a cluster, without the names of its nodes, which may be most of its row. */
const SHOWN = [
  ...clusterColumns(
    ...(['resourceGroup', 'name', 'region', 'version', 'nodes', 'upgrading', 'recordOnly', 'openOutages', 'outage'] as const),
    ...(['maintenanceTag', 'commonFactors', 'uptime', 'assessedAt', 'latency', 'shortfalls', 'degradation', 'recent'] as const),
  ),
  ...partsOf('unseen'),
  ...partsOf('notServed'),
];

/** A cluster as lists show it, with its blindness if it is blind now, and the latest request for its maintenance, over or not. */
export type ListedCluster = Omit<ClusterRow, 'notReachable' | 'networks' | 'alerts'> & {
  /** The display name of its subscription, where it is known. */
  subscriptionName?: string;
  blind?: Blindness;
  maintenance?: MaintenanceRequest;
};

/** Whether a cluster still counts: one that is gone does until it has no more nodes and open outages. */
const stands = (row: ListedCluster) => row.recordOnly !== 'ClusterGone' || isRemembered(row);

/** What metrics show besides. */
const MEASURED = [...SHOWN, ...clusterColumns('outageReason', 'outagesSince', 'outageCounts', 'latencyCounts', 'pending')];

/**
 * Lists the clusters that still count, in the order of their ids.
 *
 * @param how - with what lists show of them, or with all that is measured.
 */
export async function listStandingClusters(tables: Tables, how: 'shown' | 'measured' = 'shown'): Promise<ListedCluster[]> {
  const clusters = await tables.open('clusters');
  const [rows, blind, requests, names] = await Promise.all([
    readRange(clusters, 'fleet', { select: how === 'shown' ? SHOWN : MEASURED }),
    blindRows.read(tables),
    readMaintenanceRequests(tables),
    readSubscriptionNames(tables),
  ]);
  const standing = rows.map((row) => toClusterRow(row.rowKey, row)).filter(stands);
  return standing.map((row) => {
    const own = blind.get(row.cluster)?.standing;
    const open = own?.until === undefined ? own : undefined;
    return { ...row, subscriptionName: names.get(row.subscriptionId), blind: open, maintenance: requests.get(row.cluster) };
  });
}

/** Reads one cluster; undefined if it is unknown or no longer counts. */
export async function readStandingCluster(tables: Tables, cluster: string): Promise<ListedCluster | undefined> {
  const clusters = await tables.open('clusters');
  const subscription = parseClusterId(cluster)?.subscriptionId;
  const [row, blind, maintenance, named] = await Promise.all([
    readRow(clusters, 'fleet', cluster, SHOWN),
    blindRows.readOpen(tables, cluster),
    readMaintenanceRequest(tables, cluster),
    subscription === undefined ? undefined : readSubscriptionName(tables, subscription),
  ]);
  const read = row && toClusterRow(cluster, row);
  return read && stands(read) ? { ...read, subscriptionName: named?.name, blind, maintenance } : undefined;
}

// 500 names of 253 characters do not fit in one property, see `toLongJson`.
const NAMES = [...[0, 1, 2, 3, 4].map((part) => `notReachable${part}`), ...partsOf('notServed')];

/**
 * The names of the nodes that were not reachable at the latest assessment of the cluster, at most 500, then of those that are not served, at most 20 for
 * each reason; undefined if the cluster is unknown or no longer counts.
 */
export async function readTroubledNames(tables: Tables, cluster: string): Promise<string[] | undefined> {
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, 'fleet', cluster, ['RowKey', 'recordOnly', 'nodes', 'openOutages', ...NAMES]);
  const read = row && toClusterRow(cluster, row);
  return read && stands(read) ? [...read.notReachable, ...read.notServed.flatMap(({ names }) => names)] : undefined;
}

/** Ids of all clusters in the table, including those that no longer count. */
export async function listClusterIds(tables: Tables): Promise<string[]> {
  return (await readRange(await tables.open('clusters'), 'fleet', { select: ['RowKey'] })).map(({ rowKey }) => rowKey);
}

/** The region of a cluster as of its latest assessment; '' if it was never assessed. */
export async function readRegion(tables: Tables, cluster: string): Promise<string> {
  return String((await readRow(await tables.open('clusters'), 'fleet', cluster, ['region']))?.region ?? '');
}
