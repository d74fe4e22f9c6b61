import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../src/model/ledger.ts';
import {
  insertPlan,
  insertTally,
  markQueued,
  markSentAgain,
  markStarted,
  readPlan,
  readPlanAndTallies,
  readSliceHead,
} from '../../src/tables/plan-rows.ts';
import { insertOnce } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let sweeps: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  sweeps = await storage.tables.open('sweeps');
});
afterAll(() => storage.stop());

const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
const plan = (...slices: string[][]): Plan => ({
  region: 'westeurope',
  serverNames: ['shop-1.example', 'shop-1.privatelink.example'],
  due: '2026-11-21T09:35:05.000Z',
  slices,
  notProbed: { TooYoung: ['y'] },
  gaps: { web: 2 },
});

describe('the plan of a cluster', () => {
  it('is the first that was made', async () => {
    expect(await readPlan(storage.tables, 'plan', cluster)).toBeUndefined();
    expect(await insertPlan(storage.tables, 'plan', cluster, plan(['a'], ['b']))).toEqual(plan(['a'], ['b']));
    expect(await insertPlan(storage.tables, 'plan', cluster, plan(['z']))).toEqual(plan(['a'], ['b']));
    expect(await readPlan(storage.tables, 'plan', cluster)).toEqual(plan(['a'], ['b']));
  });

  it('says which slices wait for the slots that it gave them', async () => {
    const slots = ['2026-11-21T09:35:08.000Z'];
    await insertPlan(storage.tables, 'slots', cluster, { ...plan(['a'], ['b']), slots });
    const queued = async (slice: string) => (await readSliceHead(storage.tables, 'slots', cluster, slice))?.queued;
    expect([await queued('0'), await queued('1'), await queued('0+')]).toEqual([true, false, false]);
    await markQueued(storage.tables, 'slots', cluster, '1', '2026-11-21T09:36:00.000Z');
    const known = await readPlanAndTallies(storage.tables, 'slots', cluster);
    expect([...known.queued]).toEqual([
      ['0', slots[0]],
      ['1', '2026-11-21T09:36:00.000Z'],
    ]);
  });

  it('may hold 5,000 nodes', async () => {
    const large = plan(
      ...Array.from({ length: 100 }, (_, n) => Array.from({ length: 50 }, (__, m) => `aks-nodepool1-12345678-vmss${n * 50 + m}`)),
    );
    await insertPlan(storage.tables, 'large', cluster, large);
    expect(await readPlan(storage.tables, 'large', cluster)).toEqual(large);
  });

  it('is read with the first tally of each slice', async () => {
    expect(await readPlanAndTallies(storage.tables, 'tally', cluster)).toEqual({
      planned: undefined,
      tallies: new Map(),
      armRequests: 0,
      started: new Map(),
      queued: new Map(),
      recollected: new Set(),
      restarted: new Set(),
      confirmations: { granted: {}, at: '' },
    });
    await insertPlan(storage.tables, 'tally', cluster, plan(['a'], ['b']));
    expect(await insertTally(storage.tables, 'tally', cluster, '0', { 'reachable/Reachable': ['a'] }, 3)).toBe(true);
    expect(await insertTally(storage.tables, 'tally', cluster, '0', { 'unknown/Lost': ['a'] }, 50)).toBe(false);
    await insertTally(storage.tables, 'tally', cluster, '1.r1', { 'unknown/NodeBusy': ['b'] }, 4);
    await markSentAgain(storage.tables, 'tally', cluster, 'recollected', '1');
    await markSentAgain(storage.tables, 'tally', cluster, 'recollected', '1');
    await markSentAgain(storage.tables, 'tally', cluster, 'restarted', '0');
    await markQueued(storage.tables, 'tally', cluster, '1', '2026-11-21T09:35:10.000Z');
    await markQueued(storage.tables, 'tally', cluster, '1', '2026-11-21T09:35:20.000Z');
    await markStarted(storage.tables, 'tally', cluster, '0', '2026-11-21T09:35:10.000Z');
    await markStarted(storage.tables, 'tally', cluster, '0', '2026-11-21T09:36:00.000Z');
    expect(await readPlanAndTallies(storage.tables, 'tally', cluster)).toEqual({
      planned: plan(['a'], ['b']),
      tallies: new Map([
        ['0', { 'reachable/Reachable': ['a'] }],
        ['1.r1', { 'unknown/NodeBusy': ['b'] }],
      ]),
      armRequests: 7,
      started: new Map([['0', '2026-11-21T09:35:10.000Z']]),
      queued: new Map([['1', '2026-11-21T09:35:20.000Z']]),
      recollected: new Set(['1']),
      restarted: new Set(['0']),
      confirmations: { granted: {}, at: '' },
    });
  });

  it('tells a slice where it is, and how far that slice has come', async () => {
    const head = (slice: string) => readSliceHead(storage.tables, 'head', cluster, slice);
    expect(await head('0')).toBeUndefined();
    await insertPlan(storage.tables, 'head', cluster, plan(['a'], ['b']));
    const serverNames = ['shop-1.example', 'shop-1.privatelink.example'];
    const none = { region: 'westeurope', serverNames, due: '2026-11-21T09:35:05.000Z', queued: false, started: false, tallied: false };
    expect(await head('0')).toEqual(none);
    await markQueued(storage.tables, 'head', cluster, '0', '2026-11-21T09:35:20.000Z');
    await markStarted(storage.tables, 'head', cluster, '1', '2026-11-21T09:35:10.000Z');
    await insertTally(storage.tables, 'head', cluster, '0.r1', { 'reachable/Reachable': ['a'] });
    expect(await Promise.all(['0', '1', '0.r1', '2'].map(head))).toEqual([
      { ...none, queued: true },
      { ...none, started: true },
      { ...none, tallied: true },
      none,
    ]);
  });

  it('tells a slice where its nodes must lie, unless an older version made it', async () => {
    const own = { ...plan(['a']), nodeResourceGroup: 'MC_rg_shop_westeurope' };
    await insertPlan(storage.tables, 'group', cluster, own);
    await insertOnce(sweeps, { partitionKey: `older|${cluster}`, rowKey: 'plan', region: 'westeurope', due: plan().due });
    expect(await readPlan(storage.tables, 'group', cluster)).toEqual(own);
    expect((await readSliceHead(storage.tables, 'group', cluster, '0'))?.nodeResourceGroup).toBe('MC_rg_shop_westeurope');
    expect((await readSliceHead(storage.tables, 'older', cluster, '0'))?.nodeResourceGroup).toBeUndefined();
  });

  it('is no plan where it cannot be read', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(sweeps, { partitionKey: `broken|${cluster}`, rowKey: 'plan', plan0: '{"slices":7}' });
    expect(await readPlan(storage.tables, 'broken', cluster)).toBeUndefined();
    warn.mockRestore();
  });
});
