import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/http/paging.ts';
import { HttpProblem } from '../../src/http/problem.ts';

const ask = (query: Record<string, string>) => ({ params: {}, query: new URLSearchParams(query) });
const list = (length: number) => Array.from({ length }, (_, n) => n);

/** What a caller sees who follows `next` to its end. */
function walk(items: readonly number[], limit?: number): number[][] {
  const pages: number[][] = [];
  let cursor: string | null = null;
  do {
    const page: { items: number[]; next: string | null } = pageOf(
      items,
      ask({ ...(limit === undefined ? {} : { limit: String(limit) }), ...(cursor === null ? {} : { cursor }) }),
    );
    pages.push(page.items);
    cursor = page.next;
  } while (cursor !== null);
  return pages;
}

function problemOf(query: Record<string, string>): [number, string, string] {
  try {
    pageOf(list(3), ask(query));
  } catch (error) {
    if (error instanceof HttpProblem) return [error.status, error.type, error.message];
    throw error;
  }
  return [200, '', ''];
}

describe('pageOf', () => {
  it('gives each item once and in order to whoever follows the cursors, whatever the limit', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 1000 }), (length, limit) => {
        const pages = walk(list(length), limit);
        expect(pages.flat()).toEqual(list(length));
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.length).toBe(Math.max(1, Math.ceil(length / limit)));
      }),
    );
  });

  it('gives 200 items to whoever asks for no number', () => {
    expect(walk(list(450)).map((page) => page.length)).toEqual([200, 200, 50]);
  });

  it('has a cursor that needs no escaping in a URL', () => {
    expect(pageOf(list(300), ask({})).next).toMatch(/^[\w-]+$/);
  });

  it('gives an empty last page to a cursor behind the end: the list may have shrunk', () => {
    const { next } = pageOf(list(300), ask({}));
    expect(pageOf(list(10), ask({ cursor: next! }))).toEqual({ items: [], next: null });
  });

  it.each(['0', '1001', '-1', '1.5', 'all', '', ' 5', '99999'])('refuses "%s" as limit', (limit) => {
    expect(problemOf({ limit })).toEqual([400, 'bad-limit', `expected limit to be a whole number from 1 to 1000, got "${limit}"`]);
  });

  it('quotes no more than 40 characters of a bad limit', () => {
    expect(problemOf({ limit: 'x'.repeat(5000) })[2]).toBe(`expected limit to be a whole number from 1 to 1000, got "${'x'.repeat(40)}"`);
  });

  it('refuses every cursor that it has not given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'bzEw!', 'MTA', '10', 'o10', 'bzEwMDAwMDAwMDAw')),
        (cursor) => {
          fc.pre(!/^o\d{1,9}$/.test(Buffer.from(cursor, 'base64url').toString()));
          expect(problemOf({ cursor })).toEqual([
            400,
            'bad-cursor',
            'expected cursor to be the "next" of an earlier answer; leave it out to begin at the start',
          ]);
        },
      ),
    );
  });
});
