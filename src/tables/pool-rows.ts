import { type Shortfalls, shortfalls } from '../model/cluster-facts.ts';
import { type OwnClusterRow, toOwnClusterRow } from './cluster-rows.ts';
import { json } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange, readRow } from './rows.ts';

/** Beside the row `cluster`, so that both are read in one request. */
const ROW = 'cluster|pools';
const column = json(shortfalls, {});

/** Reads the nodes of a cluster's pools that no machine was found for, as the latest expansion noted them. Only the stage expand-cluster writes them. */
export async function readShortfalls(tables: Tables, cluster: string): Promise<Shortfalls> {
  const row = await readRow(await tables.open('fleet'), cluster, ROW);
  return row === undefined ? {} : column.read(row, 'shortfalls');
}

/** Notes them, if there is a change. */
export async function putShortfalls(tables: Tables, cluster: string, short: Shortfalls, before: Shortfalls): Promise<void> {
  if (JSON.stringify(short) === JSON.stringify(before)) return;
  const fleet = await tables.open('fleet');
  await fleet.upsertEntity({ partitionKey: cluster, rowKey: ROW, ...column.write(short, 'shortfalls') }, 'Replace');
}

/** Reads a cluster's row with the ETag that guards the next write, and the shortfalls of its pools, in one request. */
export async function readClusterAndPools(
  tables: Tables,
  cluster: string,
): Promise<{ read: { row: OwnClusterRow; etag: string } | undefined; shortfalls: Shortfalls }> {
  const rows = await readRange(await tables.open('fleet'), cluster, { from: 'cluster', to: `${ROW}!` });
  const [own, pools] = ['cluster', ROW].map((key) => rows.find(({ rowKey }) => rowKey === key));
  return {
    read: own && { row: toOwnClusterRow(cluster, own), etag: own.etag },
    shortfalls: pools === undefined ? {} : column.read(pools, 'shortfalls'),
  };
}
