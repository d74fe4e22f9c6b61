import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findShortfalls } from '../../src/inventory/pool-gaps.ts';
import { gapsOf, type PoolFacts } from '../../src/model/cluster-facts.ts';

const sweeps = ['2026-11-21T10:00:00Z', '2026-11-21T10:05:00Z', '2026-11-21T10:10:00Z'] as const;
const poolOf = (count: number | undefined, more: Partial<PoolFacts> = {}): PoolFacts => ({
  name: 'web',
  count,
  excluded: false,
  changing: false,
  stopped: false,
  ...more,
});
const compare = (pool: PoolFacts, found: number, before: ReturnType<typeof findShortfalls>, sweep: string) =>
  findShortfalls([pool], new Map([['web', found]]), before, { sweep, now: new Date(sweep) });

/** The gaps after each sweep in which so many machines were found of four nodes. */
function gapsAfter(...found: number[]): number[] {
  let short = {};
  return found.map((machines, n) => {
    short = compare(poolOf(4), machines, short, sweeps[n]!);
    return gapsOf(short).web ?? 0;
  });
}

describe('a pool with fewer machines than nodes', () => {
  it('is a gap from the second sweep on, and none any more once the machines are there', () => {
    expect(gapsAfter(1, 1, 4)).toEqual([0, 3, 0]);
    expect(gapsAfter(1, 4, 1)).toEqual([0, 0, 0]);
  });

  it('counts what was missing both times', () => {
    expect(gapsAfter(3, 1, 0)).toEqual([0, 1, 3]);
    expect(gapsAfter(0, 3, 3)).toEqual([0, 1, 1]);
  });

  it('keeps the moment at which it began, and is none in the same sweep, though it is compared twice', () => {
    const first = compare(poolOf(4), 1, {}, sweeps[0]);
    expect(gapsOf(compare(poolOf(4), 1, first, sweeps[0]))).toEqual({});
    expect(compare(poolOf(4), 2, first, sweeps[1]).web).toMatchObject({ sweep: sweeps[0], missing: 2, standing: 2 });
  });

  it.each<[string, PoolFacts]>([
    ['is excluded', poolOf(4, { excluded: true })],
    ['is stopped', poolOf(4, { stopped: true })],
    ['is being stopped', poolOf(4, { recordOnly: 'NodeStopping' })],
    ['has no count', poolOf(undefined)],
  ])('is none where it %s', (_, pool) => {
    expect(compare(pool, 0, {}, sweeps[0])).toEqual({});
  });

  it('never has more of a gap than nodes that nobody sees', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.array(fc.nat(12), { minLength: 2, maxLength: 3 }), (count, found) => {
        let short = {};
        for (const [n, machines] of found.entries()) short = compare(poolOf(count), machines, short, sweeps[n]!);
        const gap = gapsOf(short).web ?? 0;
        expect(gap).toBeLessThanOrEqual(Math.max(0, count - found.at(-1)!));
        expect(gap).toBe(Math.max(0, count - Math.max(...found.slice(-2))));
      }),
    );
  });
});
