import { describe, expect, it } from 'vitest';
import { isProberBlind, type Visibility, visibilityOf } from '../../src/history/blindness.ts';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

/** A ledger of a sweep with so many planned nodes, of which these gave no verdict. */
function ledgerOf(planned: number, unknownByReason: Partial<Record<ReasonCode, number>>, notProbed = 0): Ledger {
  const unknown = Object.values(unknownByReason).reduce((total, count) => total + count, 0);
  const known = planned + notProbed;
  return { ...emptyLedger, known, notProbed, unknown, reachable: planned - unknown, byReason: { ...unknownByReason }, unknownByReason };
}

const judge = (ledger: Ledger) => visibilityOf('c', ledger, { percent: 50, nodes: 2 });
const cluster = (blind: boolean, planned = 10): Visibility => ({
  cluster: 'c',
  blind,
  unknown: blind ? planned : 0,
  planned,
  reason: 'NoProof',
});
const clusters = (blind: number, seen: number, notAsked = 0) => [
  ...Array.from({ length: blind }, () => cluster(true)),
  ...Array.from({ length: seen }, () => cluster(false)),
  ...Array.from({ length: notAsked }, () => cluster(false, 0)),
];

describe('visibilityOf', () => {
  it.each<[string, boolean, Ledger]>([
    ['half of the planned nodes is enough', true, ledgerOf(10, { NoProof: 5 })],
    ['less than half is not', false, ledgerOf(11, { NoProof: 5 })],
    ['reasons are added up', true, ledgerOf(10, { NoProof: 3, RunCommandTimedOut: 2 })],
    ['nodes that were not planned do not count', true, ledgerOf(10, { NoProof: 5 }, 90)],
    ['fewer nodes than needed are not enough, though all are', false, ledgerOf(1, { NoProof: 1 })],
    ['as many as needed are', true, ledgerOf(2, { NoProof: 2 })],
    ['throttled nodes are not unseen', false, ledgerOf(10, { NoProof: 4, Throttled: 6 })],
    ['but count among the planned', false, ledgerOf(20, { NoProof: 5, Throttled: 6 })],
    ['no planned node, nobody blind', false, ledgerOf(0, {}, 5)],
    ['all in order, nobody blind', false, ledgerOf(10, {})],
  ])('%s', (_, blind, ledger) => {
    expect(judge(ledger).blind).toBe(blind);
  });

  it.each<ReasonCode>([
    'Throttled',
    'AccessDenied',
    'NodeBusy',
    'NodeGone',
    'NotRunning',
    'OverBudget',
    'StartLost',
    'StartUnknown',
    'Lost',
    'ProberError',
  ])('does not call a cluster blind where the reason is %s', (reason) => {
    expect(judge(ledgerOf(10, { [reason]: 10 }))).toEqual({
      cluster: 'c',
      blind: false,
      unknown: 0,
      planned: 10,
      reason: 'Undiagnosed',
    });
  });

  it('names the reason that most of the unseen nodes have, of equally many the one whose probes got furthest', () => {
    const reasonOf = (unknown: Partial<Record<ReasonCode, number>>) => judge(ledgerOf(20, unknown)).reason;
    expect(reasonOf({ AgentNotReady: 4, NoProof: 5, Throttled: 9 })).toBe('NoProof');
    expect(reasonOf({ AzureError: 5, NoProof: 5 })).toBe('NoProof');
    expect(reasonOf({ NoProof: 5, AgentNotReady: 5 })).toBe('AgentNotReady');
  });

  it('counts nothing under a reason that it does not know, nor in the ledger of an older version', () => {
    expect(judge({ ...ledgerOf(10, {}), unknownByReason: { OfAnotherVersion: 10 } })).toMatchObject({
      blind: false,
      unknown: 0,
    });
    expect(judge({ ...ledgerOf(10, { NoProof: 10 }), unknownByReason: {} }).blind).toBe(false);
  });
});

describe('isProberBlind', () => {
  it.each<[string, boolean, Visibility[]]>([
    ['two clusters of two are blind', true, clusters(2, 0)],
    ['nine of ten are', true, clusters(9, 1)],
    ['eight of nine are: those are named', false, clusters(8, 1)],
    ['one of two is: it is named', false, clusters(1, 1)],
    ['the only cluster is: it is named', false, clusters(1, 0)],
    ['the only one with planned nodes is', false, clusters(1, 0, 9)],
    ['both with planned nodes are', true, clusters(2, 0, 9)],
    ['none is', false, clusters(0, 10)],
    ['there is none', false, []],
  ])('%s', (_, expected, all) => {
    expect(isProberBlind(all)).toBe(expected);
  });
});
