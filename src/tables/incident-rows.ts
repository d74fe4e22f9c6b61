import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TransactionAction } from '@azure/data-tables';
import { type FrozenWords, frozenWords } from '../history/frozen-words.ts';
import type { Incident } from '../history/incidents.ts';
import { sharedFactors } from '../history/shared-factor.ts';
import type { PendingSight } from '../history/sight.ts';
import { type Finding, finding } from '../model/finding.ts';
import { SKEW_MS } from '../model/schedule.ts';
import * as z from '../zod.ts';
import {
  type Column,
  type Columns,
  count,
  flag,
  json,
  oneOf,
  optionalJson,
  optionalOneOf,
  optionalText,
  readColumns,
  reason,
  text,
  timeOr,
  writeColumns,
} from './columns.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRange, readRow } from './rows.ts';
import { updateRow } from './update-row.ts';

const PARTITION = 'incidents';
const MOST_NAMES_BYTES = 20_000_000;
/** Sorts before every id of an incident. */
const GUARD = '!guard';

/** An incident as it is stored, with what people are told of it. */
export interface StoredIncident extends Incident {
  /** What explains most of its members, as a search found it. */
  finding?: Finding;
  words?: FrozenWords;
  /** How loud it is; it settles with the words. */
  severity?: '0' | '1';
  /** When a cluster joined it last. */
  grownAt: string;
  /** When it was judged last. */
  judgedAt: string;
  /** Whether it is over and everybody knows: nothing is sent of it any more. */
  closed: boolean;
}

/** What judging incidents remembers, whose ETag lets one judge at a time write. */
export interface IncidentGuard {
  /** The newest sweep by whose completion incidents were judged. */
  sweep: string;
  /** Until when what they were judged on between two completions was read. */
  mark: string;
  /** When somebody last took the turn to do so. */
  turn: string;
  pending?: PendingSight;
}

/** Names in as many properties as they need, compressed: those of thousands of clusters do not fit in a row as they are. */
const packedNames: Column<readonly string[]> = {
  read: (row, name) => {
    try {
      const packed = Buffer.from(fromLongJson(z.string(), name, row, ''), 'base64');
      return z.array(z.string()).parse(JSON.parse(inflateRawSync(packed, { maxOutputLength: MOST_NAMES_BYTES }).toString()));
    } catch {
      return [];
    }
  },
  write: (value, name) => toLongJson(name, deflateRawSync(JSON.stringify(value)).toString('base64')),
};

const at = z.optional(z.string());
const marks = z.record(z.string(), z.object({ since: z.string(), started: z.boolean(), ended: z.boolean(), startedAt: at, endedAt: at }));
const counts = z.object({ affected: z.number(), inside: z.number(), elsewhereAffected: z.number(), elsewhere: z.number() });

const columns: Columns<Omit<StoredIncident, 'subject'>> = {
  since: text,
  until: optionalText,
  delivered: json(marks, {}),
  sweep: text,
  kind: oneOf('outage', 'unseen'),
  factor: oneOf(...sharedFactors),
  value: text,
  reason,
  members: packedNames,
  open: packedNames,
  blind: count,
  counts: json(counts, { affected: 0, inside: 0, elsewhereAffected: 0, elsewhere: 0 }),
  most: count,
  nodes: count,
  planned: count,
  wide: flag,
  below: optionalJson(z.object({ sweep: z.string(), at: z.string() })),
  finding: optionalJson(finding),
  words: optionalJson(frozenWords),
  severity: optionalOneOf('0', '1'),
  grownAt: text,
  judgedAt: text,
  closed: flag,
};

const guardColumns: Columns<IncidentGuard> = {
  sweep: text,
  mark: text,
  turn: text,
  pending: optionalJson(z.object({ sweep: z.string(), since: z.string() })),
};

export interface IncidentRow {
  incident: StoredIncident;
  etag: string;
}

/** Whether two are the same but for when they were judged. */
export const isSameIncident = (one: StoredIncident, other: StoredIncident): boolean =>
  JSON.stringify(writeColumns(columns, { ...one, judgedAt: '' })) === JSON.stringify(writeColumns(columns, { ...other, judgedAt: '' }));

const toRow = ({ subject, ...each }: StoredIncident) => ({ partitionKey: PARTITION, rowKey: subject, ...writeColumns(columns, each) });
const writeOf = (row: Row, etag: string | undefined): TransactionAction =>
  etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];

const NEVER = new Date(0).toISOString();

