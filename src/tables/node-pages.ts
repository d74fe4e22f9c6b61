import { odata } from '@azure/data-tables';
import pLimit from 'p-limit';
import { type NodeRow, nodeColumns, nodeRange, toNodeRow } from './node-rows.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, type Row, readRange, readRow } from './rows.ts';

/** What a list shows of a node, a fifth of its row: what is not read costs neither storage nor the host anything. */
const LISTED = nodeColumns(
  ...(['resourceId', 'endpoint', 'pool', 'os', 'zone', 'skipped', 'retiredAt'] as const),
  ...(['verdict', 'reason', 'message', 'at', 'since', 'failures', 'successes', 'unknowns', 'outage'] as const),
);
// A retired node's row stands for a week; a row without the property is not retired.
const STANDING = "not (retiredAt ne '')";

/** The status of a node's condition `Reachable`. */
export type ReachableStatus = 'True' | 'False' | 'Unknown';

interface ReachableCondition {
  status: ReachableStatus;
  /** ISO time before which a verdict counts as unknown. */
  staleBefore: string;
}

const CONDITIONS: Readonly<Record<ReachableStatus, (staleBefore: string) => string>> = {
  True: () => odata`verdict eq 'reachable'`,
  False: () => odata`verdict eq 'unreachable'`,
  // A row that lacks a property fulfils no comparison with it, and its negation.
  Unknown: (staleBefore) => odata`verdict eq 'unknown' or not (at ge ${staleBefore}) or not (skipped eq '')`,
};

const FEW = 20;
const CONCURRENT_READS = 32;

const toListed = (row: Row) => toNodeRow(row as Row & { etag: string });

/**
 * Reads nodes of a cluster in the order of their names, with one range read.
 *
 * @param after - the node after which to begin.
 * @param condition - nodes of one status alone, as nearly as storage can tell: all that have it, and some more.
 */
export async function readNodePage(
  tables: Tables,
  cluster: string,
  { after, condition, most }: { after?: string; condition?: ReachableCondition; most: number },
): Promise<NodeRow[]> {
  const fleet = await tables.open('fleet');
  // The next key after that of the node: no name holds a character below this one.
  const { from, to } = after === undefined ? prefixed('node|') : { ...prefixed('node|'), from: `node|${after}!` };
  const wanted = condition === undefined ? STANDING : `${STANDING} and (${CONDITIONS[condition.status](condition.staleBefore)})`;
  return (await readRange(fleet, cluster, { from, to, select: LISTED, filter: wanted, most })).map(toListed);
}

/** Reads some nodes by name: few of them one by one, many that lie close together at once. Retired ones are among them. */
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
  return [...names.flatMap((name) => found.get(name) ?? []), ...read.filter((row) => row !== undefined)].map(toListed);
}

/** Whether a node is known, retired or not. */
export async function isKnownNode(tables: Tables, cluster: string, node: string): Promise<boolean> {
  const fleet = await tables.open('fleet');
  return (await readRow(fleet, cluster, `node|${node}`, ['RowKey'])) !== undefined;
}
