import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClusterFacts } from '../../src/fleet/list-managed-clusters.ts';
import type { Ledger, Plan } from '../../src/sweep/ledger.ts';
import { newestFirst } from '../../src/tables/open-tables.ts';
import { insertOnce, readRow } from '../../src/tables/rows.ts';
import {
  hasTally,
  insertCompleted,
  insertPlan,
  insertSealed,
  insertSubscription,
  insertSweep,
  insertTally,
  listSweeps,
  markRecollected,
  markStarted,
  readPlan,
  readPlanAndTallies,
  readSubscription,
  readSweep,
  repairLine,
  type SubscriptionRow,
} from '../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let sweeps: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  sweeps = await storage.tables.open('sweeps');
});
afterAll(() => storage.stop());

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const cluster = `${sub}.rg.shop`;
const facts = (name: string): ClusterFacts => ({
  cluster: `${sub}.rg.${name}`,
  resourceGroup: 'rg',
  name,
  region: 'westeurope',
  nodeResourceGroup: `MC_rg_${name}_westeurope`,
  version: '1.33.5',
  upgrading: false,
  excludedPools: [],
  poolNodes: 3,
});
const ledger = (known: number): Ledger => ({
  known,
  reachable: known,
  unreachable: 0,
  unknown: 0,
  notProbed: 0,
  byReason: { Reachable: known },
  unknownByReason: {},
});
const plan = (...slices: string[][]): Plan => ({
  region: 'westeurope',
  due: '2026-11-21T09:35:05.000Z',
  slices,
  notProbed: { TooYoung: ['y'] },
});

describe('a sweep', () => {
  it('has the subscriptions with which it was started first, however often it is started', async () => {
    const id = '2026-11-21T09:35:00Z';
    const many = Array.from({ length: 2000 }, (_, n) => sub.slice(0, -4) + String(n).padStart(4, '0'));
    expect(await insertSweep(storage.tables, id, many, '2026-11-21T09:35:01.000Z')).toEqual(many);
    expect(await insertSweep(storage.tables, id, ['other'], '2026-11-21T09:36:00.000Z')).toEqual(many);
    expect(await readSweep(sweeps, id)).toEqual({
      subscriptions: many,
      startedAt: '2026-11-21T09:35:01.000Z',
      listed: [],
      sealed: new Map(),
      completed: false,
    });
  });

  it('that was never started is empty', async () => {
    expect(await readSweep(sweeps, 'never')).toEqual({
      subscriptions: undefined,
      startedAt: undefined,
      listed: [],
      sealed: new Map(),
      completed: false,
    });
  });

  it('keeps the first listing of a subscription', async () => {
    const first = { subscription: sub, clusters: Array.from({ length: 300 }, (_, n) => facts(`c${n}`)), matched: ['*'] };
    expect(await insertSubscription(sweeps, 'listing', first)).toEqual(first);
    const second = await insertSubscription(sweeps, 'listing', {
      subscription: sub,
      clusters: [],
      matched: [],
      gap: 'SubscriptionUnreadable',
      detail: 'no',
    });
    expect(second).toEqual({ ...first, gap: undefined, detail: undefined });
    expect(await readSubscription(sweeps, 'listing', sub)).toEqual(second);
    expect(await readSubscription(sweeps, 'listing', 'other')).toBeUndefined();
  });

  it('keeps why a subscription could not be read', async () => {
    const gap: SubscriptionRow = {
      subscription: sub,
      clusters: [],
      matched: [],
      gap: 'SubscriptionUnreadable',
      detail: 'AuthorizationFailed',
    };
    await insertSubscription(sweeps, 'gap', gap);
    expect((await readSweep(sweeps, 'gap')).listed).toEqual([gap]);
  });

  it('seals a cluster once, with the first ledger', async () => {
    expect(await insertSealed(sweeps, 'seal', cluster, ledger(3))).toEqual({ stored: ledger(3), first: true });
    expect(await insertSealed(sweeps, 'seal', cluster, ledger(4))).toEqual({ stored: ledger(3), first: false });
    expect((await readSweep(sweeps, 'seal')).sealed).toEqual(new Map([[cluster, ledger(3)]]));
  });

  it('is read without the plans and tallies of its clusters', async () => {
    await insertPlan(sweeps, 'apart', cluster, plan(['a']));
    await insertTally(sweeps, 'apart', cluster, '0', { 'reachable/Reachable': ['a'] });
    await insertSealed(sweeps, 'apart', cluster, ledger(1));
    expect(await readSweep(sweeps, 'apart')).toMatchObject({ listed: [], sealed: new Map([[cluster, ledger(1)]]) });
  });
});

