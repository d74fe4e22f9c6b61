import { describe, expect, it } from 'vitest';
import { type Blindness, foldBlindness, type Visibility, visibilityOf } from '../../src/history/blindness.ts';
import { isStandingFinished, markStandingDelivered, nextStandingNotifications } from '../../src/history/standing.ts';
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

describe('visibilityOf a cluster that is known', () => {
  const judgeKnown = (ledger: Ledger, inOutage: boolean, blindNodes: number) =>
    visibilityOf('c', ledger, { percent: 50, nodes: 2 }, { inOutage, blindNodes }).blind;

  it('is that of a cluster which was seen while it has an outage of its own', () => {
    expect(judgeKnown(ledgerOf(10, { NoProof: 10 }), true, 10)).toBe(false);
  });

  it('with fewer nodes than a quorum rests on nodes that count as blind, all of them', () => {
    expect([0, 1].map((blindNodes) => judgeKnown(ledgerOf(1, { NoProof: 1 }), false, blindNodes))).toEqual([false, true]);
    expect(judgeKnown(ledgerOf(1, {}), false, 1)).toBe(false);
  });
});

describe('foldBlindness', () => {
  const sweepOf = (n: number) => `2026-11-21T09:${35 + 5 * n}:00Z`;
  const named = (name: string, blind: boolean, planned = 10): Visibility => ({ ...cluster(blind, planned), cluster: name });
  const seen = named('bank', false);
  const stored = (...all: Blindness[]) => new Map(all.map((each) => [each.subject, each]));
  const fold = (n: number, before: ReadonlyMap<string, Blindness>, clusters: Visibility[], over: string[] = [], sinks = ['mail']) =>
    foldBlindness(before, sweepOf(n), clusters, new Set(over), sinks);
  const [begun] = fold(0, new Map(), [named('shop', true), seen]) as [Blindness];
  const notified = markStandingDelivered(begun, 'mail', ['started']);

  it('begins one, leaves it as it is while it lasts, and ends it', () => {
    expect(begun).toMatchObject({ subject: 'shop', since: sweepOf(0), unknown: 10, planned: 10, reason: 'NoProof', delivered: {} });
    expect(fold(1, stored(begun), [named('shop', true), seen])).toEqual([]);
    expect(fold(2, stored(notified), [named('shop', false), seen])).toEqual([
      { ...notified, until: sweepOf(2), after: { unknown: 0, planned: 10 }, sweep: sweepOf(2) },
    ]);
  });

  it('never judges an older sweep over a newer one', () => {
    expect(fold(0, stored({ ...begun, sweep: sweepOf(1) }), [named('shop', false), seen])).toEqual([]);
  });

  it('lets one stand of which nothing was planned, unless it is not to be seen any more', () => {
    const unseen = [named('shop', false, 0), seen];
    expect(fold(1, stored(begun), unseen)).toEqual([]);
    expect(fold(1, stored(begun), unseen, ['shop'])).toMatchObject([{ until: sweepOf(1) }]);
  });

  it('goes on with one whose end nobody knows, and begins anew for those who do', () => {
    const ended: Blindness = { ...markStandingDelivered(notified, 'page', ['started']), until: sweepOf(1), sweep: sweepOf(1) };
    const again = [named('shop', true), seen];
    const [same] = fold(2, stored(ended), again, [], ['mail', 'page']) as [Blindness];
    expect(same).toMatchObject({ since: sweepOf(0), until: undefined });
    const [anew] = fold(2, stored(markStandingDelivered(ended, 'mail', ['ended'])), again, [], ['mail', 'page']) as [Blindness];
    expect(anew.since).toBe(sweepOf(2));
    expect(nextStandingNotifications(anew, 'mail')).toEqual([{ what: 'started', since: sweepOf(2) }]);
    expect(nextStandingNotifications(anew, 'page')).toEqual([]);
    expect(nextStandingNotifications({ ...anew, until: sweepOf(3) }, 'page')).toEqual([{ what: 'ended', since: sweepOf(0) }]);
  });

  it('is finished once every sink knows its end', () => {
    const ended = { ...notified, until: sweepOf(1) };
    expect(isStandingFinished(notified, ['mail'])).toBe(false);
    expect(isStandingFinished(ended, ['mail'])).toBe(false);
    expect(isStandingFinished(markStandingDelivered(ended, 'mail', ['ended']), ['mail'])).toBe(true);
    expect(isStandingFinished(markStandingDelivered(ended, 'mail', ['ended']), ['mail', 'page'])).toBe(false);
  });

  it('counts an end only where its start was accepted', () => {
    const ended = markStandingDelivered({ ...begun, until: sweepOf(1) }, 'mail', ['ended']);
    expect(nextStandingNotifications(ended, 'mail').map(({ what }) => what)).toEqual(['started', 'ended']);
  });
});
