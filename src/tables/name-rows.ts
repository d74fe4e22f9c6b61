import type { TableClient, TransactionAction } from '@azure/data-tables';
import { prefixed, readRange } from './rows.ts';

/** The nodes of a scale set differ in the last six characters of their names: they share a partition, so that their names are written in batches. */
const OWN_CHARACTERS = 6;

/** The key of a node's name in one cluster. */
export function nameKey(node: string, cluster: string): { partitionKey: string; rowKey: string } {
  return { partitionKey: node.slice(0, -OWN_CHARACTERS) || node, rowKey: `${node}|${cluster}` };
}

/** Writes that let nodes be found by their bare names, in batches of one partition each. */
export function nameBatches(nodes: readonly string[], cluster: string): TransactionAction[][] {
  const keys = [...new Set(nodes)].map((node) => nameKey(node, cluster));
  return [...Map.groupBy(keys, ({ partitionKey }) => partitionKey).values()].map((group) =>
    group.map((key): TransactionAction => ['upsert', key, 'Replace']),
  );
}

/** The clusters that have, or had, a node of that name. */
export async function clustersOfName(names: TableClient, node: string): Promise<string[]> {
  const rows = await readRange(names, nameKey(node, '').partitionKey, prefixed(`${node}|`));
  return rows.map(({ rowKey }) => rowKey.slice(node.length + 1));
}
