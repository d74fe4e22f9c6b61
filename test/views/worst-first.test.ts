import { describe, expect, it } from 'vitest';
import { emptyCounts } from '../../src/model/ledger.ts';
import { addCounts, countWorst, worstOf } from '../../src/views/worst-first.ts';

const group = (some: Partial<typeof emptyCounts>) => ({ ...emptyCounts, ...some });

describe('worstOf', () => {
  it.each([
    ['unreachable', { reachable: 9, unreachable: 1, unknown: 5, notProbed: 5 }],
    ['unknown', { reachable: 9, unknown: 1, notProbed: 5 }],
    ['reachable', { reachable: 1, notProbed: 9 }],
    ['notProbed', { notProbed: 1 }],
    ['notProbed', {}],
  ])('is %s', (verdict, counts) => {
    expect(worstOf(group(counts))).toBe(verdict);
  });
});

describe('countWorst', () => {
  it('counts each group once, by the worst that is in it', () => {
    const groups = [group({ reachable: 3, unreachable: 1 }), group({ reachable: 3 }), group({ reachable: 1, unknown: 1 }), group({})];
    expect(countWorst(groups)).toEqual({ known: 4, reachable: 1, notServed: 0, unreachable: 1, unknown: 1, notProbed: 1 });
  });
});

it('a group counts as not served if one of its nodes is not and none is worse', () => {
  const groups = [group({ reachable: 3, notServed: 1 }), group({ reachable: 3, notServed: 2, unknown: 1 }), group({ reachable: 3 })];
  expect(countWorst(groups)).toMatchObject({ known: 3, reachable: 2, notServed: 1, unknown: 1 });
});

describe('addCounts', () => {
  it('adds up verdict by verdict, and takes no groups for none', () => {
    const one = { known: 4, reachable: 1, notServed: 0, unreachable: 1, unknown: 1, notProbed: 1 };
    expect(addCounts([one, { ...one, known: 5, reachable: 2 }])).toEqual({
      known: 9,
      reachable: 3,
      notServed: 0,
      unreachable: 2,
      unknown: 2,
      notProbed: 2,
    });
    expect(addCounts([])).toEqual(emptyCounts);
  });
});
