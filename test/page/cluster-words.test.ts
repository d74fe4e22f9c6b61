import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../src/model/ledger.ts';
import { countsOf, coverageWords, meaningOf } from '../../src/page/cluster-words.ts';
import { clusterOf, wordsOf } from './views.ts';

describe('the nodes of a cluster in words', () => {
  const wordsFor = (nodes: Parameters<typeof clusterOf>[1]) => wordsOf(countsOf(clusterOf('a', nodes)).text);

  it('are those that fail or give no verdict, of how many', () => {
    expect(wordsFor({ reachable: 5, unreachable: 2 })).toBe('2 of 7 unreachable');
    expect(wordsFor({ reachable: 5, unreachable: 2, unknown: 1 })).toBe('2 of 8 unreachable, 1 of 8 unknown');
  });

  it('are those that are reachable where none fails, with those that are not served or not probed', () => {
    expect(wordsFor({ reachable: 5 })).toBe('5 reachable');
    expect(wordsFor({ reachable: 5, notServed: 2, notProbed: 1 })).toBe('5 reachable, 2 not served, 1 not probed');
    expect(wordsFor({ notProbed: 3 })).toBe('3 not probed');
    expect(wordsFor({})).toBe('0 reachable');
  });
});

describe('coverageWords', () => {
  it('tells nodes that gave a verdict apart from those that were asked', () => {
    const ledger = { ...emptyLedger, known: 4, reachable: 2, unknown: 1, notProbed: 1 };
    const byReason = { Reachable: 2, RunCommandTimedOut: 1, OverBudget: 1 };
    expect(coverageWords({ ...ledger, byReason })).toBe('coverage 50.0 %, asked 75.0 %');
  });

  it('gives no share where no verdict was expected', () => {
    expect(coverageWords(emptyLedger)).toBe('no node was expected to give a verdict');
  });
});

it('a reason that the catalogue does not have means nothing', () => {
  expect(meaningOf('DnsTimeout')).toMatch(/\.$/);
  expect([meaningOf('Nonsense'), meaningOf(null), meaningOf('toString')]).toEqual(['', '', '']);
});
