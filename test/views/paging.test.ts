import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/model/problem.ts';
import { comparePlaces, cutPage, readPage, writeCursor } from '../../src/views/paging.ts';
import * as z from '../../src/zod.ts';

const ask = (query: Record<string, string>) => ({ query: new URLSearchParams(query) });
const place = z.tuple([z.number()]);

function cut(items: readonly number[], query: Record<string, string>) {
  return cutPage('numbers', items, readPage(ask(query), 'numbers', place), (item) => [item]);
}

/** What a caller sees who follows `next` to its end; `change` gives the list as it is after each page. */
function walk(
  items: readonly number[],
  limit: number,
  change: (items: readonly number[]) => readonly number[] = (same) => same,
): number[][] {
  const pages: number[][] = [];
  let cursor: string | null = null;
  let current = items;
  do {
    const page: { items: number[]; next: string | null } = cut(current, { limit: String(limit), ...(cursor === null ? {} : { cursor }) });
    pages.push(page.items);
    if (pages.length > 1000) throw new Error('the pages never end');
    cursor = page.next;
    current = change(current);
  } while (cursor !== null);
  return pages;
}

function problemOf(cursor: string): [string, string] {
  try {
    readPage(ask({ cursor }), 'numbers', place);
  } catch (error) {
    if (error instanceof Problem) return [error.type, error.message];
    throw error;
  }
  return ['', ''];
}

const list = (length: number) => Array.from({ length }, (_, n) => n);
const refused = ['bad-cursor', 'expected cursor to be the "next" of an earlier answer; leave it out to begin at the start'];

describe('a list in pages', () => {
  it('gives each item once and in order to whoever follows the cursors, whatever the limit', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 1000 }), (length, limit) => {
        const pages = walk(list(length), limit);
        expect(pages.flat()).toEqual(list(length));
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('gives each item once that stays, while others come and go between the pages', () => {
    const numbers = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 1, max: 9 }), (stay, pass, limit) => {
        const passing = pass.filter((item) => !stay.includes(item));
        let turn = 0;
        const change = () => {
          turn += 1;
          return [...stay, ...passing.filter((_, at) => (at + turn) % 2 === 0)].sort((a, b) => a - b);
        };
        const seen = walk(change(), limit, change).flat();
        expect(new Set(seen).size).toBe(seen.length);
        expect(stay.filter((item) => !seen.includes(item))).toEqual([]);
      }),
    );
  });

  it('gives 50 items to whoever asks for no number', () => {
    expect(cut(list(120), {}).items).toHaveLength(50);
  });

  it('has a cursor that needs no escaping in a URL', () => {
    expect(cut(list(300), {}).next).toMatch(/^[\w-]+$/);
  });

  it('gives an empty last page to a cursor behind the end: the list may have shrunk', () => {
    const { next } = cut(list(300), {});
    expect(cut(list(10), { cursor: next! })).toEqual({ items: [], next: null });
  });

  it('refuses every cursor that it has not given out', () => {
    const near = writeCursor('numbers', [5]);
    const cursors = fc.oneof(fc.string(), fc.constantFrom('', '\u0000\uFFFF', 'MTA', `${near}A`, `${near}=`, ` ${near}`));
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(problemOf(cursor)).toEqual(refused);
      }),
      { numRuns: 50 },
    );
    expect(problemOf(writeCursor('letters', [5]))).toEqual(refused);
    expect(problemOf(writeCursor('numbers', ['5']))).toEqual(refused);
    expect(problemOf(near)).toEqual(['', '']);
  });

  it('sorts places as their parts say, one after the other', () => {
    const places: [number, string][] = [
      [0, 'b'],
      [0, 'c'],
      [1, 'a'],
    ];
    expect([...places].reverse().sort(comparePlaces)).toEqual(places);
    expect(comparePlaces([1, 'a'], [1, 'a'])).toBe(0);
  });
});
