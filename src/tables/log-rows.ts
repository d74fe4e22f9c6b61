import type { TransactionAction } from '@azure/data-tables';
import { logEntry, type NodeLog } from '../history/log.ts';
import * as z from '../zod.ts';
import { type Columns, json, readColumns, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange } from './rows.ts';

const entries = json(z.readonly(z.array(logEntry)), []);

/** The columns of a node's log, declared once. */
const columns: Columns<NodeLog> = { successes: entries, failures: entries };

/** Reads the logs of some nodes, by name. */
export async function readLogs(tables: Tables, cluster: string, nodes: readonly string[]): Promise<Map<string, NodeLog>> {
  const sorted = [...nodes].sort();
  const wanted = new Set(nodes);
  const rows = await readRange(await tables.open('fleet'), cluster, { from: `log|${sorted[0]}`, to: `log|${sorted.at(-1)}!` });
  const logs = rows.map((row) => [row.rowKey.slice('log|'.length), readColumns(columns, row)] as const);
  return new Map(logs.filter(([node]) => wanted.has(node)));
}

/** Writes a node's log. */
export function putLog(cluster: string, node: string, log: NodeLog): TransactionAction {
  return ['upsert', { partitionKey: cluster, rowKey: `log|${node}`, ...writeColumns(columns, log) }, 'Replace'];
}
