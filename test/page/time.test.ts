import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agoOf, lengthOf, many, percent, since, when } from '../../src/page/time.ts';
import { HOSTILE, NOW, wordsOf } from './views.ts';

describe('percent', () => {
  it('rounds a share down, and by no more than it must', () => {
    expect([0.29, 0.57, 0.58].map((share) => percent(share, 1))).toEqual(['29.0 %', '57.0 %', '58.0 %']);
    expect([0.99999, 2 / 3].map((share) => percent(share, 2))).toEqual(['99.99 %', '66.66 %']);
  });

  it('is 100 only for all', () => {
    expect(percent(1, 1)).toBe('100 %');
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(0, 1, 2), (part, digits) => {
        const share = part / 1_000_001;
        expect(percent(share, digits)).not.toBe('100 %');
        expect(Number.parseFloat(percent(share, digits)) / 100).toBeLessThanOrEqual(share + 1e-12);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [-5, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [13_500, '3 h 45 min'],
    [2 * 86_400 - 1, '47 h 59 min'],
    [2 * 86_400, '2 d'],
    [2 * 86_400 + 3600, '2 d 1 h'],
  ])('of %d seconds is %s', (seconds, words) => {
    expect(lengthOf(seconds)).toBe(words);
  });

  it('is the same before and after', () => {
    expect(agoOf('2026-11-21T11:55:00Z', NOW)).toBe('5 min');
    expect(agoOf('2026-11-21T12:05:00Z', NOW)).toBe('5 min');
  });
});

describe('a time', () => {
  it('is the clock of today, else with its day, and in another year with that', () => {
    const wordsFor = (time: string, form?: 'minute' | 'second' | 'day') => wordsOf(when(time, NOW, form).text);
    expect(wordsFor('2026-11-21T03:04:05.678Z')).toBe('03:04');
    expect(wordsFor('2026-11-21T03:04:05.678Z', 'second')).toBe('03:04:05');
    expect(wordsFor('2026-11-20T03:04:05Z')).toBe('20 Nov 03:04');
    expect(wordsFor('2025-11-21T03:04:05Z')).toBe('21 Nov 2025 03:04');
    expect(wordsFor('2026-11-21T03:04:05Z', 'day')).toBe('21 Nov');
  });

  it('holds the whole time for programs, in UTC', () => {
    expect(when('2026-11-21T05:04:05+02:00', NOW).text).toBe('<time datetime="2026-11-21T03:04:05.000Z" data-form="minute">03:04</time>');
  });

  it('is nothing where there is none, and what is no time is shown as text', () => {
    expect([when(null, NOW).text, when(undefined, NOW).text, when('', NOW).text, since(null, NOW).text]).toEqual(['', '', '', '']);
    expect(when(HOSTILE, NOW).text).toBe('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  it('since when something is so is said with how long that is', () => {
    expect(wordsOf(since('2026-11-21T11:50:00Z', NOW).text)).toBe('since 11:50 (10 min)');
  });
});

it('one thing is one, and several are several', () => {
  expect([many(0, 'node'), many(1, 'node'), many(2, 'node'), many(2, 'stretch', 'stretches')]).toEqual([
    '0 nodes',
    '1 node',
    '2 nodes',
    '2 stretches',
  ]);
});
