import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type ClusterFacts, clusterFacts } from '../fleet/list-managed-clusters.ts';
import { isReasonCode, type ReasonCode } from '../probe/reasons.ts';
import { type Ledger, type Plan, plan, type Tally, tally } from '../sweep/ledger.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { newestFirst, sweepsTableOf, type Tables } from './open-tables.ts';
import { insertOnce, readRange, readRow } from './rows.ts';

/** A subscription's part of a sweep: its clusters, or why it could not be read. */
export interface SubscriptionRow {
  subscription: string;
  clusters: ClusterFacts[];
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

const ledgerOf = (value: unknown) => JSON.parse(String(value)) as Ledger;

/** Inserts the sweep's own row and its line in the list of sweeps, once. Returns the subscriptions that count: the stored ones. */
export async function insertSweep(tables: Tables, sweep: string, subscriptions: readonly string[], now: string): Promise<string[]> {
  const rows = await tables.open('sweeps');
  await insertOnce(rows, { partitionKey: sweep, rowKey: 'sweep', startedAt: now, ...toLongJson('subscriptions', subscriptions) });
  const list = await tables.open(sweepsTableOf(sweep));
  await insertOnce(list, { partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, startedAt: now });
  const stored = await readRow(rows, sweep, 'sweep');
  return z.array(z.string()).parse(fromLongJson('subscriptions', stored ?? {}) ?? []);
}

/** Inserts a subscription's row, once, and returns the stored one. */
export async function insertSubscription(table: TableClient, sweep: string, row: SubscriptionRow): Promise<SubscriptionRow> {
  const { subscription, clusters, gap, detail } = row;
  const rowKey = `subscription|${subscription}`;
  const properties = { gap: gap ?? '', detail: detail ?? '', ...toLongJson('clusters', clusters) };
  if (await insertOnce(table, { partitionKey: sweep, rowKey, ...properties })) return row;
  return (await readSubscription(table, sweep, subscription)) ?? row;
}

function toSubscriptionRow(row: Record<string, unknown> & { rowKey: string }): SubscriptionRow {
  return {
    subscription: row.rowKey.slice('subscription|'.length),
    clusters: z.array(clusterFacts).parse(fromLongJson('clusters', row) ?? []),
    gap: isReasonCode(row.gap) ? row.gap : undefined,
    detail: row.detail ? String(row.detail) : undefined,
  };
}

/** Reads a subscription's row of a sweep. */
export async function readSubscription(table: TableClient, sweep: string, subscription: string): Promise<SubscriptionRow | undefined> {
  const row = await readRow(table, sweep, `subscription|${subscription}`);
  return row && toSubscriptionRow(row);
}

/** Reads all of a sweep but its plans and tallies. */
export async function readSweep(table: TableClient, sweep: string): Promise<SweepRows> {
  const rows = await readRange(table, sweep);
  const own = rows.find((row) => row.rowKey === 'sweep');
  return {
    subscriptions: own && z.array(z.string()).parse(fromLongJson('subscriptions', own) ?? []),
    startedAt: own && String(own.startedAt),
    listed: rows.filter((row) => row.rowKey.startsWith('subscription|')).map(toSubscriptionRow),
    sealed: new Map(
      rows.filter((row) => row.rowKey.startsWith('sealed|')).map((row) => [row.rowKey.slice('sealed|'.length), ledgerOf(row.ledger)]),
    ),
    completed: rows.some((row) => row.rowKey === 'completed'),
  };
}

/** Seals a cluster: its ledger is complete. Returns whether this call did. */
export function insertSealed(table: TableClient, sweep: string, cluster: string, ledger: Ledger): Promise<boolean> {
  return insertOnce(table, { partitionKey: sweep, rowKey: `sealed|${cluster}`, ledger: JSON.stringify(ledger) });
}

const planPartition = (sweep: string, cluster: string) => `${sweep}|${cluster}`;

/** Inserts a cluster's plan, once, and returns the stored one: whoever comes second follows the first. */
export async function insertPlan(table: TableClient, sweep: string, cluster: string, planned: Plan): Promise<Plan> {
  if (await insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: 'plan', ...toLongJson('plan', planned) }))
    return planned;
  return (await readPlan(table, sweep, cluster)) ?? planned;
}

/** Reads a cluster's plan. */
export async function readPlan(table: TableClient, sweep: string, cluster: string): Promise<Plan | undefined> {
  const row = await readRow(table, planPartition(sweep, cluster), 'plan');
  return row && plan.parse(fromLongJson('plan', row));
}

/** Reads a cluster's plan and the tallies by slice. */
export async function readPlanAndTallies(
  table: TableClient,
  sweep: string,
  cluster: string,
): Promise<{ planned?: Plan; tallies: Map<string, Tally> }> {
  const rows = await readRange(table, planPartition(sweep, cluster));
  const own = rows.find((row) => row.rowKey === 'plan');
  const tallies = rows.filter((row) => row.rowKey.startsWith('tally|'));
  return {
    planned: own && plan.parse(fromLongJson('plan', own)),
    tallies: new Map(tallies.map((row) => [row.rowKey.slice('tally|'.length), tally.parse(fromLongJson('tally', row) ?? {})])),
  };
}

/** Inserts a slice's tally, once. */
export function insertTally(table: TableClient, sweep: string, cluster: string, slice: string, outcomes: Tally): Promise<boolean> {
  return insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `tally|${slice}`, ...toLongJson('tally', outcomes) });
}

/** Notes that a slice's collection was enqueued once more. Returns whether this call is the first to say so. */
export function markRecollected(table: TableClient, sweep: string, cluster: string, slice: string): Promise<boolean> {
  return insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `recollected|${slice}` });
}

/** Whether a slice's tally is in. */
export async function hasTally(table: TableClient, sweep: string, cluster: string, slice: string): Promise<boolean> {
  return (await readRow(table, planPartition(sweep, cluster), `tally|${slice}`)) !== undefined;
}

/** A line in the list of sweeps. */
export interface SweepLine {
  sweep: string;
  startedAt: string;
  completedAt?: string;
  coverage?: number;
  ledger?: Ledger;
}

/** Completes a sweep: its `completed` row, once, then its line in the list. Returns whether this call completed it. */
export async function insertCompleted(tables: Tables, sweep: string, line: Required<SweepLine>): Promise<boolean> {
  const rows = await tables.open('sweeps');
  const first = await insertOnce(rows, {
    partitionKey: sweep,
    rowKey: 'completed',
    completedAt: line.completedAt,
    ledger: JSON.stringify(line.ledger),
  });
  const list = await tables.open(sweepsTableOf(sweep));
  const { sweep: _, ledger, ...rest } = line;
  await list.upsertEntity({ partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, ...rest, ledger: JSON.stringify(ledger) }, 'Merge');
  return first;
}

/** Lists sweeps, newest first, from this month's and last month's list. */
export async function listSweeps(tables: Tables, now: Date, most: number): Promise<SweepLine[]> {
  const months = [now, new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0))];
  const lines: SweepLine[] = [];
  for (const month of months) {
    if (lines.length >= most) break;
    const rows = await readRange(await tables.open(sweepsTableOf(month.toISOString())), 'sweeps', { most: most - lines.length });
    lines.push(
      ...rows.map((row) => ({
        sweep: String(row.sweep),
        startedAt: String(row.startedAt),
        completedAt: row.completedAt ? String(row.completedAt) : undefined,
        coverage: typeof row.coverage === 'number' ? row.coverage : undefined,
        ledger: row.ledger ? ledgerOf(row.ledger) : undefined,
      })),
    );
  }
  return lines;
}
