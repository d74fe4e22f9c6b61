import { describe, expect, it } from 'vitest';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import { coveragePanel } from '../../src/page/coverage.ts';
import { links, wordsOf } from './views.ts';

const shown = (ledger: Partial<Ledger> | undefined) => coveragePanel(ledger && { ...emptyLedger, ...ledger }, links).text;

describe('the coverage of the last sweep', () => {
  it('is not known before a sweep is complete', () => {
    expect(wordsOf(shown(undefined))).toContain('none');
    expect(wordsOf(shown(undefined))).toContain('No sweep has completed yet.');
  });

  it('is the share of verdicts among the nodes that are expected to give one', () => {
    const words = wordsOf(
      shown({
        known: 10,
        reachable: 7,
        unreachable: 1,
        unknown: 1,
        notProbed: 1,
        byReason: { Reachable: 7, DnsTimeout: 1, NoProof: 1, Deallocated: 1 },
        unknownByReason: { NoProof: 1 },
      }),
    );
    expect(words).toContain('8 verdicts of the 9 nodes that are expected to give one');
    expect(words).toContain('88.8 %');
    expect(words).toContain('1DnsTimeoutunreachable');
    expect(words).toContain('1NoProofno verdict: counts against coverage');
    expect(words).toContain('1Deallocatedno verdict expected');
  });

  it('lists the most frequent reasons first, each with its place in the runbook', () => {
    const text = shown({ known: 9, reachable: 2, unreachable: 7, byReason: { Reachable: 2, DnsTimeout: 2, ConnectionRefused: 5 } });
    expect([...text.matchAll(/<li><span>(\d+)<\/span><a href="[^"]*#(\w+)"/g)].map(([, count, reason]) => [count, reason])).toEqual([
      ['5', 'ConnectionRefused'],
      ['2', 'DnsTimeout'],
    ]);
  });

  it('lists nothing where every node is reachable', () => {
    expect(shown({ known: 2, reachable: 2, byReason: { Reachable: 2 } })).not.toContain('<ul');
  });
});
