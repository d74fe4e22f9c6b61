import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../src/model/ledger.ts';
import { coverageWords, otherReasons } from '../../src/page/cluster-words.ts';
import { titleAndState } from '../../src/page/page-state.ts';

const nodes = { known: 5, reachable: 5, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 };
const seen = { nodes, openOutages: 0, cutOff: false, unseen: undefined };
const bad = { ...nodes, unreachable: 2, unknown: 1 };

describe('the title of a page', () => {
  it.each([
    ['not seen since 12:00', { nodes: bad, openOutages: 3, cutOff: true, unseen: { since: '12:00' } }],
    ['2 unreachable', { nodes: bad, openOutages: 3, cutOff: true, unseen: undefined }],
    ['cut off', { ...seen, openOutages: 3, cutOff: true }],
    ['3 open outages', { ...seen, openOutages: 3 }],
    ['1 open outage', { ...seen, openOutages: 1, unseen: { since: undefined } }],
    ['not seen', { ...seen, unseen: { since: undefined } }],
    ['not seen', { ...seen, nodes: { ...nodes, reachable: 0 } }],
    ['2 not served', { ...seen, nodes: { ...nodes, notServed: 2, unknown: 1 } }],
    ['1 unknown', { ...seen, nodes: { ...nodes, unknown: 1 } }],
    ['0 unreachable', seen],
  ])('says "%s" first, since that is the worst', (expected, state) => {
    expect(titleAndState(state)[0]).toBe(expected);
  });
});

describe('coverageWords', () => {
  it('tells nodes that gave a verdict apart from those that were asked', () => {
    const ledger = { ...emptyLedger, known: 4, reachable: 2, unknown: 1, notProbed: 1 };
    const byReason = { Reachable: 2, RunCommandTimedOut: 1, OverBudget: 1 };
    expect(coverageWords({ ...ledger, byReason }).text.replaceAll(/<[^>]*>/g, '')).toBe('coverage 50.0 %, asked 75.0 %');
  });

  it('gives no share where no verdict was expected', () => {
    expect(coverageWords(emptyLedger).text).toBe('no node was expected to give a verdict');
  });
});

describe('otherReasons', () => {
  it('lists all but the reachable, most first', () => {
    const byReason = { Reachable: 7, Deallocated: 1, ConnectionRefused: 3 };
    expect(otherReasons({ ...emptyLedger, byReason }).text.replaceAll(/<[^>]*>/g, '')).toBe(
      ' Not reachable or not asked: 3 ConnectionRefused, 1 Deallocated.',
    );
  });

  it('says nothing where all are reachable', () => {
    expect(otherReasons({ ...emptyLedger, byReason: { Reachable: 7 } }).text).toBe('');
  });
});
