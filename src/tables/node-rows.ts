import type { TransactionAction } from '@azure/data-tables';
import type { JudgedNode, KnownNode, NodeFacts } from '../model/node.ts';
import { judgedFields } from '../model/node.ts';
import type { NodeHistory, NodeState } from '../model/node-state.ts';
import { namesOf, readColumns, writeColumns, writeSome } from './columns.ts';
import { factColumns, type Notes, noteColumns, readHistory, readState, stateColumns, writeHistory, writeState } from './node-columns.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, type Row, readRange } from './rows.ts';
import { restoreRow, shortenRow } from './short-row.ts';

type StoredRow = Row & { etag: string };

/** A node with all that its row holds. */
export type NodeRow = KnownNode & { etag: string };

/** A node as the stage expand-cluster reads it: without its history, since that stage folds no results. */
export type ListedNode = Omit<NodeRow, 'history'>;

const nameOf = ({ rowKey }: Row) => rowKey.slice('node|'.length);

function toListedNode(cluster: string, stored: StoredRow): ListedNode {
  const row = restoreRow(cluster, stored);
  const facts = { node: nameOf(row), ...readColumns(factColumns, row) };
  return { facts, state: readState(row), ...readColumns(noteColumns, row), etag: row.etag };
}

/** Converts a row, or the selected part of one, to a node. */
export function toNodeRow(cluster: string, row: StoredRow): NodeRow {
  const node = toListedNode(cluster, row);
  return { ...node, history: readHistory(row, node.state) };
}

/** The key range from the first to the last of some node names, both included; without names, that of all nodes. */
export function nodeRange(nodes?: readonly string[]): { from: string; to: string } {
  if (nodes === undefined || nodes.length === 0) return prefixed('node|');
  const sorted = [...nodes].sort();
  return { from: `node|${sorted[0]}`, to: `node|${sorted.at(-1)}!` };
}

/** Column names of a node's row, to select them. */
export const nodeColumns = (...names: (keyof typeof factColumns | keyof typeof stateColumns | keyof typeof noteColumns)[]): string[] => [
  'RowKey',
  ...names,
];

/** The columns that an assessment needs: a quarter of the row. */
const JUDGED = nodeColumns('retiredAt', 'since', ...judgedFields.facts, ...judgedFields.latest, ...judgedFields.state);

/** Reads what an assessment needs of all nodes of a cluster, by name. */
export async function readJudgedNodes(tables: Tables, cluster: string): Promise<Map<string, JudgedNode>> {
  const rows = await readRange(await tables.open('fleet'), cluster, { ...nodeRange(), select: JUDGED });
  return new Map(rows.map((row) => [nameOf(row), toListedNode(cluster, row as StoredRow)]));
}

/** The columns of `ListedNode`: the row without its history, which is two thirds of it, and without what only folds write. */
const LISTED = nodeColumns(...namesOf(factColumns), ...namesOf(stateColumns), ...(['claim', 'missing', 'missedIn', 'retiredAt'] as const));
const ROWS_AT_ONCE = 1000;

/** Reads what the stage expand-cluster needs of all nodes of a cluster, by name; it keeps one page of rows in memory at a time. */
export async function readListedNodes(tables: Tables, cluster: string): Promise<Map<string, ListedNode>> {
  const fleet = await tables.open('fleet');
  const known = new Map<string, ListedNode>();
  let { from, to } = nodeRange();
  for (;;) {
    const rows = await readRange(fleet, cluster, { from, to, select: LISTED, most: ROWS_AT_ONCE });
    for (const row of rows) known.set(nameOf(row), toListedNode(cluster, row as StoredRow));
    if (rows.length < ROWS_AT_ONCE) return known;
    // The first possible key after the last: no node name has a character lower than this one.
    from = `${rows.at(-1)!.rowKey}!`;
  }
}

/** Reads the nodes of a cluster, or those with some names, by name. */
export async function readNodes(tables: Tables, cluster: string, nodes?: readonly string[]): Promise<Map<string, NodeRow>> {
  const wanted = nodes && new Set(nodes);
  const rows = await readRange(await tables.open('fleet'), cluster, nodeRange(nodes));
  const read = rows.filter((row) => wanted?.has(nameOf(row)) ?? true).map((row) => toNodeRow(cluster, row as StoredRow));
  return new Map(read.map((row) => [row.facts.node, row]));
}

/** The properties that hold what Azure says about a node. */
export function factProperties({ node: _, ...facts }: NodeFacts): Record<string, unknown> {
  return writeColumns(factColumns, facts);
}

/** The properties that hold a node's state and history. */
export function stateProperties(state: NodeState, history: NodeHistory): Record<string, unknown> {
  return { ...writeHistory(history, state), ...writeState(state) };
}

/** The properties that hold some notes about a node; an undefined one is cleared. */
export function noteProperties(notes: Partial<Notes>): Record<string, unknown> {
  return writeSome(noteColumns, notes);
}

/** A write of some properties of a node's row. It fails if the row has changed since it was read. */
export function mergeNode(
  cluster: string,
  row: { facts: Pick<NodeFacts, 'node'>; etag: string },
  properties: Record<string, unknown>,
): TransactionAction {
  return [
    'update',
    { partitionKey: cluster, rowKey: `node|${row.facts.node}`, ...shortenRow(cluster, properties) },
    'Merge',
    { etag: row.etag },
  ];
}

/** A write that creates the row of a new node. */
export function createNode(cluster: string, node: string, properties: Record<string, unknown>): TransactionAction {
  // A new row needs no empty texts: there is nothing that they would take away. By `skipped` lists are filtered.
  const given = Object.entries(shortenRow(cluster, properties)).filter(([name, value]) => value !== '' || name === 'skipped');
  return ['create', { partitionKey: cluster, rowKey: `node|${node}`, ...Object.fromEntries(given) }];
}
