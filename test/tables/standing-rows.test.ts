import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Degraded } from '../../src/history/degraded-standing.ts';
import { blindRows } from '../../src/tables/blind-rows.ts';
import { degradedRows } from '../../src/tables/degraded-rows.ts';
import { isLostWrite } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const time = '2026-11-21T09:35:00Z';
const degraded: Degraded = {
  subject: 'shop',
  since: time,
  delivered: { mail: { since: time, started: true, ended: false } },
  sweep: time,
  reason: 'EtcdUnavailable',
  notServed: 3,
  asked: 4,
  names: ['a', 'b', 'c'],
  degradedSince: time,
  after: undefined,
};

it('a condition is read back as it was written, and apart from those of other kinds', async () => {
  const { tables } = storage;
  await degradedRows.put(tables, degraded);
  expect((await degradedRows.read(tables)).get('shop')?.standing).toEqual(degraded);
  expect(await blindRows.read(tables)).toEqual(new Map());
});

it('is changed and removed only as it was read', async () => {
  const { tables } = storage;
  const { etag } = (await degradedRows.read(tables)).get('shop')!;
  const after = { notServed: 0, asked: 4 };
  await degradedRows.put(tables, { ...degraded, notServed: 2, after }, etag);
  for (const late of [
    degradedRows.put(tables, degraded, etag),
    degradedRows.put(tables, degraded),
    degradedRows.close(tables, degraded, etag),
  ])
    await expect(late).rejects.toSatisfy(isLostWrite);
  expect(await degradedRows.readOpen(tables, 'shop')).toMatchObject({ notServed: 2, after });
});

it('is not read as open once it is over, nor where there is none', async () => {
  const { tables } = storage;
  const { etag } = (await degradedRows.read(tables)).get('shop')!;
  await degradedRows.put(tables, { ...degraded, until: time }, etag);
  expect([await degradedRows.readOpen(tables, 'shop'), await degradedRows.readOpen(tables, 'bank')]).toEqual([undefined, undefined]);
  await degradedRows.close(tables, degraded, (await degradedRows.read(tables)).get('shop')!.etag);
  expect(await degradedRows.read(tables)).toEqual(new Map());
});
