import { odata } from '@azure/data-tables';
import type { Grants } from '../history/confirmations.ts';
import { clusterMaintenance } from '../model/cluster-maintenance.ts';
import { type Plan, plan, type Tally, tally } from '../model/ledger.ts';
import * as z from '../zod.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { rememberNewest } from './remembered.ts';
import { insertOnce, readRange, readRow } from './rows.ts';

/** A cluster's plan, tallies and marks have a partition of their own in each sweep. */
export const planPartition = (sweep: string, cluster: string) => `${sweep}|${cluster}`;

/** What a slice needs of its cluster's plan, which is short however many nodes are planned. It never changes. */
export interface PlanHead extends Pick<Plan, 'region' | 'nodeResourceGroup' | 'due' | 'maintenance' | 'changing'> {
  serverNames: readonly string[];
  /** Seconds until its results are first asked for; absent in a plan of an older version. */
  collectAfter: number | undefined;
  /** When its last slice may start; absent where a slice has to ask for its slot. */
  lastSlot: string | undefined;
}

/** The head of its cluster's plan, and how far a slice is. */
export interface SliceHead extends PlanHead {
  /** A message of it waits for the slot that it was given. */
  queued: boolean;
  started: boolean;
  tallied: boolean;
}

/** Inserts a cluster's plan, once, and returns the stored one: whoever comes second follows the first. */
export async function insertPlan(tables: Tables, sweep: string, cluster: string, planned: Plan): Promise<Plan> {
  const table = await tables.open('sweeps');
  const { region, nodeResourceGroup = '', serverNames = [], due } = planned;
  const row = {
    partitionKey: planPartition(sweep, cluster),
    rowKey: 'plan',
    region,
    nodeResourceGroup,
    serverNames: serverNames.join(),
    due,
    ...(planned.maintenance !== undefined && { maintenance: JSON.stringify(planned.maintenance) }),
    slotted: planned.slots?.length ?? 0,
    ...(planned.slots !== undefined && planned.slots.length === planned.slices.length && { lastSlot: planned.slots.at(-1) ?? '' }),
    ...(planned.collectAfter !== undefined && { collectAfter: planned.collectAfter }),
    ...(planned.changing && { changing: true }),
    ...toLongJson('plan', planned),
  };
  if (await insertOnce(table, row)) {
    heads.put(tables, row.partitionKey, toHead(row));
    return planned;
  }
  return (await readPlan(tables, sweep, cluster)) ?? planned;
}

/** Reads a cluster's plan. */
export async function readPlan(tables: Tables, sweep: string, cluster: string): Promise<Plan | undefined> {
  const table = await tables.open('sweeps');
  const row = await readRow(table, planPartition(sweep, cluster), 'plan');
  return row && fromLongJson(plan, 'plan', row, undefined);
}

/** The heads of the plans whose slices a process has under way. */
const heads = rememberNewest<PlanHead>(100);

function toHead(row: Readonly<Record<string, unknown>>): PlanHead {
  return {
    region: String(row.region),
    nodeResourceGroup: row.nodeResourceGroup ? String(row.nodeResourceGroup) : undefined,
    serverNames: String(row.serverNames ?? '')
      .split(',')
      .filter(Boolean),
    due: String(row.due),
    // For a selected property that a row does not have, Azure returns null (Azurite#2535).
    maintenance: readJson(clusterMaintenance, row.maintenance ?? '', undefined),
    collectAfter: Number(row.collectAfter) || undefined,
    ...(row.changing === true && { changing: true }),
    lastSlot: row.lastSlot ? String(row.lastSlot) : undefined,
  };
}

/** The head of a plan that this process has read or made before. */
export const knownHead = (tables: Tables, sweep: string, cluster: string): PlanHead | undefined =>
  heads.get(tables, planPartition(sweep, cluster));

/** Reads what a slice needs, in one request; undefined where its cluster has no plan. */
export async function readSliceHead(tables: Tables, sweep: string, cluster: string, slice: string): Promise<SliceHead | undefined> {
  const table = await tables.open('sweeps');
  const [queued, started, tallied] = [`queued|${slice}`, `started|${slice}`, `tally|${slice}`];
  const filter = odata`RowKey eq 'plan' or RowKey eq ${queued} or RowKey eq ${started} or RowKey eq ${tallied}`;
  const rows = await readRange(table, planPartition(sweep, cluster), {
    filter,
    select: [
      'RowKey',
      'region',
      'nodeResourceGroup',
      'serverNames',
      'due',
      'slotted',
      'collectAfter',
      'maintenance',
      'lastSlot',
      'changing',
    ],
  });
  const found = new Map(rows.map((row) => [row.rowKey, row]));
  const plan = found.get('plan');
  if (plan === undefined) return undefined;
  const head = toHead(plan);
  heads.put(tables, planPartition(sweep, cluster), head);
  return {
    ...head,
    // The plan gave it a slot, or it was given one since.
    queued: Number(slice) < Number(plan.slotted ?? 0) || found.has(queued),
    started: found.has(started),
    tallied: found.has(tallied),
  };
}

