import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToStrip, readStrip, STRIP_SWEEPS, type StripCode, stripUntil } from '../../src/history/strip.ts';

const MINUTE = 60_000;
const INTERVAL = 5 * MINUTE;
const START = Date.parse('2026-11-21T09:00:00Z');
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
const result = (minutes: number, verdict: 'reachable' | 'unreachable' | 'unknown' = 'reachable') => ({ at: at(minutes), verdict });

/** The strip of results, in the order in which they are given. */
function stripOf(results: readonly ReturnType<typeof result>[]): string {
  let [strip, previous]: [string | undefined, string | undefined] = [undefined, undefined];
  for (const each of results) [strip, previous] = [addToStrip(strip, each, previous, INTERVAL), each.at];
  return strip ?? '';
}

describe('the strip of a node', () => {
  it('has one letter for each sweep, and counts equal ones together', () => {
    expect(stripOf([result(0), result(5), result(10, 'unreachable'), result(15, 'unknown')])).toBe('o2xu');
  });

  it('takes a confirmation and what it confirms for one sweep, of which the later counts', () => {
    expect(stripOf([result(0), result(5, 'unreachable'), result(5.5)])).toBe('o2');
    expect(stripOf([result(0), result(5, 'unreachable'), result(5.5, 'unreachable')])).toBe('ox');
  });

  it('shows sweeps without a result as not probed, whatever the jitter of the others', () => {
    expect(stripOf([result(0), result(6), result(20)])).toBe('o2n2o');
  });

  it('says of a node that is reached and not served that it is not served', () => {
    const served = { ok: false, reason: 'EtcdUnavailable', message: '' } as const;
    expect(addToStrip('o', { ...result(5), served }, at(0), INTERVAL)).toBe('od');
  });

  it('keeps the newest 50 sweeps, whatever came', () => {
    const verdict = fc.constantFrom('reachable' as const, 'unreachable' as const, 'unknown' as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), verdict), { maxLength: 120 }), (steps) => {
        let minutes = 0;
        const results = steps.map(([step, found]) => {
          minutes += step;
          return result(minutes, found);
        });
        const runs = readStrip(stripOf(results));
        expect(runs.reduce((sum, { sweeps }) => sum + sweeps, 0)).toBeLessThanOrEqual(STRIP_SWEEPS);
        for (const [nth, run] of runs.entries()) expect(run.code).not.toBe(runs[nth + 1]?.code);
        const letters: Record<string, StripCode> = { reachable: 'o', unreachable: 'x', unknown: 'u' };
        if (results.length > 0) expect(runs.at(-1)?.code).toBe(letters[results.at(-1)!.verdict]);
      }),
    );
  });

  it('ends with the sweeps in which the node was not probed any more, but for the one that may be running', () => {
    expect(stripUntil('o3', at(0), new Date(START + 4 * MINUTE), INTERVAL)).toEqual([{ code: 'o', sweeps: 3 }]);
    expect(stripUntil('o3', at(0), new Date(START + 9 * MINUTE), INTERVAL)).toEqual([{ code: 'o', sweeps: 3 }]);
    expect(stripUntil('o3', at(0), new Date(START + 20 * MINUTE), INTERVAL)).toEqual([
      { code: 'o', sweeps: 3 },
      { code: 'n', sweeps: 2 },
    ]);
  });

  it('is empty where nothing is known, or nothing that can be read', () => {
    expect(stripUntil(undefined, undefined, new Date(START), INTERVAL)).toEqual([]);
    expect(readStrip('zzz99')).toEqual([]);
  });
});
