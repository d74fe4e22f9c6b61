import type { TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import type { Tables } from './open-tables.ts';
import { prefixed, readRange, writeBatch } from './rows.ts';

/** The nodes of a scale set differ only in the last six characters of their names. They share a partition, so that their names are written in batches. */
const OWN_CHARACTERS = 6;
const CONCURRENT_WRITES = 8;

/** The key of a node's name in one cluster. */
export function nameKey(node: string, cluster: string): { partitionKey: string; rowKey: string } {
  return { partitionKey: node.slice(0, -OWN_CHARACTERS) || node, rowKey: `${node}|${cluster}` };
}

/** The writes that make nodes findable by their bare names, in batches of one partition each. */
export function nameBatches(nodes: readonly string[], cluster: string): TransactionAction[][] {
  const keys = [...new Set(nodes)].map((node) => nameKey(node, cluster));
  return [...Map.groupBy(keys, ({ partitionKey }) => partitionKey).values()].map((group) =>
    group.map((key): TransactionAction => ['upsert', key, 'Replace']),
  );
}

/** The clusters that have, or had, a node of that name. */
export async function clustersOfName(tables: Tables, node: string): Promise<string[]> {
  const names = await tables.open('names');
  const rows = await readRange(names, nameKey(node, '').partitionKey, prefixed(`${node}|`));
  return rows.map(({ rowKey }) => rowKey.slice(node.length + 1));
}

/** Makes nodes of a cluster findable by their bare names. */
export async function writeNames(tables: Tables, cluster: string, nodes: readonly string[]): Promise<void> {
  if (nodes.length === 0) return;
  const names = await tables.open('names');
  const limit = pLimit(CONCURRENT_WRITES);
  await Promise.all(nameBatches(nodes, cluster).map((batch) => limit(() => writeBatch(names, batch))));
}
