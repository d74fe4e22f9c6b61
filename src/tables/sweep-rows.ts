import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type ClusterFacts, clusterFacts } from '../fleet/list-managed-clusters.ts';
import { parseClusterId } from '../fleet/resource-id.ts';
import { type ReasonCode, reasonCode } from '../probe/reasons.ts';
import { emptyLedger, type Ledger, ledger, type Plan, plan, type Tally, tally } from '../sweep/ledger.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { newestFirst, sweepsTableOf, type Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { insertOnce, readRange, readRow } from './rows.ts';

/** A subscription's part of a sweep: its clusters, or why it could not be read. */
export interface SubscriptionRow {
  subscription: string;
  clusters: ClusterFacts[];
  /** The globs of the selection that match any of them. */
  matched: string[];
  gap?: ReasonCode;
  detail?: string;
}

/** A sweep as it stands in its partition. */
export interface SweepRows {
  subscriptions?: string[];
  startedAt?: string;
  listed: SubscriptionRow[];
  sealed: Map<string, Ledger>;
  completed: boolean;
}

const names = z.array(z.string());
const ledgerOf = (value: unknown) => readJson(ledger, value, undefined);

/** Inserts the sweep's own row and its line in the list of sweeps, once. Returns the subscriptions that count: the stored ones. */
export async function insertSweep(tables: Tables, sweep: string, subscriptions: readonly string[], now: string): Promise<string[]> {
  const rows = await tables.open('sweeps');
  await insertOnce(rows, { partitionKey: sweep, rowKey: 'sweep', startedAt: now, ...toLongJson('subscriptions', subscriptions) });
  const list = await tables.open(sweepsTableOf(sweep));
  await insertOnce(list, { partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, startedAt: now });
  const stored = await readRow(rows, sweep, 'sweep');
  return fromLongJson(names, 'subscriptions', stored ?? {}, []);
}

/** Inserts a subscription's row, once, and returns the stored one. */
export async function insertSubscription(table: TableClient, sweep: string, row: SubscriptionRow): Promise<SubscriptionRow> {
  const { subscription, clusters, matched, gap, detail } = row;
  const rowKey = `subscription|${subscription}`;
  const properties = { gap: gap ?? '', detail: detail ?? '', ...toLongJson('clusters', clusters), ...toLongJson('matched', matched) };
  if (await insertOnce(table, { partitionKey: sweep, rowKey, ...properties })) return row;
  return (await readSubscription(table, sweep, subscription)) ?? row;
}

function toSubscriptionRow(row: Record<string, unknown> & { rowKey: string }): SubscriptionRow {
  return {
    subscription: row.rowKey.slice('subscription|'.length),
    clusters: fromLongJson(z.array(clusterFacts), 'clusters', row, []),
    matched: fromLongJson(names, 'matched', row, []),
    gap: row.gap ? reasonCode.parse(row.gap) : undefined,
    detail: row.detail ? String(row.detail) : undefined,
  };
}

/** Reads a subscription's row of a sweep. */
export async function readSubscription(table: TableClient, sweep: string, subscription: string): Promise<SubscriptionRow | undefined> {
  const row = await readRow(table, sweep, `subscription|${subscription}`);
  return row && toSubscriptionRow(row);
}

/** Reads what a sweep knows of one cluster; undefined where its subscription was not listed, or not with it. */
export async function readClusterFacts(table: TableClient, sweep: string, cluster: string): Promise<ClusterFacts | undefined> {
  const subscription = parseClusterId(cluster)?.subscriptionId ?? '';
  return (await readSubscription(table, sweep, subscription))?.clusters.find((each) => each.cluster === cluster);
}

/** Reads all of a sweep but its plans and tallies. */
export async function readSweep(table: TableClient, sweep: string): Promise<SweepRows> {
  const rows = await readRange(table, sweep);
  const own = rows.find((row) => row.rowKey === 'sweep');
  return {
    subscriptions: own && fromLongJson(names, 'subscriptions', own, []),
    startedAt: own && String(own.startedAt),
    listed: rows.filter((row) => row.rowKey.startsWith('subscription|')).map(toSubscriptionRow),
    sealed: new Map(
      rows
        .filter((row) => row.rowKey.startsWith('sealed|'))
        .map((row) => [row.rowKey.slice('sealed|'.length), ledgerOf(row.ledger) ?? emptyLedger]),
    ),
    completed: rows.some((row) => row.rowKey === 'completed'),
  };
}

/** Seals a cluster, once: its ledger is complete. Returns the stored ledger, and whether this call sealed it. */
export async function insertSealed(
  table: TableClient,
  sweep: string,
  cluster: string,
  own: Ledger,
): Promise<{ stored: Ledger; first: boolean }> {
  const rowKey = `sealed|${cluster}`;
  if (await insertOnce(table, { partitionKey: sweep, rowKey, ledger: JSON.stringify(own) })) return { stored: own, first: true };
  return { stored: ledgerOf((await readRow(table, sweep, rowKey))?.ledger) ?? own, first: false };
}

const planPartition = (sweep: string, cluster: string) => `${sweep}|${cluster}`;

/** What a slice needs of its cluster's plan. */
export type PlanHead = Pick<Plan, 'region' | 'due'>;

/** Inserts a cluster's plan, once, and returns the stored one: whoever comes second follows the first. */
export async function insertPlan(table: TableClient, sweep: string, cluster: string, planned: Plan): Promise<Plan> {
  const { region, due } = planned;
  const row = { partitionKey: planPartition(sweep, cluster), rowKey: 'plan', region, due, ...toLongJson('plan', planned) };
  if (await insertOnce(table, row)) return planned;
  return (await readPlan(table, sweep, cluster)) ?? planned;
}

