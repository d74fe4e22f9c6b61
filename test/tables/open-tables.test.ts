import { AzureNamedKeyCredential, generateAccountSas, TableClient, TableServiceClient } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newestFirst, openTables, resultsTableOf, sweepsTableOf } from '../../src/tables/open-tables.ts';
import { insertOnce, readRow } from '../../src/tables/rows.ts';
import { openTablesOf, type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const moment = fc.date({ min: new Date('2001-09-09T02:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true });

describe('openTables', () => {
  it('makes a table at its first use, once, however many ask for it together', async () => {
    const connected: string[] = [];
    const insecure = { allowInsecureConnection: true };
    const tables = openTables(
      (name) => {
        connected.push(name);
        return TableClient.fromConnectionString(storage.connectionString, name, insecure);
      },
      TableServiceClient.fromConnectionString(storage.connectionString, insecure),
    );
    const [first, second] = await Promise.all([tables.open('checks'), tables.open('checks')]);
    expect(first).toBe(second);
    expect(connected).toEqual(['checks']);
    expect(await insertOnce(first!, { partitionKey: 'a', rowKey: 'a' })).toBe(true);
  });

  it('opens a table that another process has made, with what is in it', async () => {
    await insertOnce(await storage.tables.open('fleet'), { partitionKey: 'shared', rowKey: 'a', n: 1 });
    const other = openTablesOf(storage.connectionString);
    expect((await readRow(await other.open('fleet'), 'shared', 'a'))?.n).toBe(1);
  });

  it('asks once which tables there are, and not for each of those that another process has made', async () => {
    for (const name of ['fleet', 'clusters', 'names'] as const) await storage.tables.open(name);
    const requests: string[] = [];
    const counted = <C extends TableClient | TableServiceClient>(client: C): C => {
      client.pipeline.addPolicy({
        name: 'count',
        sendRequest(request, next) {
          requests.push(`${request.method} ${new URL(request.url).pathname.split('/').at(-1)}`);
          return next(request);
        },
      });
      return client;
    };
    const insecure = { allowInsecureConnection: true };
    const tables = openTables(
      (name) => counted(TableClient.fromConnectionString(storage.connectionString, name, insecure)),
      counted(TableServiceClient.fromConnectionString(storage.connectionString, insecure)),
    );
    await Promise.all([tables.open('fleet'), tables.open('clusters'), tables.open('names')]);
    expect(requests).toEqual(['GET Tables']);
    await insertOnce(await tables.open('webhooks'), { partitionKey: 'a', rowKey: 'a' });
    expect(requests.slice(1, 2)).toEqual(['POST Tables']);
  });

  it('makes a table that it knew until another process dropped it a while ago', async () => {
    await storage.tables.open('results20260103');
    const other = openTablesOf(storage.connectionString);
    await other.open('fleet');
    await storage.tables.drop('results20260103');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    try {
      expect(await readRow(await other.open('results20260103'), 'a', 'a')).toBeUndefined();
      expect(await storage.tables.dated('results')).toContain('results20260103');
    } finally {
      await storage.tables.drop('results20260103');
      vi.useRealTimers();
    }
  });

  it('tries again after a failure', async () => {
    let attempts = 0;
    const insecure = { allowInsecureConnection: true };
    const tables = openTables(
      (name) => {
        attempts += 1;
        if (attempts === 1) throw new Error('no route to storage');
        return TableClient.fromConnectionString(storage.connectionString, name, insecure);
      },
      TableServiceClient.fromConnectionString(storage.connectionString, insecure),
    );
    await expect(tables.open('pace')).rejects.toThrow('no route to storage');
    await expect(tables.open('pace')).resolves.toBeInstanceOf(TableClient);
  });

  it('names the table that it may not make, with what to do', async () => {
    const [, name, key, url] = /AccountName=([^;]+);AccountKey=([^;]+);.*TableEndpoint=([^;]+)/.exec(storage.connectionString)!;
    const mayRead = generateAccountSas(new AzureNamedKeyCredential(name!, key!), {
      permissions: { query: true },
      services: { table: true },
    });
    const insecure = { allowInsecureConnection: true };
    const tables = openTables(
      (table) => new TableClient(`${url}?${mayRead}`, table, insecure),
      new TableServiceClient(`${url}?${mayRead}`, insecure),
    );
    await expect(tables.open('names')).rejects.toThrow(
      /^expected the table "names" in the storage account, or the right to create it, got 403: create it, or give the app's identity the role "Storage Table Data Contributor"$/,
    );
  });

  it('lists the dated tables of a kind, and none of the others', async () => {
    const { tables } = storage;
    for (const name of ['results20261120', 'results20261121', 'sweeps202611', 'sweeps', 'checks'] as const) await tables.open(name);
    expect((await tables.dated('results')).sort()).toEqual(['results20261120', 'results20261121']);
    expect(await tables.dated('sweeps')).toEqual(['sweeps202611']);
  });

  it('drops a table, and makes it again when it is asked for', async () => {
    const { tables } = storage;
    await insertOnce(await tables.open('results20250101'), { partitionKey: 'a', rowKey: 'a' });
    await tables.drop('results20250101');
    expect(await tables.dated('results')).not.toContain('results20250101');
    expect(await readRow(await tables.open('results20250101'), 'a', 'a')).toBeUndefined();
  });
});

describe('the name of a dated table', () => {
  it('is that of the UTC day or month', () => {
    expect(resultsTableOf('2026-11-21T23:59:59.999Z')).toBe('results20261121');
    expect(sweepsTableOf('2026-01-01T00:00:00Z')).toBe('sweeps202601');
  });

  it('sorts as days do, so that retention can compare names', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [first, second] = [a, b].map((date) => date.toISOString()) as [string, string];
        if (first.slice(0, 10) < second.slice(0, 10)) expect(resultsTableOf(first) < resultsTableOf(second)).toBe(true);
        if (first.slice(0, 7) < second.slice(0, 7)) expect(sweepsTableOf(first) < sweepsTableOf(second)).toBe(true);
        expect(resultsTableOf(first)).toMatch(/^results\d{8}$/);
      }),
    );
  });
});

describe('newestFirst', () => {
  it('turns the order of times round, and has always the same length', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [first, second] = [newestFirst(a.toISOString()), newestFirst(b.toISOString())];
        expect([first.length, second.length]).toEqual([13, 13]);
        expect(Math.sign(a.getTime() - b.getTime())).toBe(first < second ? 1 : first > second ? -1 : 0);
      }),
    );
  });

  it('reads a sweep id as well as a time', () => {
    expect(newestFirst('2026-11-21T09:35:00Z')).toBe(newestFirst('2026-11-21T09:35:00.000Z'));
  });
});