/** What is known of a cluster in a sweep. */
export interface PlanAndTallies {
  planned?: Plan;
  /** By slice. */
  tallies: Map<string, Tally>;
  /** Requests to Azure Resource Manager that were told of with the tallies. */
  armRequests: number;
  /** When each slice was started. */
  started: Map<string, string>;
  /** The slot that each slice waits for, or waited for. */
  queued: Map<string, string>;
  /** Slices whose collection, or whose start, was enqueued once more. */
  recollected: Set<string>;
  restarted: Set<string>;
  /** First failures that are confirmed, and when the last of these was granted. */
  confirmations: { granted: Grants; at: string };
}

/** The row that says which first failures are confirmed. */
export const CONFIRMATIONS = 'confirmations';

const grants = z.record(z.string(), z.object({ nonce: z.string(), slice: z.string() }));

/** Which first failures are confirmed, by a row that says so. */
export const grantsIn = (row: Readonly<Record<string, unknown>> | undefined): Grants => readJson(grants, row?.granted, {});

/** Reads a cluster's plan and tallies. */
export async function readPlanAndTallies(tables: Tables, sweep: string, cluster: string): Promise<PlanAndTallies> {
  const table = await tables.open('sweeps');
  const rows = await readRange(table, planPartition(sweep, cluster));
  const own = rows.find((row) => row.rowKey === 'plan');
  const planned = own && fromLongJson(plan, 'plan', own, undefined);
  const slots = (planned?.slots ?? []).map((slot, n) => [String(n), slot] as const);
  const confirmations = rows.find((row) => row.rowKey === CONFIRMATIONS);
  const bySlice = (kind: 'tally' | 'started' | 'queued' | 'recollected' | 'restarted') =>
    rows.filter((row) => row.rowKey.startsWith(`${kind}|`)).map((row) => [row.rowKey.slice(kind.length + 1), row] as const);
  return {
    planned,
    armRequests: bySlice('tally').reduce((total, [, row]) => total + (Number(row.armRequests) || 0), 0),
    tallies: new Map(bySlice('tally').map(([slice, row]) => [slice, fromLongJson(tally, 'tally', row, {})])),
    started: new Map(bySlice('started').map(([slice, { at }]) => [slice, String(at)])),
    queued: new Map([...slots, ...bySlice('queued').map(([slice, { slot }]) => [slice, String(slot)] as const)]),
    recollected: new Set(bySlice('recollected').map(([slice]) => slice)),
    restarted: new Set(bySlice('restarted').map(([slice]) => slice)),
    confirmations: { granted: grantsIn(confirmations), at: String(confirmations?.at ?? '') },
  };
}

/** Inserts a slice's tally, once. Returns whether it did. */
export async function insertTally(
  tables: Tables,
  sweep: string,
  cluster: string,
  slice: string,
  outcomes: Tally,
  armRequests = 0,
): Promise<boolean> {
  const table = await tables.open('sweeps');
  const row = { partitionKey: planPartition(sweep, cluster), rowKey: `tally|${slice}`, armRequests, ...toLongJson('tally', outcomes) };
  return insertOnce(table, row);
}

/** Notes that a message of a slice waits for its slot: whoever comes without one is a copy. */
export async function markQueued(tables: Tables, sweep: string, cluster: string, slice: string, slot: string): Promise<void> {
  const table = await tables.open('sweeps');
  await table.upsertEntity({ partitionKey: planPartition(sweep, cluster), rowKey: `queued|${slice}`, slot }, 'Replace');
}

/** Notes when a slice was started: until then its collection is not missing. */
export async function markStarted(tables: Tables, sweep: string, cluster: string, slice: string, at: string): Promise<void> {
  const table = await tables.open('sweeps');
  await insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `started|${slice}`, at });
}

/** Notes that a slice's collection, or its start, was enqueued once more. */
export async function markSentAgain(
  tables: Tables,
  sweep: string,
  cluster: string,
  what: 'recollected' | 'restarted',
  slice: string,
): Promise<void> {
  const table = await tables.open('sweeps');
  await insertOnce(table, { partitionKey: planPartition(sweep, cluster), rowKey: `${what}|${slice}` });
}