/** Reads a cluster's plan. */
export async function readPlan(table: TableClient, sweep: string, cluster: string): Promise<Plan | undefined> {
  const row = await readRow(table, planPartition(sweep, cluster), 'plan');
  return row && fromLongJson(plan, 'plan', row, undefined);
}

/** Reads the head of a cluster's plan, which is short however many nodes are planned. */
export async function readPlanHead(table: TableClient, sweep: string, cluster: string): Promise<PlanHead | undefined> {
  const row = await readRow(table, planPartition(sweep, cluster), 'plan', ['region', 'due']);
  return row && { region: String(row.region), due: String(row.due) };
}

/** What is known of a cluster in a sweep. */
export interface PlanAndTallies {
  planned?: Plan;
  /** By slice. */
  tallies: Map<string, Tally>;
  /** When each slice was started. */
  started: Map<string, string>;
  /** Slices whose collection was enqueued once more. */
  recollected: Set<string>;
}

/** Reads a cluster's plan and tallies. */
export async function readPlanAndTallies(table: TableClient, sweep: string, cluster: string): Promise<PlanAndTallies> {
  const rows = await readRange(table, planPartition(sweep, cluster));
  const own = rows.find((row) => row.rowKey === 'plan');
  const tallies = rows.filter((row) => row.rowKey.startsWith('tally|'));
  return {
    planned: own && fromLongJson(plan, 'plan', own, undefined),
    tallies: new Map(tallies.map((row) => [row.rowKey.slice('tally|'.length), fromLongJson(tally, 'tally', row, {})])),
    started: new Map(
      rows.filter((row) => row.rowKey.startsWith('started|')).map((row) => [row.rowKey.slice('started|'.length), String(row.at)]),
    ),
    recollected: new Set(rows.filter((row) => row.rowKey.startsWith('recollected|')).map((row) => row.rowKey.slice('recollected|'.length))),
  };
}

/** Inserts a slice's tally, once. */
export function insertTally(table: TableClient, sweep: string, cluster: string, slice: string, outcomes: Tally): Promise<boolean> {
  return insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `tally|${slice}`, ...toLongJson('tally', outcomes) });
}

/** Notes when a slice was started: until then its collection is not missing. */
export async function markStarted(table: TableClient, sweep: string, cluster: string, slice: string, at: string): Promise<void> {
  await insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `started|${slice}`, at });
}

/** Notes that a slice's collection was enqueued once more. */
export async function markRecollected(table: TableClient, sweep: string, cluster: string, slice: string): Promise<void> {
  await insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `recollected|${slice}` });
}

/** Whether a slice's tally is in. */
export async function hasTally(table: TableClient, sweep: string, cluster: string, slice: string): Promise<boolean> {
  return (await readRow(table, planPartition(sweep, cluster), `tally|${slice}`, ['rowKey'])) !== undefined;
}

/** A line in the list of sweeps. */
export interface SweepLine {
  sweep: string;
  startedAt: string;
  completedAt?: string;
  coverage?: number;
  ledger?: Ledger;
  /** What is wrong with the settings or with access, as sentences; absent until the sweep is complete. */
  warnings?: string[];
}

/** Completes a sweep, once: its `completed` row, then its line in the list. Returns whether this call completed it. */
export async function insertCompleted(tables: Tables, line: Required<SweepLine>): Promise<boolean> {
  const { sweep, startedAt, completedAt, coverage } = line;
  const rows = await tables.open('sweeps');
  const properties = { startedAt, completedAt, coverage, ledger: JSON.stringify(line.ledger), ...toLongJson('warnings', line.warnings) };
  if (!(await insertOnce(rows, { partitionKey: sweep, rowKey: 'completed', ...properties }))) return false;
  await writeLine(tables, sweep, properties);
  return true;
}

async function writeLine(tables: Tables, sweep: string, properties: Record<string, unknown>): Promise<void> {
  const list = await tables.open(sweepsTableOf(sweep));
  await list.upsertEntity({ partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, ...properties }, 'Merge');
}

/** Writes the line of a completed sweep again: the process that completed it may have died before. */
export async function repairLine(tables: Tables, sweep: string): Promise<void> {
  const row = await readRow(await tables.open('sweeps'), sweep, 'completed');
  if (row === undefined) return;
  const { startedAt, completedAt, coverage, ledger: stored } = row;
  const warnings = fromLongJson(names, 'warnings', row, []);
  await writeLine(tables, sweep, { startedAt, completedAt, coverage, ledger: stored, ...toLongJson('warnings', warnings) });
}

/**
 * Lists sweeps, newest first, from this month's and last month's list.
 *
 * @param before - only those older than this sweep.
 */
export async function listSweeps(tables: Tables, now: Date, most: number, before?: string): Promise<SweepLine[]> {
  const months = [now, new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0))];
  // The next key after that of the sweep.
  const from = before === undefined ? '' : `${newestFirst(before)}!`;
  const lines: SweepLine[] = [];
  for (const month of months) {
    if (lines.length >= most) break;
    const rows = await readRange(await tables.open(sweepsTableOf(month.toISOString())), 'sweeps', { from, most: most - lines.length });
    lines.push(
      ...rows.map((row) => ({
        sweep: String(row.sweep),
        startedAt: String(row.startedAt),
        completedAt: row.completedAt ? String(row.completedAt) : undefined,
        coverage: typeof row.coverage === 'number' ? row.coverage : undefined,
        ledger: ledgerOf(row.ledger),
        warnings: row.completedAt ? fromLongJson(names, 'warnings', row, []) : undefined,
      })),
    );
  }
  return lines;
}
