import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FirstFailure, type Grants, grant, grantedOf } from '../../src/history/confirmations.ts';

const failure = (n: number): FirstFailure => ({ node: `n${n}`, pool: `p${n % 3}`, nonce: `nonce of ${n}` });
const failures = (count: number, from = 0) => Array.from({ length: count }, (_, n) => failure(from + n));
const sizeOf = (granted: Grants) => Object.keys(granted).length;

describe('the confirmations that are granted', () => {
  it('are at most 10 of a slice and 50 of a cluster, for any failures of any slices', () => {
    const asked = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(300), fc.integer({ min: 0, max: 30 })), { maxLength: 20 });
    fc.assert(
      fc.property(asked, (slices) => {
        const granted = slices.reduce<Grants>((all, [slice, from, count]) => grant(all, `${slice}`, failures(count, from)), {});
        expect(sizeOf(granted)).toBeLessThanOrEqual(50);
        for (const own of Map.groupBy(Object.values(granted), ({ slice }) => slice).values()) expect(own.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('stay the same object where nothing is added, so that nothing has to be written', () => {
    const once = grant({}, '0', failures(3));
    expect(grant(once, '0', failures(3))).toBe(once);
    expect(grant(once, '0', [])).toBe(once);
  });

  it('are of the failure that was granted, not of a later one of the same node', () => {
    const granted = grant({}, '0', failures(2));
    expect(grantedOf(granted, failures(3))).toEqual({ n0: 'nonce of 0', n1: 'nonce of 1' });
    expect(grantedOf(granted, [{ ...failure(0), nonce: 'another' }])).toEqual({});
  });
});
