import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { emptyLog, type LogEntry, logEntry, type NodeLog } from '../history/log.ts';
import type { Outage } from '../history/outage.ts';
import { isReasonCode } from '../probe/reasons.ts';
import { newestFirst } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { prefixed, type Row, readRange, readRow } from './rows.ts';

/** An outage with what is needed to change its row. */
export interface OutageRow {
  outage: Outage;
  etag: string;
}

const rowKeyOf = (node: string | undefined, start: string) => `outage|${node ?? '*'}|${newestFirst(start)}`;

const entries = (value: unknown): LogEntry[] => readJson(z.array(logEntry), value, []);

function toOutageRow(row: Row & { etag: string }): OutageRow {
  const node = String(row.node ?? '');
  return {
    etag: row.etag,
    outage: {
      cluster: row.partitionKey,
      node: node === '' ? undefined : node,
      start: String(row.start),
      end: row.end ? String(row.end) : undefined,
      reason: isReasonCode(row.reason) ? row.reason : 'Undiagnosed',
      message: String(row.message ?? ''),
      episode: Number(row.episode ?? 1),
      openedAt: String(row.openedAt ?? row.start),
      startLogs: entries(row.startLogs),
      endLogs: entries(row.endLogs),
      announced: String(row.announced ?? '')
        .split(',')
        .filter((event) => event === 'started' || event === 'ended'),
    },
  };
}

/** Whether every event of an outage has been accepted; `settled` in its row lets an assessment find the others. */
function isSettled({ end, announced }: Outage): boolean {
  return announced.includes('started') && (end === undefined || announced.includes('ended'));
}

function toRow(outage: Outage): Row {
  return {
    partitionKey: outage.cluster,
    rowKey: rowKeyOf(outage.node, outage.start),
    node: outage.node ?? '',
    start: outage.start,
    end: outage.end ?? '',
    reason: outage.reason,
    message: outage.message,
    episode: outage.episode,
    openedAt: outage.openedAt,
    startLogs: JSON.stringify(outage.startLogs),
    endLogs: JSON.stringify(outage.endLogs),
    announced: outage.announced.join(','),
    settled: isSettled(outage),
  };
}

/** Writes a new outage. It holds only while there is none with the same subject and start. */
export function insertOutage(outage: Outage): TransactionAction {
  return ['create', toRow(outage)];
}

/** Changes an outage. It holds only while the row is as it was read. */
export function replaceOutage({ outage, etag }: OutageRow): TransactionAction {
  return ['update', toRow(outage), 'Replace', { etag }];
}

/** Reads one outage by its subject and start. */
export async function readOutage(
  fleet: TableClient,
  cluster: string,
  node: string | undefined,
  start: string,
): Promise<OutageRow | undefined> {
  const row = await readRow(fleet, cluster, rowKeyOf(node, start));
  return row && toOutageRow(row as Row & { etag: string });
}

/** Reads outages of a cluster, or of one node of it, newest first for each subject. */
export async function readOutages(
  fleet: TableClient,
  cluster: string,
  { node, which = 'all', most }: { node?: string; which?: 'all' | 'open' | 'unsettled'; most?: number } = {},
): Promise<OutageRow[]> {
  const filter = which === 'open' ? odata`end eq ''` : which === 'unsettled' ? odata`settled eq false` : undefined;
  const rows = await readRange(fleet, cluster, { ...prefixed(node === undefined ? 'outage|' : `outage|${node}|`), filter, most });
  return rows.map((row) => toOutageRow(row as Row & { etag: string }));
}

/** Reads the logs of some nodes, by name. */
export async function readLogs(fleet: TableClient, cluster: string, nodes: readonly string[]): Promise<Map<string, NodeLog>> {
  const sorted = [...nodes].sort();
  const wanted = new Set(nodes);
  const rows = await readRange(fleet, cluster, { from: `log|${sorted[0]}`, to: `log|${sorted.at(-1)}!` });
  const logs = new Map<string, NodeLog>();
  for (const row of rows) {
    const node = row.rowKey.slice('log|'.length);
    if (wanted.has(node)) logs.set(node, { ...emptyLog, successes: entries(row.successes), failures: entries(row.failures) });
  }
  return logs;
}

/** Writes a node's log. */
export function putLog(cluster: string, node: string, log: NodeLog): TransactionAction {
  return [
    'upsert',
    { partitionKey: cluster, rowKey: `log|${node}`, successes: JSON.stringify(log.successes), failures: JSON.stringify(log.failures) },
    'Replace',
  ];
}
