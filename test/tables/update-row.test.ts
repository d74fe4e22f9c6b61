import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRow } from '../../src/tables/rows.ts';
import { updateRow } from '../../src/tables/update-row.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let table: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  table = await storage.tables.open('checks');
});
afterAll(() => storage.stop());

const read = (key: string) => readRow(table, 'p', key);

describe('updateRow', () => {
  it('makes a row, replaces it, merges into it and deletes it, as is decided on what it holds', async () => {
    await updateRow(table, 'p', 'a', (row) => (row === undefined ? { replace: { n: 1, old: 'x' } } : undefined));
    expect(await read('a')).toMatchObject({ n: 1, old: 'x' });
    await updateRow(table, 'p', 'a', (row) => ({ merge: { n: Number(row?.n) + 1 } }));
    expect(await read('a')).toMatchObject({ n: 2, old: 'x' });
    await updateRow(table, 'p', 'a', () => ({ replace: { n: 3 } }));
    expect(await read('a')).not.toHaveProperty('old');
    await updateRow(table, 'p', 'a', () => 'delete');
    expect(await read('a')).toBeUndefined();
    await updateRow(table, 'p', 'a', () => 'delete');
  });

  it('leaves a row alone where nothing is decided', async () => {
    await updateRow(table, 'p', 'none', () => undefined);
    expect(await read('none')).toBeUndefined();
  });

  it('loses no update of many at once: each decides on what the row holds by then', async () => {
    const add = () => updateRow(table, 'p', 'sum', (row) => ({ replace: { n: Number(row?.n ?? 0) + 1 } }));
    await Promise.all(Array.from({ length: 8 }, add));
    expect(await read('sum')).toMatchObject({ n: 8 });
  });

  it('passes on what is no lost write', async () => {
    const broken = updateRow(table, 'p', 'broken', () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
  });
});
