import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useUp } from '../../src/tables/budget-rows.ts';
import { type Storage, startStorage } from './storage.ts';

const now = new Date('2026-11-21T09:35:20.000Z');
let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

describe('what a minute has', () => {
  it('is used up once by the same use, however many tell of it at once', async () => {
    const tell = (use: string) => useUp(storage.tables, 'checks', now, { caller: 'a', use }, { own: 2, all: 3 });
    expect(await Promise.all(Array.from({ length: 50 }, () => tell('one')))).toEqual(Array(50).fill(undefined));
    expect([await tell('two'), await tell('three'), await tell('one')]).toEqual([undefined, 'own', undefined]);
  });

  it('has its bound for one caller and one for all, each budget and each minute by itself', async () => {
    const bounds = { own: 2, all: 3 };
    const tell = (caller: string, use: string, time = now, budget: 'checks' | 'searches' = 'checks') =>
      useUp(storage.tables, budget, time, { caller, use }, bounds);
    expect([await tell('b', 'one'), await tell('b', 'two'), await tell('c', 'one')]).toEqual([undefined, 'all', 'all']);
    expect([await tell('a', 'four', now, 'searches'), await tell('a', 'four', new Date(now.getTime() + 60_000))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('counts a thousand of a thousand callers', async () => {
    const time = new Date('2026-11-21T10:00:00.000Z');
    const tell = (n: number) =>
      useUp(
        storage.tables,
        'checks',
        time,
        { caller: `address-${String(n).padStart(12, '0')}`, use: 'abcdefabcdef' },
        { own: 1, all: 1000 },
      );
    const told = await Promise.all(Array.from({ length: 1001 }, (_, n) => tell(n)));
    expect(told).toEqual([...Array(1000).fill(undefined), 'all']);
  });
});
