import type { Blindness } from '../history/blindness.ts';
import { readBlindRows, readStandingBlindness } from './blind-rows.ts';
import { type ClusterRow, clusterColumns, isRemembered, toClusterRow } from './cluster-rows.ts';
import type { Tables } from './open-tables.ts';
import { readRange, readRow } from './rows.ts';

/** What lists show of a cluster: without the names of its nodes, which may be most of its row. */
const SHOWN = clusterColumns(
  ...(['resourceGroup', 'name', 'region', 'version', 'nodes', 'upgrading', 'recordOnly', 'openOutages', 'outage'] as const),
  ...(['commonFactors', 'uptime', 'assessedAt'] as const),
);

/** A cluster as lists show it, and since when nobody can see it, if so. */
export type ListedCluster = Omit<ClusterRow, 'notReachable'> & { blind?: Blindness };

/** A cluster that is gone stands until its nodes and outages are accounted for. */
const stands = (row: ListedCluster) => row.recordOnly !== 'ClusterGone' || isRemembered(row);

/** Lists the clusters that still count, by id. */
export async function listStandingClusters(tables: Tables): Promise<ListedCluster[]> {
  const clusters = await tables.open('clusters');
  const [rows, blind] = await Promise.all([readRange(clusters, 'fleet', { select: SHOWN }), readBlindRows(tables)]);
  const standing = rows.map((row) => toClusterRow(row.rowKey, row)).filter(stands);
  return standing.map((row) => {
    const own = blind.get(row.cluster)?.blindness;
    return own?.until === undefined ? { ...row, blind: own } : row;
  });
}

/** Reads one of them; undefined also for one that no longer counts. */
export async function readStandingCluster(tables: Tables, cluster: string): Promise<ListedCluster | undefined> {
  const clusters = await tables.open('clusters');
  const [row, blind] = await Promise.all([readRow(clusters, 'fleet', cluster, SHOWN), readStandingBlindness(tables, cluster)]);
  const read = row && toClusterRow(cluster, row);
  return read && stands(read) ? { ...read, blind } : undefined;
}

// 500 names of 253 characters are more than one property holds, see `toLongJson`.
const NAMES = Array.from({ length: 5 }, (_, part) => `notReachable${part}`);

/** Names of the nodes that were not reachable at the cluster's latest assessment, at most 500; undefined for a cluster that does not count. */
export async function readNotReachable(tables: Tables, cluster: string): Promise<string[] | undefined> {
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, 'fleet', cluster, ['RowKey', 'recordOnly', 'nodes', 'openOutages', ...NAMES]);
  const read = row && toClusterRow(cluster, row);
  return read && stands(read) ? read.notReachable : undefined;
}

/** Ids of all clusters that lists have, standing or not. */
export async function listClusterIds(tables: Tables): Promise<string[]> {
  return (await readRange(await tables.open('clusters'), 'fleet', { select: ['RowKey'] })).map(({ rowKey }) => rowKey);
}

/** The region of a cluster as of its latest assessment; '' where there was none. */
export async function readRegion(tables: Tables, cluster: string): Promise<string> {
  return String((await readRow(await tables.open('clusters'), 'fleet', cluster, ['region']))?.region ?? '');
}
