import type { TransactionAction } from '@azure/data-tables';
import type { ProbeResult } from '../model/node-state.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import type { Served } from '../model/verdict.ts';
import { type Columns, oneOf, optionalNumber, readColumns, reason, text, writeColumns } from './columns.ts';
import { newestFirst, resultsTableOf, type Tables, timeOfKey } from './open-tables.ts';
import { type Row, readRange, readRow, writeBatch } from './rows.ts';
import { servedColumn } from './served-column.ts';

/** One probe of a node, as it was recorded. */
export interface ResultRow {
  /** What its key ends with: `<newest first>|<nonce>`. */
  place: string;
  at: string;
  verdict: 'reachable' | 'unreachable' | 'unknown';
  reason: ReasonCode;
  message: string;
  latencyMs: number | undefined;
  served?: Served;
  sweep: string;
  evidence: string;
}

const TABLES_AT_ONCE = 31;

/** The columns of a result, declared once; the stage is for those who read the table alone. */
const columns: Columns<Omit<ResultRow, 'place'> & { node: string; stage: string }> = {
  node: text,
  at: text,
  verdict: oneOf('unknown', 'reachable', 'unreachable'),
  reason,
  stage: text,
  message: text,
  latencyMs: optionalNumber,
  served: servedColumn,
  sweep: text,
  evidence: text,
};

function toResultRow(row: Row): ResultRow {
  const { node: _, stage: __, ...result } = readColumns(columns, row);
  const place = row.rowKey.split('|').slice(1).join('|');
  return { ...result, place, at: timeOfKey(place.split('|')[0]) };
}

/** A result that is to be recorded. */
export interface NewResult {
  node: string;
  result: ProbeResult;
  /** What the node or Azure said, redacted. */
  evidence: string;
}

/** Writes one row for each result into the table of its day; a second delivery writes the same row again. */
export async function writeResults(tables: Tables, cluster: string, results: readonly NewResult[]): Promise<void> {
  const byTable = Map.groupBy(results, ({ result }) => resultsTableOf(result.at));
  for (const [name, group] of byTable) {
    const actions = group.map(({ node, result, evidence }): TransactionAction => {
      const { stage } = reasons[result.reason];
      const isWell = result.verdict === 'reachable' && result.served?.ok !== false;
      const row = { ...result, latencyMs: result.latencyMs, node, stage, evidence: isWell ? '' : evidence };
      const rowKey = `${node}|${newestFirst(result.at)}|${result.nonce}`;
      return ['upsert', { partitionKey: cluster, rowKey, ...writeColumns(columns, row) }, 'Replace'];
    });
    await writeBatch(await tables.open(name), actions);
  }
}

/** Reads the one result of a probe; undefined where it is not recorded. */
export async function readResult(
  tables: Tables,
  { cluster, node }: { cluster: string; node: string },
  { at, nonce }: { at: string; nonce: string },
): Promise<ResultRow | undefined> {
  const row = await readRow(await tables.open(resultsTableOf(at)), cluster, `${node}|${newestFirst(at)}|${nonce}`);
  return row && toResultRow(row);
}

/**
 * Reads results of a node, newest first, day by day.
 *
 * @param since - the oldest moment that is wanted; there are none from before it.
 * @param after - the place after which to begin.
 * @returns up to `most` rows, and after which place to go on where there may be more.
 */
export async function readResults(
  tables: Tables,
  { cluster, node }: { cluster: string; node: string },
  { since, after, most }: { since: Date; after?: string; most: number },
): Promise<{ rows: ResultRow[]; after?: string }> {
  const newest = after === undefined ? '~' : resultsTableOf(timeOfKey(after.split('|')[0]));
  // Only tables that are there: opening another day's would make it.
  const days = (await tables.dated('results')).filter((name) => name <= newest && name >= resultsTableOf(since.toISOString()));
  // Behind every key of that moment.
  const to = `${node}|${newestFirst(since.toISOString())}~`;
  const rows: ResultRow[] = [];
  for (const day of days.sort().reverse().slice(0, TABLES_AT_ONCE)) {
    const from = after === undefined ? `${node}|` : `${node}|${after}!`;
    const read = await readRange(await tables.open(day), cluster, { from, to, most: most - rows.length });
    rows.push(...read.map(toResultRow));
    if (rows.length === most) return { rows, after: rows.at(-1)!.place };
  }
  const last = days[TABLES_AT_ONCE - 1];
  if (days.length <= TABLES_AT_ONCE || last === undefined) return { rows };
  return { rows, after: `${newestFirst(last.replace(/^results(....)(..)(..)$/, '$1-$2-$3'))}|~` };
}
