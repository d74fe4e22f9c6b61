import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchBudget } from '../../src/check/search-budget.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

describe('searches of Azure', () => {
  it('are so many a minute for one caller, twice as many for all, and new in the next minute', async () => {
    const { services, clock } = servicesAt(storage.connectionString, '2026-11-21T09:35:20.000Z');
    const search = (caller: string) => searchBudget(services, caller).useUp();
    await Promise.all(Array.from({ length: 10 }, () => search('a')));
    await expect(search('a')).rejects.toMatchObject({
      type: 'too-many-searches',
      retryAfterSeconds: 40,
      message: expect.stringContaining('expected at most 10 checks a minute of one caller of nodes that no sweep has seen'),
    });
    await Promise.all(Array.from({ length: 10 }, () => search('b')));
    await expect(search('c')).rejects.toThrow('at most 20 checks a minute of all callers');
    clock.at('2026-11-21T09:36:00.000Z');
    await search('a');
    await search('c');
  });
});
