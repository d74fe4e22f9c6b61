import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/model/ledger.ts';
import { newestFirst } from '../../src/tables/open-tables.ts';
import { readRow } from '../../src/tables/rows.ts';
import { insertCompleted, lastCompleted, lastCompletedAt, listSweeps, repairLine } from '../../src/tables/sweep-list.ts';
import { insertSweep } from '../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let sweeps: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  sweeps = await storage.tables.open('sweeps');
});
afterAll(() => storage.stop());

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const ledger = (known: number): Ledger => ({
  known,
  reachable: known,
  notServed: 0,
  unreachable: 0,
  unknown: 0,
  notProbed: 0,
  byReason: { Reachable: known },
  unknownByReason: {},
  armRequests: 0,
});

describe('the list of sweeps', () => {
  const line = (sweep: string, known: number) => ({
    sweep,
    startedAt: sweep,
    completedAt: sweep.replace('00Z', '40Z'),
    ledger: ledger(known),
    warnings: ['INCLUDE_CLUSTERS: "x/*" matches the name of no cluster in scope'],
    starter: 'timer' as const,
  });

  it('is newest first, over the turn of a month, and holds what is complete', async () => {
    const { tables } = storage;
    const ids = ['2027-01-31T23:55:00Z', '2027-02-01T00:00:00Z', '2027-02-01T00:05:00Z'] as const;
    for (const id of ids) await insertSweep(tables, id, [sub], id);
    expect(await insertCompleted(tables, line(ids[0], 3))).toBe(true);
    expect(await insertCompleted(tables, line(ids[1], 4))).toBe(true);
    const now = new Date('2027-02-01T00:06:00Z');
    expect(await listSweeps(tables, now, 50)).toEqual([
      { sweep: ids[2], startedAt: ids[2], starter: 'timer' },
      line(ids[1], 4),
      line(ids[0], 3),
    ]);
    expect(await lastCompleted(tables, now)).toEqual(line(ids[1], 4));
    expect(await lastCompletedAt(tables, now)).toBe(line(ids[1], 4).completedAt);
    expect((await listSweeps(tables, now, 2)).map(({ sweep }) => sweep)).toEqual([ids[2], ids[1]]);
    expect((await listSweeps(tables, new Date('2027-03-31T12:00:00Z'), 50)).map(({ sweep }) => sweep)).toEqual([ids[2], ids[1]]);
  });

  it('holds the first completion of a sweep', async () => {
    const id = '2028-05-01T00:00:00Z';
    expect(await insertCompleted(storage.tables, line(id, 3))).toBe(true);
    expect(await insertCompleted(storage.tables, line(id, 9))).toBe(false);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toEqual([line(id, 3)]);
  });

  it('is repaired from the sweep where the process died between the two', async () => {
    const id = '2029-05-01T00:00:00Z';
    await insertSweep(storage.tables, id, [sub], id);
    const list = await storage.tables.open('sweeps202905');
    await insertCompleted(storage.tables, line(id, 3));
    await list.updateEntity({ partitionKey: 'sweeps', rowKey: newestFirst(id), sweep: id, startedAt: id }, 'Replace');
    expect(await listSweeps(storage.tables, new Date(id), 1)).toMatchObject([{ completedAt: undefined }]);
    expect(await repairLine(storage.tables, id)).toBe(true);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toEqual([line(id, 3)]);
    expect(await repairLine(storage.tables, '2029-05-02T00:00:00Z')).toBe(false);
  });

  it('finds the last completion behind as many sweeps as go on or were lost, within a bound', async () => {
    const { tables } = storage;
    const ids = Array.from({ length: 51 }, (_, n) => new Date(Date.UTC(2031, 4, 1, 0, n)).toISOString().replace('.000Z', 'Z'));
    await insertCompleted(tables, line(ids[0]!, 3));
    for (const id of ids.slice(1, 50)) await insertSweep(tables, id, [sub], id);
    const now = new Date('2031-05-02T00:00:00Z');
    expect([await lastCompleted(tables, now), await lastCompletedAt(tables, now)]).toEqual([
      line(ids[0]!, 3),
      line(ids[0]!, 3).completedAt,
    ]);
    await insertSweep(tables, ids[50]!, [sub], ids[50]!);
    expect([await lastCompleted(tables, now), await lastCompletedAt(tables, now)]).toEqual([undefined, undefined]);
  });

  it('leaves a sweep alone that is not complete', async () => {
    const id = '2030-05-01T00:00:00Z';
    await insertSweep(storage.tables, id, [sub], id);
    await repairLine(storage.tables, id);
    expect(await listSweeps(storage.tables, new Date(id), 1)).toMatchObject([{ sweep: id, completedAt: undefined }]);
    expect(await readRow(sweeps, id, 'completed')).toBeUndefined();
  });
});
