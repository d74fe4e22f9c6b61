import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromLongJson, toLongJson } from '../../src/tables/long-json.ts';
import { insertOnce, readRow } from '../../src/tables/rows.ts';
import * as z from '../../src/zod.ts';
import { type Storage, startStorage } from './storage.ts';

const read = (row: Record<string, unknown>) => fromLongJson(z.unknown(), 'value', row, undefined);
// One repeated piece fills several properties; its length decides where the cuts fall.
const large = fc
  .tuple(fc.constantFrom('\u{1f600}', 'a\u{1f600}', 'ä', '"', '\\', '\n', 'abc', '\u2028'), fc.integer({ min: 1, max: 40_000 }), fc.nat(3))
  .map(([piece, times, shift]) => 'x'.repeat(shift) + piece.repeat(times));
const value = fc.oneof(
  fc.jsonValue(),
  large,
  fc.array(large, { maxLength: 3 }),
  fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), large, { maxKeys: 2 }),
);

describe('a value that is spread over properties', () => {
  it('is read back as it was, and no property is longer than storage takes', () => {
    fc.assert(
      fc.property(value, (written) => {
        const properties = toLongJson('value', written);
        expect(read({ ...properties, other0: 'x' })).toEqual(JSON.parse(JSON.stringify(written)));
        for (const text of Object.values(properties)) expect(text.length).toBeLessThanOrEqual(32_000);
        expect(Object.keys(properties)).toEqual(Object.values(properties).map((_, part) => `value${part}`));
      }),
      { numRuns: 300 },
    );
  });

  it('is the fallback where a row does not have it', () => {
    expect(fromLongJson(z.array(z.string()), 'value', { value: '[]', other0: '[]' }, ['fallback'])).toEqual(['fallback']);
  });

  it.each([
    ['cut', { value0: '["a","b' }],
    ['of another shape', { value0: '{"a":1}' }],
    ['no text', { value0: 7 }],
  ])('is the fallback where it is %s', (_, row) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(fromLongJson(z.array(z.string()), 'value', row, 'fallback')).toBe('fallback');
    warn.mockRestore();
  });
});

describe('in storage', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await startStorage();
  });
  afterAll(() => storage.stop());

  // Before the pair stand a quote and so many letters. Azurite spoils other large texts that are not ASCII: it decodes what it receives piece by piece.
  it.each([29_996, 29_997, 29_998, 29_999])(
    'a pair of surrogates behind %i letters survives the cut between two properties',
    async (letters) => {
      const written = `${'x'.repeat(letters)}\u{1f600}${'x'.repeat(letters)}`;
      const table = await storage.tables.open('sweeps');
      await insertOnce(table, { partitionKey: 'long', rowKey: String(letters), ...toLongJson('value', written) });
      expect(read((await readRow(table, 'long', String(letters))) ?? {}) === written).toBe(true);
    },
  );

  it('a plan of 5,000 nodes fits a row', async () => {
    const slices = Array.from({ length: 100 }, (_, n) =>
      Array.from({ length: 50 }, (__, m) => `aks-nodepool1-12345678-vmss${String(n * 50 + m).padStart(6, '0')}`),
    );
    const table = await storage.tables.open('sweeps');
    await insertOnce(table, { partitionKey: 'long', rowKey: 'plan', ...toLongJson('value', { slices }) });
    expect(read((await readRow(table, 'long', 'plan')) ?? {})).toEqual({ slices });
  });
});
