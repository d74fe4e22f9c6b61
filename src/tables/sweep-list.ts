import { type Ledger, ledger } from '../model/ledger.ts';
import { formatSweepId, SKEW_MS } from '../model/schedule.ts';
import { type Starter, starter } from '../model/starter.ts';
import * as z from '../zod.ts';
import { optionalTime, time } from './columns.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { newestFirst, sweepsTableOf, type Tables, timeOfKey } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { insertOnce, type Row, readRange, readRow } from './rows.ts';

const sentences = z.array(z.string());

/** Sweeps that are looked through for the last completed one, as a rule and where none of those is. */
const LOOKED_AT = [4, 50];

/** A line in the list of sweeps. */
export interface SweepLine {
  sweep: string;
  startedAt: string;
  completedAt?: string;
  ledger?: Ledger;
  /** What is wrong with the settings or with access, as sentences; absent until the sweep is complete. */
  warnings?: string[];
  /** Who began it; absent for the timer. */
  starter?: Starter;
  /** The person who asked for it, if one did. */
  requestedBy?: string;
  /** Where a stand-in began it: the first sweep that the timer did not start. */
  timerMissedSince?: string;
}

/** What is known of a sweep from its start on. */
type StartOfLine = Pick<SweepLine, 'starter' | 'requestedBy' | 'timerMissedSince'>;
type CompletedLine = Required<Omit<SweepLine, keyof StartOfLine>> & Pick<SweepLine, 'starter'>;

/** Completes a sweep, once: its `completed` row, then its line in the list. Returns whether this call completed it. */
export async function insertCompleted(tables: Tables, line: CompletedLine): Promise<boolean> {
  const { sweep, startedAt, completedAt, starter: who = 'timer' } = line;
  const rows = await tables.open('sweeps');
  const properties = {
    startedAt,
    completedAt,
    starter: who,
    ledger: JSON.stringify(line.ledger),
    ...toLongJson('warnings', line.warnings),
  };
  if (!(await insertOnce(rows, { partitionKey: sweep, rowKey: 'completed', ...properties }))) return false;
  await writeLine(tables, sweep, properties);
  return true;
}

/** Inserts the line of a sweep that starts, once. */
export async function insertLine(tables: Tables, sweep: string, startedAt: string, start: StartOfLine = {}): Promise<void> {
  const list = await tables.open(sweepsTableOf(sweep));
  await insertOnce(list, { partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, startedAt, ...start });
}

async function writeLine(tables: Tables, sweep: string, properties: Record<string, unknown>): Promise<void> {
  const list = await tables.open(sweepsTableOf(sweep));
  await list.upsertEntity({ partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, ...properties }, 'Merge');
}

/**
 * Writes the line of a completed sweep again: the process that completed it may have died before.
 *
 * @returns whether the sweep is complete.
 */
export async function repairLine(tables: Tables, sweep: string): Promise<boolean> {
  const row = await readRow(await tables.open('sweeps'), sweep, 'completed');
  if (row === undefined) return false;
  const { startedAt, completedAt, starter: who, ledger: stored } = row;
  const warnings = fromLongJson(sentences, 'warnings', row, []);
  await writeLine(tables, sweep, { startedAt, completedAt, starter: who, ledger: stored, ...toLongJson('warnings', warnings) });
  return true;
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** The id of the sweep of a row, whatever the row holds: its key is made of it. */
function sweepOf({ sweep, rowKey }: Row): string {
  return typeof sweep === 'string' && newestFirst(sweep) === rowKey ? sweep : formatSweepId(new Date(timeOfKey(rowKey)));
}

function toLine(row: Row): SweepLine {
  const sweep = sweepOf(row);
  return {
    sweep,
    startedAt: time.read(row, 'startedAt') || sweep,
    completedAt: optionalTime.read(row, 'completedAt'),
    ledger: readJson(ledger, row.ledger, undefined),
    warnings: optionalTime.read(row, 'completedAt') ? fromLongJson(sentences, 'warnings', row, []) : undefined,
    starter: starter.safeParse(row.starter).data,
    requestedBy: textOf(row.requestedBy),
    timerMissedSince: optionalTime.read(row, 'timerMissedSince'),
  };
}

/** Reads rows of sweeps, newest first, from this month's and last month's list; a sweep of the next month may begin a little before it. */
async function readLines(tables: Tables, now: Date, most: number, range: { from?: string; select?: string[] } = {}) {
  const newest = new Date(now.getTime() + SKEW_MS);
  const months = [newest, new Date(Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth(), 0))];
  const rows: Row[] = [];
  for (const month of months) {
    if (rows.length >= most) break;
    const list = await tables.open(sweepsTableOf(month.toISOString()));
    // A line of a sweep that has yet to come is none of ours, and would hide all others.
    rows.push(
      ...(await readRange(list, 'sweeps', { ...range, from: range.from || newestFirst(newest.toISOString()), most: most - rows.length })),
    );
  }
  return rows;
}

/**
 * Lists sweeps, newest first, from this month's and last month's list.
 *
 * @param before - only those older than this sweep.
 */
export async function listSweeps(tables: Tables, now: Date, most: number, before?: string): Promise<SweepLine[]> {
  // The next key after that of the sweep.
  const from = before === undefined ? '' : `${newestFirst(before)}!`;
  return (await readLines(tables, now, most, { from })).map(toLine);
}

/** Reads the line of one sweep; undefined where it is not in this month's or last month's list. */
export async function readLine(tables: Tables, now: Date, sweep: string): Promise<SweepLine | undefined> {
  const [row] = await readLines(tables, now, 1, { from: newestFirst(sweep) });
  return row !== undefined && sweepOf(row) === sweep ? toLine(row) : undefined;
}

/** The id of the newest sweep, complete or not, without reading what came of it. */
export async function newestSweep(tables: Tables, now: Date): Promise<string | undefined> {
  const [row] = await readLines(tables, now, 1, { select: ['sweep', 'RowKey'] });
  return row && sweepOf(row);
}

/** The newest sweep that is complete; undefined where none of the newest is. */
export async function lastCompleted(tables: Tables, now: Date): Promise<(SweepLine & { completedAt: string }) | undefined> {
  const isCompleted = (line: SweepLine): line is SweepLine & { completedAt: string } => line.completedAt !== undefined;
  for (const most of LOOKED_AT) {
    const found = (await listSweeps(tables, now, most)).find(isCompleted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** When the newest sweep that is complete was completed, without reading what came of it; undefined where none of the newest is. */
export async function lastCompletedAt(tables: Tables, now: Date): Promise<string | undefined> {
  for (const most of LOOKED_AT) {
    const rows = await readLines(tables, now, most, { select: ['completedAt'] });
    const [newest] = rows.flatMap((row) => optionalTime.read(row, 'completedAt') ?? []);
    if (newest !== undefined) return newest;
  }
  return undefined;
}
