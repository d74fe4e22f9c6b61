import { odata } from '@azure/data-tables';
import pLimit from 'p-limit';
import { type NodeRow, nodeColumns, nodeRange, toNodeRow } from './node-rows.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, type Row, readRange, readRow } from './rows.ts';

/** The columns that a list shows of a node: a fifth of its row, to save reads and memory. */
const LISTED = nodeColumns(
  ...(['resourceId', 'endpoint', 'pool', 'os', 'zone', 'skipped', 'retiredAt'] as const),
  ...(['verdict', 'reason', 'message', 'at', 'since', 'served', 'failures', 'successes', 'unknowns', 'outage', 'strip'] as const),
);
// The row of a retired node is kept for a week; a row without the property is not retired.
const STANDING = "not (retiredAt ne '')";

/** The status of a node's condition `Reachable`. */
export type ReachableStatus = 'True' | 'False' | 'Unknown';

interface ReachableCondition {
  status: ReachableStatus;
  /** ISO 8601 time; an older verdict counts as unknown. */
  staleBefore: string;
}

const CONDITIONS: Readonly<Record<ReachableStatus, (staleBefore: string) => string>> = {
  True: () => odata`verdict eq 'reachable'`,
  False: () => odata`verdict eq 'unreachable'`,
  // If a row lacks a property, every comparison with it is false, so a negated one is true.
  Unknown: (staleBefore) => odata`verdict eq 'unknown' or not (at ge ${staleBefore}) or not (skipped eq '')`,
};

const FEW = 20;
const CONCURRENT_READS = 32;

const toListed = (cluster: string) => (row: Row) => toNodeRow(cluster, row as Row & { etag: string });

/**
 * Reads one page of the nodes of a cluster, in the order of their names.
 *
 * @param after - the last node of the page before.
 * @param condition - the status that the nodes must have; as storage cannot filter exactly, some others are returned too.
 * @param most - the page size.
 */
export async function readNodePage(
  tables: Tables,
  cluster: string,
  { after, condition, most }: { after?: string; condition?: ReachableCondition; most: number },
): Promise<NodeRow[]> {
  const fleet = await tables.open('fleet');
  // The first possible key after that of the node: no name has a character lower than this one.
  const { from, to } = after === undefined ? prefixed('node|') : { ...prefixed('node|'), from: `node|${after}!` };
  const wanted = condition === undefined ? STANDING : `${STANDING} and (${CONDITIONS[condition.status](condition.staleBefore)})`;
  return (await readRange(fleet, cluster, { from, to, select: LISTED, filter: wanted, most })).map(toListed(cluster));
}

/** Reads nodes by name, including retired ones: a few one by one, many with a range read first. */
export async function readNamedNodes(tables: Tables, cluster: string, names: readonly string[]): Promise<NodeRow[]> {
  const fleet = await tables.open('fleet');
  const near =
    names.length < FEW
      ? []
      : await readRange(fleet, cluster, { ...nodeRange(names), select: LISTED, most: Math.min(1000, 2 * names.length) });
  const found = new Map(near.map((row) => [row.rowKey.slice('node|'.length), row as Row]));
  const limit = pLimit(CONCURRENT_READS);
  const far = names.filter((name) => !found.has(name));
  const read = await Promise.all(far.map((name) => limit(() => readRow(fleet, cluster, `node|${name}`, LISTED))));
  return [...names.flatMap((name) => found.get(name) ?? []), ...read.filter((row) => row !== undefined)].map(toListed(cluster));
}

/** Whether a node is known, retired or not. */
export async function isKnownNode(tables: Tables, cluster: string, node: string): Promise<boolean> {
  const fleet = await tables.open('fleet');
  return (await readRow(fleet, cluster, `node|${node}`, ['RowKey'])) !== undefined;
}
