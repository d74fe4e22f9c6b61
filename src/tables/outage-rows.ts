import { odata, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { commonFactor } from '../history/common-factors.ts';
import { emptyLog, type LogEntry, logEntry, type NodeLog } from '../history/log.ts';
import type { Outage } from '../history/outage.ts';
import { rankedReason } from '../model/rank-reasons.ts';
import { reasonCode } from '../model/reasons.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { newestFirst, type Tables, timeOfKey } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { prefixed, type Row, readRange, readRow } from './rows.ts';

/** An outage with what is needed to change its row. */
export interface OutageRow {
  outage: Outage;
  etag: string;
}

const rowKeyOf = (node: string | undefined, start: string) => `outage|${node ?? '*'}|${newestFirst(start)}`;

const entries = (value: unknown): LogEntry[] => readJson(z.array(logEntry), value, []);
const episodes = z.array(z.object({ start: z.string(), end: z.string().optional() }));
const delivered = z.record(z.string(), z.object({ started: z.number(), ended: z.number() }));
const counts = z.object({ failing: z.number(), conclusive: z.number(), planned: z.number(), most: z.number() });

const numberOr = (value: unknown, fallback: number) => Math.trunc(Number(value ?? fallback)) || fallback;
const timeOr = (value: unknown, fallback: string) => (Number.isNaN(Date.parse(String(value))) ? fallback : String(value));
// Its key holds the start too, see newestFirst.
const startOf = ({ rowKey, start }: Row) => timeOr(start, timeOfKey(rowKey.split('|')[2]));

/** Reads an outage out of its row. */
export function toOutageRow(row: Row & { etag: string }): OutageRow {
  const node = String(row.node ?? '');
  // An outage that cannot be sent or written under its key would stop its cluster: times and numbers are always some.
  const start = startOf(row);
  const end = row.end ? timeOr(row.end, start) : undefined;
  const ofCluster = node === '';
  return {
    etag: row.etag,
    outage: {
      cluster: row.partitionKey,
      node: ofCluster ? undefined : node,
      start,
      end,
      reason: reasonCode.parse(row.reason),
      message: String(row.message ?? ''),
      episode: Math.max(1, numberOr(row.episode, 1)),
      episodes: readJson(episodes, row.episodes, [{ start, end }]),
      openedAt: timeOr(row.openedAt, start),
      startLogs: entries(row.startLogs),
      endLogs: entries(row.endLogs),
      covered: numberOr(row.covered, 0),
      delivered: readJson(delivered, row.delivered, {}),
      ...(ofCluster && {
        nodes: fromLongJson(z.array(z.string()), 'nodes', row, []),
        counts: readJson(counts, row.counts, undefined),
        reasons: readJson(z.array(rankedReason), row.reasons, []),
        commonFactors: readJson(z.array(commonFactor), row.commonFactors, []),
      }),
    },
  };
}

function toRow(outage: Outage, archived: boolean): Row {
  const { nodes, commonFactors } = outage;
  return {
    partitionKey: outage.cluster,
    rowKey: rowKeyOf(outage.node, outage.start),
    node: outage.node ?? '',
    start: outage.start,
    end: outage.end ?? '',
    reason: outage.reason,
    message: outage.message,
    episode: outage.episode,
    episodes: JSON.stringify(outage.episodes),
    openedAt: outage.openedAt,
    startLogs: JSON.stringify(outage.startLogs),
    endLogs: JSON.stringify(outage.endLogs),
    covered: outage.covered,
    delivered: JSON.stringify(outage.delivered),
    archived,
    ...(outage.counts && { counts: JSON.stringify(outage.counts) }),
    ...(outage.reasons && { reasons: JSON.stringify(outage.reasons) }),
    ...(commonFactors && { commonFactors: JSON.stringify(commonFactors) }),
    ...(nodes && toLongJson('nodes', nodes)),
  };
}

/** Writes a new outage. It holds only while there is none with the same subject and start. */
export function insertOutage(outage: Outage): TransactionAction {
  return ['create', toRow(outage, false)];
}

/**
 * Changes an outage. It holds only while the row is as it was read.
 *
 * @param archived - it is over, delivered and counted: assessments need not look at it any more.
 */
export function replaceOutage({ outage, etag }: OutageRow, archived = false): TransactionAction {
  return ['update', toRow(outage, archived), 'Replace', { etag }];
}

/** Takes an outage away that a late result disproves, and of which nobody was notified. */
export function deleteOutage({ outage }: OutageRow): TransactionAction {
  return ['delete', { partitionKey: outage.cluster, rowKey: rowKeyOf(outage.node, outage.start) }];
}

/** Reads one outage by its subject and start. */
export async function readOutage(tables: Tables, cluster: string, node: string | undefined, start: string): Promise<OutageRow | undefined> {
  const fleet = await tables.open('fleet');
  const row = await readRow(fleet, cluster, rowKeyOf(node, start));
  return row && toOutageRow(row as Row & { etag: string });
}

/** Reads outages of a cluster, or of one node of it, newest first for each subject. */
export async function readOutages(
  tables: Tables,
  cluster: string,
  { node, which = 'all', most }: { node?: string; which?: 'all' | 'open' | 'active'; most?: number } = {},
): Promise<OutageRow[]> {
  const fleet = await tables.open('fleet');
  const filter = which === 'open' ? odata`end eq ''` : which === 'active' ? odata`archived eq false` : undefined;
  const rows = await readRange(fleet, cluster, { ...prefixed(node === undefined ? 'outage|' : `outage|${node}|`), filter, most });
  return rows.map((row) => toOutageRow(row as Row & { etag: string }));
}

/** Reads the logs of some nodes, by name. */
export async function readLogs(tables: Tables, cluster: string, nodes: readonly string[]): Promise<Map<string, NodeLog>> {
  const fleet = await tables.open('fleet');
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
