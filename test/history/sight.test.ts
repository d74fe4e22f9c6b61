import { describe, expect, it } from 'vitest';
import { judgeSight, whyUnsighted } from '../../src/history/sight.ts';
import { sum } from '../../src/model/ledger.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { ledgerOf } from '../model/ledger-of.ts';

const one = [{}];
const why = (nodes: Readonly<Record<string, number>>, subscriptions: { gap?: string }[] = one) =>
  whyUnsighted({ subscriptions, total: ledgerOf(nodes) });

describe('a fleet', () => {
  it.each<[string, ReasonCode | undefined, Record<string, number>]>([
    ['is seen where nodes give verdicts', undefined, { 'reachable/Reachable': 10 }],
    ['is seen where all of them are cut off: that much was seen', undefined, { 'unreachable/ConnectionTimedOut': 10 }],
    ['is seen where one node of ten is', undefined, { 'reachable/Reachable': 1, 'unknown/NoProof': 9 }],
    ['is not seen where fewer are', 'NoProof', { 'reachable/Reachable': 1, 'unknown/NoProof': 10 }],
    ['is not seen without a right to run commands', 'AccessDenied', { 'unknown/AccessDenied': 9, 'unknown/NoProof': 1 }],
    ['is not seen where Run Command is refused on all nodes', 'ExtensionsDisallowed', { 'unknown/ExtensionsDisallowed': 9 }],
    ['is not seen without a sign-in', 'SignInFailed', { 'unknown/SignInFailed': 9 }],
    ['is not seen where its subscriptions are unreadable', 'SubscriptionUnreadable', { 'notProbed/SubscriptionUnreadable': 9 }],
    ['that is stopped needs not be seen', undefined, { 'notProbed/ClusterStopped': 9 }],
    ['is judged without what is excluded', 'NoProof', { 'notProbed/Excluded': 90, 'unknown/NoProof': 3 }],
  ])('%s', (_, reason, nodes) => {
    expect(why(nodes)).toBe(reason);
  });

  it('of no node has nothing to watch, no subscription that can be read, or none at all', () => {
    expect(why({})).toBe('NothingToWatch');
    expect(why({ 'notProbed/Excluded': 4 })).toBe('NothingToWatch');
    expect(why({}, [{ gap: 'SubscriptionGone' }, { gap: 'SubscriptionGone' }])).toBe('SubscriptionGone');
    expect(why({}, [{ gap: 'SubscriptionUnreadable' }, {}])).toBe('NothingToWatch');
    expect(why({}, [])).toBe('AccessDenied');
  });
});

describe('whether anybody sees the fleet', () => {
  const judge = (nodes: Readonly<Record<string, number>>, sweep: string, pending?: { sweep: string; since: string }) => {
    const ledgers = new Map([
      ['shop', ledgerOf(nodes)],
      ['bank', ledgerOf({ 'notProbed/ClusterStopped': 1 })],
      ['half', ledgerOf({})],
    ]);
    return judgeSight({ subscriptions: one, ledgers, total: sum([...ledgers.values()]), blind: new Set(['half']) }, sweep, pending);
  };
  const [first, second] = ['2026-11-30T03:00:00Z', '2026-11-30T03:05:00Z'];

  it('is believed at once of nodes that were asked and are silent everywhere', () => {
    expect(judge({ 'unknown/RunCommandTimedOut': 9 }, first).unsighted).toMatchObject({
      reason: 'RunCommandTimedOut',
      nodes: 9,
      since: first,
    });
  });

  it.each(['AccessDenied', 'SignInFailed', 'AzureError'])('takes two sweeps in a row of %s, of which the first names it', (reason) => {
    const { pending, unsighted } = judge({ [`unknown/${reason}`]: 9 }, first);
    expect([pending, unsighted]).toEqual([{ sweep: first, since: first }, undefined]);
    expect(judge({ [`unknown/${reason}`]: 9 }, first, pending).unsighted).toBeUndefined();
    expect(judge({ [`unknown/${reason}`]: 9 }, second, pending).unsighted).toMatchObject({ reason, since: first });
  });

  it('is forgotten after one that was seen', () => {
    expect(judge({ 'reachable/Reachable': 9 }, second, { sweep: first, since: first })).toEqual({});
  });

  it('names the clusters of which a verdict is expected and that gave none', () => {
    expect(judge({ 'unknown/NoProof': 9 }, first).unsighted?.clusters).toEqual(['shop']);
  });
});
