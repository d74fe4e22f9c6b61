import { odata, type TransactionAction } from '@azure/data-tables';
import { commonFactor } from '../history/common-factors.ts';
import { logEntry } from '../history/log.ts';
import type { Outage } from '../history/outage.ts';
import { rankedReason } from '../model/rank-reasons.ts';
import * as z from '../zod.ts';
import {
  type Columns,
  count,
  json,
  optionalJson,
  optionalLongJson,
  optionalText,
  readColumns,
  reason,
  text,
  timeOr,
  writeColumns,
  writeSome,
} from './columns.ts';
import { newestFirst, type Tables, timeOfKey } from './open-tables.ts';
import { prefixed, type Row, readRange, readRow } from './rows.ts';
import { searchColumns } from './search-columns.ts';

/** An outage with what is needed to change its row. */
export interface OutageRow {
  outage: Outage;
  etag: string;
}

const rowKeyOf = (node: string | undefined, start: string) => `outage|${node ?? '*'}|${newestFirst(start)}`;

const episodes = z.readonly(z.array(z.object({ start: z.string(), end: z.optional(z.string()) })));
const at = z.optional(z.string());
const delivered = z.record(
  z.string(),
  z.object({
    started: z.number(),
    ended: z.number(),
    tried: z.optional(z.number()),
    triedEnd: z.optional(z.number()),
    startedAt: at,
    endedAt: at,
  }),
);
const counts = z.object({ failing: z.number(), conclusive: z.number(), planned: z.number(), most: z.number() });
const entries = json(z.readonly(z.array(logEntry)), []);

/** The columns of an outage, declared once; `nodes` to `commonFactors` are of an outage of a cluster alone. */
const columns: Columns<Omit<Outage, 'cluster'>> = {
  node: optionalText,
  resourceId: optionalText,
  os: optionalText,
  start: text,
  end: optionalText,
  reason,
  message: text,
  episode: count,
  episodes: json(episodes, []),
  openedAt: text,
  startLogs: entries,
  endLogs: entries,
  covered: count,
  maintained: count,
  delivered: json(delivered, {}),
  nodes: optionalLongJson(z.readonly(z.array(z.string()))),
  counts: optionalJson(counts),
  reasons: optionalJson(z.readonly(z.array(rankedReason))),
  commonFactors: optionalJson(z.readonly(z.array(commonFactor))),
  ...searchColumns,
};

/** Reads an outage out of its row. */
export function toOutageRow(row: Row & { etag: string }): OutageRow {
  const read = readColumns(columns, row);
  // An outage that cannot be sent or written under its key would stop its cluster: times and numbers are always some. The key holds the start too.
  const start = timeOr(read.start, timeOfKey(row.rowKey.split('|')[2]));
  const end = read.end && timeOr(read.end, start);
  const { nodes = [], reasons = [], commonFactors = [], counts: counted, ...own } = read;
  const known = {
    ...own,
    cluster: row.partitionKey,
    start,
    end,
    episode: Math.max(1, Math.trunc(read.episode)),
    episodes: read.episodes.length === 0 ? [{ start, end }] : read.episodes,
    openedAt: timeOr(read.openedAt, start),
  };
  return { etag: row.etag, outage: read.node === undefined ? { ...known, nodes, reasons, commonFactors, counts: counted } : known };
}

const toRow = (outage: Outage, archived: boolean): Row => ({
  partitionKey: outage.cluster,
  rowKey: rowKeyOf(outage.node, outage.start),
  ...writeColumns(columns, outage),
  archived,
});

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

/** Notes in an outage what a search found, and leaves the rest of its row. It holds only while the row is as it was read. */
export function noteSearch({ outage, etag }: OutageRow, found: Pick<Outage, 'findings' | 'changes' | 'searchedAt'>): TransactionAction {
  const { findings, changes, searchedAt } = found;
  const key = { partitionKey: outage.cluster, rowKey: rowKeyOf(outage.node, outage.start) };
  return ['update', { ...key, ...writeSome(columns, { findings, changes, searchedAt }) }, 'Merge', { etag }];
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
