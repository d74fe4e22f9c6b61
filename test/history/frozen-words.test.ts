import { describe, expect, it } from 'vitest';
import { type FrozenWords, holdMs, nextSettling, settlesAt, settleWords, type Words } from '../../src/history/frozen-words.ts';

const at = (seconds: number) => new Date(Date.parse('2026-11-30T03:00:00Z') + seconds * 1000);
const said = (counts: string): Words => ({ subject: counts, what: counts, counts, since: at(0).toISOString(), why: 'x', changed: '-' });
const HOLD = 60_000;

describe('the words for a condition', () => {
  const first = settleWords(undefined, 'a', said('3 of 9'), at(0), HOLD);

  it('follow what is known, until they are settled after the hold', () => {
    const second = settleWords(first, 'a', said('9 of 9'), at(30), HOLD);
    expect([first.settled, second.settled, second.counts, second.first]).toEqual([false, false, '9 of 9', at(0).toISOString()]);
    expect(settleWords(second, 'a', said('8 of 9'), at(60), HOLD)).toMatchObject({ settled: true, counts: '8 of 9' });
  });

  it('stay once they are settled, as long as the condition stands', () => {
    const settled = settleWords(first, 'a', said('9 of 9'), at(61), HOLD);
    expect(settleWords(settled, 'a', said('1 of 9'), at(9000), HOLD)).toBe(settled);
  });

  it('are new for one that ends and begins anew', () => {
    const settled = settleWords(first, 'a', said('9 of 9'), at(61), HOLD);
    expect(settleWords(settled, 'b', said('1 of 9'), at(9000), HOLD)).toMatchObject({
      settled: false,
      counts: '1 of 9',
      first: at(9000).toISOString(),
    });
  });

  it('are due to be settled when the first of them has waited long enough', () => {
    const later: FrozenWords = { ...first, first: at(20).toISOString() };
    expect(nextSettling([later, first], HOLD)).toEqual(at(60));
    expect(nextSettling([{ ...first, settled: true }], HOLD)).toBeUndefined();
  });

  it('of an incident that grows wait until it has not grown for a while, three times as long at most', () => {
    const times = (grown: number) => (settlesAt(at(0).toISOString(), at(grown).toISOString(), HOLD) - at(0).getTime()) / 1000;
    expect([0, 30, 50, 100, 170, 900].map(times)).toEqual([60, 60, 70, 120, 180, 180]);
  });

  it('wait a third of an interval, a minute at most', () => {
    expect([holdMs(30_000), holdMs(300_000), holdMs(3_600_000)]).toEqual([10_000, 60_000, 60_000]);
  });
});
