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
const FEW = 20;
const CONCURRENT_READS = 32;

const toListed = (row: Row) => toNodeRow(row as Row & { etag: string });

/**
 * Reads nodes of a cluster in the order of their names, with one range read.
 *
 * @param after - the node after which to begin.
 * @param filter - a further OData condition, built with `odata`.
 */
export async function readNodePage(
  tables: Tables,
  cluster: string,
  { after, filter, most }: { after?: string; filter?: string; most: number },
): Promise<NodeRow[]> {
  const fleet = await tables.open('fleet');
  // The next key after that of the node: no name holds a character below this one.
  const { from, to } = after === undefined ? prefixed('node|') : { ...prefixed('node|'), from: `node|${after}!` };
  const wanted = filter === undefined ? STANDING : `${STANDING} and (${filter})`;
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
