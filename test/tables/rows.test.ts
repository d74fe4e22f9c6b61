import { odata, RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertOnce, isLostWrite, prefixed, readRange, readRow, retryLostWrites, writeBatch } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let table: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  table = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

const create = (partitionKey: string, rowKeys: readonly string[]): TransactionAction[] =>
  rowKeys.map((rowKey, n) => ['create', { partitionKey, rowKey, n }]);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(4, '0'));
const keysOf = (rows: { rowKey: string }[]) => rows.map(({ rowKey }) => rowKey);

describe('prefixed', () => {
  const key = fc.string({ unit: fc.constantFrom(...'!*-.09Zaz|~ä\u{1f600}') });

  it('is the range of exactly the keys that begin with the prefix', () => {
    fc.assert(
      fc.property(
        key.filter((text) => text !== ''),
        key,
        key,
        (prefix, rest, other) => {
          const { from, to } = prefixed(prefix);
          const holds = (text: string) => from <= text && text < to;
          expect(holds(prefix + rest)).toBe(true);
          expect(holds(other)).toBe(other.startsWith(prefix));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('insertOnce', () => {
  it('lets one of many win, and leaves its row', async () => {
    const wins = await Promise.all(numbered(10).map((n) => insertOnce(table, { partitionKey: 'once', rowKey: 'a', by: n })));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect((await readRow(table, 'once', 'a'))?.by).toBe(numbered(10)[wins.indexOf(true)]);
  });

  it('does not take another failure for a lost race', async () => {
    await expect(insertOnce(table, { partitionKey: 'a/b', rowKey: 'a' })).rejects.toBeInstanceOf(RestError);
  });
});

describe('readRow', () => {
  it('knows what is not there', async () => {
    expect(await readRow(table, 'nobody', 'here')).toBeUndefined();
  });

  it('finds a row whose keys need quoting', async () => {
    const rowKey = `o'brien|"x" & 100%|(eu)`;
    await insertOnce(table, { partitionKey: "quote's", rowKey, n: 1 });
    expect((await readRow(table, "quote's", rowKey))?.n).toBe(1);
    expect(keysOf(await readRange(table, "quote's", prefixed("o'brien|")))).toEqual([rowKey]);
  });
});

describe('readRange', () => {
  beforeAll(async () => {
    await writeBatch(table, create('range', [...numbered(1200), 'nodes', 'node|a', 'node|b', 'node|b1', 'note']));
    await writeBatch(table, create('other', ['node|x']));
  });

  it('reads a whole partition in the order of its keys, however many pages it takes', async () => {
    expect(keysOf(await readRange(table, 'range'))).toEqual([...numbered(1200), 'nodes', 'node|a', 'node|b', 'node|b1', 'note']);
  });

  it('takes the first key and leaves the last one out', async () => {
    expect(keysOf(await readRange(table, 'range', { from: '0010', to: '0013' }))).toEqual(['0010', '0011', '0012']);
    expect(keysOf(await readRange(table, 'range', prefixed('node|')))).toEqual(['node|a', 'node|b', 'node|b1']);
  });

  it('reads no more rows than asked for', async () => {
    expect(keysOf(await readRange(table, 'range', { most: 3 }))).toEqual(['0000', '0001', '0002']);
    expect(await readRange(table, 'range', { most: 1100 })).toHaveLength(1100);
  });

  it('reads what fulfils a further condition, and no property but those named', async () => {
    const rows = await readRange(table, 'range', { filter: odata`n ge ${1198} or n lt ${1}`, to: '2', select: ['rowKey'] });
    expect(rows.map(({ etag, ...row }) => row)).toEqual(['0000', '1198', '1199'].map((rowKey) => ({ rowKey })));
  });

  it('is empty for a partition that is not there', async () => {
    expect(await readRange(table, 'nobody')).toEqual([]);
  });
});

describe('writeBatch', () => {
  it('writes any number of rows', async () => {
    await writeBatch(table, create('many', numbered(250)));
    expect(await readRange(table, 'many')).toHaveLength(250);
  });

  it('does nothing for no change', async () => {
    await expect(writeBatch(table, [])).resolves.toBeUndefined();
  });

  it('writes a batch whole or not at all, and says that it lost', async () => {
    await insertOnce(table, { partitionKey: 'atom', rowKey: '0050' });
    const lost = await writeBatch(table, create('atom', numbered(100))).catch((error: unknown) => error);
    expect(isLostWrite(lost)).toBe(true);
    expect(keysOf(await readRange(table, 'atom'))).toEqual(['0050']);
  });

  it('keeps the batches before the one that lost', async () => {
    await insertOnce(table, { partitionKey: 'batches', rowKey: '0150' });
    await expect(writeBatch(table, create('batches', numbered(250)))).rejects.toSatisfy(isLostWrite);
    expect(keysOf(await readRange(table, 'batches'))).toEqual([...numbered(100), '0150']);
  });
});

describe('isLostWrite', () => {
  it('knows a row that changed, is there already, or is gone, alone and in a batch', async () => {
    await insertOnce(table, { partitionKey: 'lost', rowKey: 'a' });
    const etag = 'W/"datetime\'2020-01-01T00%3A00%3A00.0000000Z\'"';
    const update = (rowKey: string) => ({ partitionKey: 'lost', rowKey, n: 2 });
    const failures = await Promise.all(
      [
        table.updateEntity(update('a'), 'Merge', { etag }),
        table.createEntity(update('a')),
        table.updateEntity(update('gone'), 'Merge', { etag }),
        writeBatch(table, [['update', update('a'), 'Merge', { etag }]]),
        writeBatch(table, [['create', update('a')]]),
        writeBatch(table, [['update', update('gone'), 'Merge', { etag }]]),
      ].map((write) => write.catch((error: unknown) => error)),
    );
    expect(failures.map(isLostWrite)).toEqual([true, true, true, true, true, true]);
  });

  it.each([
    ['a bad request', new RestError('no', { statusCode: 400 })],
    ['an overload', new RestError('no', { statusCode: 503 })],
    ['a cut connection', new RestError('no')],
    ['another error', new Error('412')],
    ['nothing', undefined],
  ])('does not know %s', (_, error) => {
    expect(isLostWrite(error)).toBe(false);
  });
});

describe('retryLostWrites', () => {
  it('lets ten count to ten together', async () => {
    await insertOnce(table, { partitionKey: 'count', rowKey: 'a', n: 0 });
    const countOn = () =>
      retryLostWrites(30, async () => {
        const row = await readRow(table, 'count', 'a');
        await table.updateEntity({ partitionKey: 'count', rowKey: 'a', n: Number(row?.n) + 1 }, 'Merge', { etag: row!.etag });
      });
    await Promise.all(numbered(10).map(countOn));
    expect((await readRow(table, 'count', 'a'))?.n).toBe(10);
  });

  it('gives up after so many attempts, with the last failure', async () => {
    let attempts = 0;
    const losing = async () => {
      attempts += 1;
      throw new RestError(`lost ${attempts}`, { statusCode: 412 });
    };
    await expect(retryLostWrites(3, losing)).rejects.toThrow('lost 3');
  });

  it('does not try again after any other failure', async () => {
    let attempts = 0;
    const failing = async () => {
      attempts += 1;
      throw new RestError('broken', { statusCode: 500 });
    };
    await expect(retryLostWrites(3, failing)).rejects.toThrow('broken');
    expect(attempts).toBe(1);
  });
});
