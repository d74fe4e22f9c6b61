import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRow } from '../../src/tables/rows.ts';
import { insertRequest, isRequested, readStart, takeMinute, waitingSince } from '../../src/tables/sweep-requests.ts';
import { insertSweep } from '../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const later = (time: string, seconds: number) => new Date(Date.parse(time) + seconds * 1000);

describe('a sweep', () => {
  it('knows who asked for it, and who began it', async () => {
    const id = '2026-11-21T09:35:00Z';
    expect(await readStart(storage.tables, id)).toEqual({ requested: new Set(), begunBy: undefined });
    await insertRequest(storage.tables, id, 'close-sweep', id);
    await insertRequest(storage.tables, id, 'timer', id);
    expect(await readStart(storage.tables, id)).toEqual({ requested: new Set(['close-sweep', 'timer']), begunBy: undefined });
    await insertSweep(storage.tables, id, [], id, { starter: 'close-sweep' });
    expect((await readStart(storage.tables, id)).begunBy).toBe('close-sweep');
    const asked = await Promise.all([isRequested(storage.tables, id), isRequested(storage.tables, id, 'request')]);
    expect(asked).toEqual([true, false]);
  });

  it('keeps the first person who asked for it', async () => {
    const id = '2026-11-21T09:36:12Z';
    for (const who of ['ann', 'bob']) await insertRequest(storage.tables, id, 'person', id, who);
    expect(await readRow(await storage.tables.open('sweeps'), id, 'requested|person')).toMatchObject({ at: id, by: 'ann' });
  });
});

describe('the minute in which a sweep may be started by hand', () => {
  it('is taken by one of many, wherever they ask, and free again 60 s later', async () => {
    const time = '2026-11-21T09:35:59.500Z';
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeMinute(storage.tables, new Date(time))));
    expect(taken.filter((wait) => wait === undefined)).toHaveLength(1);
    expect(new Set(taken.filter((wait) => wait !== undefined))).toEqual(new Set([60_000]));
    expect(await takeMinute(storage.tables, later(time, 59))).toBe(1000);
    expect(await takeMinute(storage.tables, later(time, 60))).toBeUndefined();
  });

  it('does not wait for a clock that was far ahead, but for one that is a little', async () => {
    const time = '2026-11-21T10:00:00.000Z';
    expect(await takeMinute(storage.tables, later(time, 3600))).toBeUndefined();
    expect(await takeMinute(storage.tables, new Date(time))).toBeUndefined();
    expect(await takeMinute(storage.tables, later(time, -60))).toBe(120_000);
  });
});

it('the wait for the first sweep of all counts from the first who waited', async () => {
  const time = '2026-11-21T09:35:00.000Z';
  expect(await waitingSince(storage.tables, new Date(time))).toBe(time);
  expect(await waitingSince(storage.tables, later(time, 600))).toBe(time);
});