describe('the plan of a cluster', () => {
  it('is the first that was made', async () => {
    expect(await readPlan(sweeps, 'plan', cluster)).toBeUndefined();
    expect(await insertPlan(sweeps, 'plan', cluster, plan(['a'], ['b']))).toEqual(plan(['a'], ['b']));
    expect(await insertPlan(sweeps, 'plan', cluster, plan(['z']))).toEqual(plan(['a'], ['b']));
    expect(await readPlan(sweeps, 'plan', cluster)).toEqual(plan(['a'], ['b']));
  });

  it('may hold 5,000 nodes', async () => {
    const large = plan(
      ...Array.from({ length: 100 }, (_, n) => Array.from({ length: 50 }, (__, m) => `aks-nodepool1-12345678-vmss${n * 50 + m}`)),
    );
    await insertPlan(sweeps, 'large', cluster, large);
    expect(await readPlan(sweeps, 'large', cluster)).toEqual(large);
  });

  it('is read with the first tally of each slice', async () => {
    expect(await readPlanAndTallies(sweeps, 'tally', cluster)).toEqual({
      planned: undefined,
      tallies: new Map(),
      started: new Map(),
      recollected: new Set(),
    });
    await insertPlan(sweeps, 'tally', cluster, plan(['a'], ['b']));
    expect(await hasTally(sweeps, 'tally', cluster, '0')).toBe(false);
    expect(await insertTally(sweeps, 'tally', cluster, '0', { 'reachable/Reachable': ['a'] })).toBe(true);
    expect(await insertTally(sweeps, 'tally', cluster, '0', { 'unknown/Lost': ['a'] })).toBe(false);
    await insertTally(sweeps, 'tally', cluster, '1.r1', { 'unknown/NodeBusy': ['b'] });
    await markRecollected(sweeps, 'tally', cluster, '1');
    await markRecollected(sweeps, 'tally', cluster, '1');
    await markStarted(sweeps, 'tally', cluster, '0', '2026-11-21T09:35:10.000Z');
    await markStarted(sweeps, 'tally', cluster, '0', '2026-11-21T09:36:00.000Z');
    expect([await hasTally(sweeps, 'tally', cluster, '0'), await hasTally(sweeps, 'tally', cluster, '1')]).toEqual([true, false]);
    expect(await readPlanAndTallies(sweeps, 'tally', cluster)).toEqual({
      planned: plan(['a'], ['b']),
      tallies: new Map([
        ['0', { 'reachable/Reachable': ['a'] }],
        ['1.r1', { 'unknown/NodeBusy': ['b'] }],
      ]),
      started: new Map([['0', '2026-11-21T09:35:10.000Z']]),
      recollected: new Set(['1']),
    });
  });

  it('is no plan where it cannot be read', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(sweeps, { partitionKey: `broken|${cluster}`, rowKey: 'plan', plan0: '{"slices":7}' });
    expect(await readPlan(sweeps, 'broken', cluster)).toBeUndefined();
    warn.mockRestore();
  });
});

describe('the list of sweeps', () => {
  const line = (sweep: string, known: number) => ({
    sweep,
    startedAt: sweep,
    completedAt: sweep.replace('00Z', '40Z'),
    coverage: 0.975,
    ledger: ledger(known),
    warnings: ['INCLUDE_CLUSTERS: "x/*" matches the name of no cluster in scope'],
  });

  it('is newest first, over the turn of a month, and holds what is complete', async () => {
    const { tables } = storage;
    const ids = ['2027-01-31T23:55:00Z', '2027-02-01T00:00:00Z', '2027-02-01T00:05:00Z'] as const;
    for (const id of ids) await insertSweep(tables, id, [sub], id);
    expect(await insertCompleted(tables, line(ids[0], 3))).toBe(true);
    expect(await insertCompleted(tables, line(ids[1], 4))).toBe(true);
    const now = new Date('2027-02-01T00:06:00Z');
    expect(await listSweeps(tables, now, 50)).toEqual([
      { sweep: ids[2], startedAt: ids[2], completedAt: undefined, coverage: undefined, ledger: undefined, warnings: undefined },
      line(ids[1], 4),
      line(ids[0], 3),
    ]);
    expect((await listSweeps(tables, now, 2)).map(({ sweep }) => sweep)).toEqual([ids[2], ids[1]]);
    expect((await listSweeps(tables, new Date('2027-03-31T12:00:00Z'), 50)).map(({ sweep }) => sweep)).toEqual([ids[2], ids[1]]);
  });

  it('holds the first completion of a sweep', async () => {
    const id = '2028-05-01T00:00:00Z';
    expect(await insertCompleted(storage.tables, line(id, 3))).toBe(true);
    expect(await insertCompleted(storage.tables, line(id, 9))).toBe(false);
    expect((await readSweep(sweeps, id)).completed).toBe(true);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toEqual([line(id, 3)]);
  });

  it('is repaired from the sweep where the process died between the two', async () => {
    const id = '2029-05-01T00:00:00Z';
    await insertSweep(storage.tables, id, [sub], id);
    const list = await storage.tables.open('sweeps202905');
    await insertCompleted(storage.tables, line(id, 3));
    await list.updateEntity({ partitionKey: 'sweeps', rowKey: newestFirst(id), sweep: id, startedAt: id }, 'Replace');
    expect(await listSweeps(storage.tables, new Date(id), 1)).toMatchObject([{ completedAt: undefined }]);
    await repairLine(storage.tables, id);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toEqual([line(id, 3)]);
  });

  it('leaves a sweep alone that is not complete', async () => {
    const id = '2030-05-01T00:00:00Z';
    await insertSweep(storage.tables, id, [sub], id);
    await repairLine(storage.tables, id);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toMatchObject([{ sweep: id, completedAt: undefined }]);
    expect(await readRow(sweeps, id, 'completed')).toBeUndefined();
  });
});
