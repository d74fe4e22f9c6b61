import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirmationOf, flightId, isPlanned, putOff } from '../../src/sweep/slice-name.ts';

const position = fc.nat(4999).map(String);
const times = (count: number, slice: string): string => (count === 0 ? slice : times(count - 1, putOff(slice)));

describe('the name of a slice', () => {
  it('belongs to the plan however often the rest of it was put off', () => {
    fc.assert(fc.property(position, fc.nat(10), (slice, count) => isPlanned(times(count, slice))));
  });

  it('never belongs to the plan when it is of a confirmation, put off or not', () => {
    fc.assert(fc.property(position, fc.nat(5), fc.nat(5), (slice, a, b) => !isPlanned(times(b, confirmationOf(times(a, slice))))));
  });

  it('tells each putting off and each confirmation from the slice it comes from', () => {
    const names = ['0', '1', '10'].flatMap((slice) => [slice, putOff(slice), putOff(putOff(slice)), confirmationOf(slice)]);
    expect(new Set([...names, ...names.map(confirmationOf)]).size).toBe(names.length * 2 - 3);
  });

  it.each(['', 'check-1', '0.x', '-1', '0.', '0.c', 'r'])('"%s" belongs to no plan', (slice) => {
    expect(isPlanned(slice)).toBe(false);
  });

  it('makes the same flight id on every delivery', () => {
    expect(flightId('2026-11-21T09:35:00Z', 'sub.rg.shop', '3.r')).toBe('2026-11-21T09:35:00Z|sub.rg.shop|3.r');
  });
});
