import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barOf, dotsKey, dotsOf, dotsSvg } from '../../src/page/dots-svg.ts';
import { countsOf } from './views.ts';

const count = fc.nat(60);
const counts = fc
  .record({ reachable: count, unreachable: count, unknown: count, notProbed: count, served: count })
  .map(({ served, ...given }) => countsOf({ ...given, notServed: Math.min(given.reachable, served) }));
const dotsFor = (given: Parameters<typeof countsOf>[0]) => Object.fromEntries(dotsOf(countsOf(given)));

describe('a cluster as dots', () => {
  it('has one for each node', () => {
    expect(dotsFor({ reachable: 5, notServed: 2, unreachable: 3, unknown: 1, notProbed: 4 })).toEqual({
      bad: 3,
      deg: 2,
      unk: 1,
      ok: 3,
      np: 4,
    });
  });

  it('has one for each percent of a large one, and one at least for what there is', () => {
    expect(dotsFor({ reachable: 4999, unreachable: 1 })).toEqual({ bad: 1, deg: 0, unk: 0, ok: 100, np: 0 });
  });

  it('shows whatever there is, and nothing that there is not', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const { bad, deg, unk, ok, np } = Object.fromEntries(dotsOf(given)) as Record<string, number>;
        const { reachable, notServed, unreachable, unknown, notProbed } = given;
        const shown = [bad, deg, unk, ok, np].map((dots) => dots! > 0);
        expect(shown).toEqual([unreachable, notServed, unknown, reachable - notServed, notProbed].map((nodes) => nodes > 0));
        const total = [bad, deg, unk, ok, np].reduce((sum, dots) => sum! + dots!, 0)!;
        expect(total).toBeLessThanOrEqual(105);
        if (given.known <= 100) expect(total).toBe(given.known);
      }),
    );
  });

  it('is as wide as it is large, five in a column, with a path for each state', () => {
    const { text } = dotsSvg(countsOf({ reachable: 11, unreachable: 1 }), 'shop');
    expect(text).toContain('width="26"');
    expect(text.match(/<path /g)).toHaveLength(2);
    expect(text).toContain('role="img" aria-label="shop"');
  });

  it('of a cluster without nodes is a picture still', () => {
    expect(dotsSvg(countsOf({}), 'empty').text).toContain('viewBox="0 0 8 44"');
  });

  it('says in its key that a dot is a percent where that is so', () => {
    expect(dotsKey(countsOf({ reachable: 100 })).text).not.toContain('1 %');
    expect(dotsKey(countsOf({ reachable: 101 })).text).toContain('a dot is 1 % of them');
  });
});

describe('the bar of all nodes', () => {
  it('says what it shows', () => {
    expect(barOf(countsOf({ reachable: 3, unreachable: 1, notProbed: 2 })).text).toContain(
      'aria-label="1 unreachable, 0 unknown, 2 not probed, 3 reachable"',
    );
  });

  it('has a piece for each state that a node has, within its width', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const pieces = [...barOf(given).text.matchAll(/x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(
          ([, x, width]) => [Number(x), Number(width)] as const,
        );
        expect(pieces.length).toBe(
          [given.reachable, given.unreachable, given.unknown, given.notProbed].filter((nodes) => nodes > 0).length,
        );
        for (const [x, width] of pieces) expect(x + width).toBeLessThanOrEqual(1000.1);
      }),
    );
  });
});