/** A time that is none would stop the notifications of all other incidents. */
function toIncident(row: Row): StoredIncident {
  const { since, until, ...read } = readColumns(columns, row);
  return { subject: row.rowKey, ...read, since: timeOr(since, NEVER), until: until && timeOr(until, NEVER) };
}

/** Reads what incidents are judged on: those that are not closed, and the guard; `etag` is undefined where there is none yet. */
export async function readForJudging(tables: Tables): Promise<{ guard: IncidentGuard; etag: string | undefined; rows: IncidentRow[] }> {
  const all = await readRange(await tables.open('clusters'), PARTITION, { filter: 'closed eq false' });
  const guard = all.find(({ rowKey }) => rowKey === GUARD);
  const rows = all.filter(({ rowKey }) => rowKey !== GUARD).map((row) => ({ incident: toIncident(row), etag: row.etag }));
  return { guard: readColumns(guardColumns, guard ?? {}), etag: guard?.etag, rows };
}

/**
 * Writes incidents with the guard, in one batch: one judge at a time.
 *
 * @param etag - of the guard as it was read; undefined where there was none.
 * @throws RestError where another judge was faster, see `isLostWrite`.
 */
export async function writeIncidents(
  tables: Tables,
  guard: IncidentGuard,
  etag: string | undefined,
  changed: readonly { incident: StoredIncident; etag?: string }[],
): Promise<void> {
  const own = { partitionKey: PARTITION, rowKey: GUARD, closed: false, ...writeColumns(guardColumns, guard) };
  const rows = changed.map((each): TransactionAction => writeOf(toRow(each.incident), each.etag));
  await (await tables.open('clusters')).submitTransaction([writeOf(own, etag), ...rows]);
}

/** Writes one incident as it was read. */
export async function writeIncident(tables: Tables, incident: StoredIncident, etag: string): Promise<void> {
  await (await tables.open('clusters')).updateEntity(toRow(incident), 'Replace', { etag });
}

/** Reads the incidents that are open. */
export async function readOpenIncidents(tables: Tables): Promise<StoredIncident[]> {
  const rows = await readRange(await tables.open('clusters'), PARTITION, { filter: "closed eq false and until eq ''" });
  return rows.map(toIncident);
}

/** Reads all incidents that are kept, the newest first. */
export async function readIncidents(tables: Tables): Promise<StoredIncident[]> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  return rows
    .filter(({ rowKey }) => rowKey !== GUARD)
    .map(toIncident)
    .reverse();
}

/** Reads one incident; undefined if there is none, or not any more. */
export async function readIncident(tables: Tables, id: string): Promise<StoredIncident | undefined> {
  if (id === GUARD) return undefined;
  const row = await readRow(await tables.open('clusters'), PARTITION, id);
  return row && toIncident(row);
}

/** Deletes incidents that were over before a time. */
export async function pruneIncidents(tables: Tables, before: string): Promise<void> {
  const clusters = await tables.open('clusters');
  const old = (await readRange(clusters, PARTITION, { select: ['RowKey', 'until', 'closed'] })).filter(
    ({ closed, until }) => closed === true && typeof until === 'string' && until !== '' && until < before,
  );
  for (const { partitionKey, rowKey } of old) await clusters.deleteEntity(partitionKey, rowKey);
}

const timeIn = (row: Readonly<Record<string, unknown>> | undefined, name: string) =>
  timeOr(String(row?.[name] ?? ''), new Date(0).toISOString());

/** Until when what incidents were judged on last was read; the beginning of time where they never were. */
export async function readIncidentMark(tables: Tables): Promise<string> {
  return timeIn(await readRow(await tables.open('clusters'), PARTITION, GUARD, ['mark']), 'mark');
}

/**
 * Acquires the turn to judge incidents now.
 *
 * @param apartMs - two turns are so many milliseconds apart.
 * @returns undefined if it is this caller's turn, else when the next one may be.
 */
export async function acquireJudging(tables: Tables, now: Date, apartMs: number): Promise<Date | undefined> {
  let next: Date | undefined;
  await updateRow(await tables.open('clusters'), PARTITION, GUARD, (row) => {
    const due = Date.parse(timeIn(row, 'turn')) + apartMs;
    // A turn that is further ahead than any can be is none of ours, and must not keep everybody from judging.
    next = due > now.getTime() && due <= now.getTime() + apartMs + SKEW_MS ? new Date(due) : undefined;
    return next === undefined ? { merge: { closed: false, ...guardColumns.turn.write(now.toISOString(), 'turn') } } : undefined;
  });
  return next;
}
