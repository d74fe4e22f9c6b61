import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goDuration } from '../../src/history/go-duration.ts';

const NANOSECONDS: Record<string, number> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Reads a duration as Go's `time.ParseDuration` does. */
function parse(text: string): number {
  const parts = [...text.matchAll(/(\d+)(?:\.(\d+))?(ns|µs|ms|[smh])/g)];
  expect(parts.map(([part]) => part).join('')).toBe(text);
  return parts.reduce((total, [, whole, decimals = '', unit]) => {
    const one = NANOSECONDS[unit!]!;
    return total + Number(whole) * one + (Number(decimals.padEnd(12, '0')) * one) / 1e12;
  }, 0);
}

describe('a duration', () => {
  // As time.Duration prints them: https://pkg.go.dev/time#Duration.String
  it.each([
    [1211, '1.211s'],
    [2.24, '2.24ms'],
    [2.241775, '2.241775ms'],
    [2.032018, '2.032018ms'],
    [179_999.789186, '2m59.999789186s'],
    [20, '20ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1500, '1.5s'],
    [60_000, '1m0s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [3_661_001, '1h1m1.001s'],
    [360_000_000, '100h0m0s'],
    [0.0015, '1.5µs'],
    [0.001, '1µs'],
    [0.000_042, '42ns'],
    [0, '0s'],
  ])('of %d ms is %s', (milliseconds, text) => {
    expect(goDuration(milliseconds)).toBe(text);
  });

  it('is what it was when it is read again, to the nanosecond, in the largest unit that leaves no zero in front', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(2_000),
          fc.nat(2_000_000),
          fc.nat(),
          fc.maxSafeNat().map((n) => n % 1e15),
        ),
        (nanoseconds) => {
          const text = goDuration(nanoseconds / 1e6);
          expect(parse(text)).toBeCloseTo(nanoseconds, 0);
          expect(text).toMatch(/^(0s|[1-9]\d*(\.\d*[1-9])?(ns|µs|ms|s)|([1-9]\d*h)?[1-5]?\dm[1-5]?\d(\.\d*[1-9])?s)$/);
          expect(text).not.toMatch(/^\d{4,}(\.\d+)?(ns|µs|ms)$|^(6\d|[7-9]\d|\d{3,})(\.\d+)?s$/);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
