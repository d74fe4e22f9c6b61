import { describe, expect, it } from 'vitest';
import { isStandingFinished, markStandingDelivered, nextStandingNotifications } from '../../src/history/standing.ts';
import { groupUnseen, isMissed, type UnseenGroup } from '../../src/history/unseen.ts';
import { foldUnseen, type Unseen } from '../../src/history/unseen-standing.ts';
import type { JudgedNode } from '../../src/model/node.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const at = (minute: number) => new Date(Date.parse('2026-11-21T10:00:00.000Z') + minute * 60_000).toISOString();
const nodeOf = (node: string, more: Partial<JudgedNode['facts']> = {}, conclusiveAt?: string): JudgedNode => ({
  facts: { node, pool: 'web', os: 'Linux', dueSince: at(0), ...more },
  state: { unknowns: 0, conclusiveAt },
});
const group = (nodes: JudgedNode[], minute: number, shortfalls = {}) =>
  groupUnseen(nodes, ({ facts }) => facts.skipped ?? 'ExtensionsDisallowed', shortfalls, at(minute - 60));

describe('a node without a verdict', () => {
  it('is unseen once it has had none for so long, counted from its last one, or from when it was to have one', () => {
    expect(group([nodeOf('a')], 59)).toEqual([]);
    expect(group([nodeOf('a')], 60)).toEqual([{ reason: 'ExtensionsDisallowed', nodes: 1, pools: ['web'], names: ['a'], since: at(0) }]);
    expect(group([nodeOf('a', {}, at(10))], 69)).toEqual([]);
    expect(group([nodeOf('a', {}, at(10))], 70)).toMatchObject([{ since: at(10) }]);
    // It was seen long ago, and stopped in between.
    expect(group([nodeOf('a', { dueSince: at(100) }, at(10))], 159)).toEqual([]);
  });

  it.each<[ReasonCode, boolean]>([
    ['AccessDenied', true],
    ['AzureError', true],
    ['Creating', true],
    ['ClusterStopping', true],
    ['NodeUpdating', true],
    ['Deallocated', false],
    ['ClusterStopped', false],
    ['Excluded', false],
  ])('is missed with %s: %s', (skipped, missed) => {
    expect(isMissed(skipped)).toBe(missed);
    expect(group([nodeOf('a', { skipped })], 60)).toHaveLength(missed ? 1 : 0);
  });

  it('is grouped with those of the same reason, by pool, with the earliest moment', () => {
    const nodes = [nodeOf('a', {}, at(5)), nodeOf('b', { pool: 'api' }), nodeOf('c', { skipped: 'AccessDenied' })];
    expect(group(nodes, 90)).toEqual([
      { reason: 'ExtensionsDisallowed', nodes: 2, pools: ['api', 'web'], names: ['a', 'b'], since: at(0) },
      { reason: 'AccessDenied', nodes: 1, pools: ['web'], names: ['c'], since: at(0) },
    ]);
  });

  it('that no machine was found for is among them, once that has stood for as long', () => {
    const short = (since: string) => ({ web: { missing: 3, standing: 3, sweep: at(0), since } });
    expect(group([], 60, short(at(0)))).toEqual([{ reason: 'MachinesMissing', nodes: 3, pools: ['web'], names: [], since: at(0) }]);
    expect(group([], 60, short(at(1)))).toEqual([]);
  });

  it('is not one that is gone', () => {
    expect(group([{ ...nodeOf('a'), retiredAt: at(1) }], 90)).toEqual([]);
  });
});

describe('unseen nodes', () => {
  const own: UnseenGroup = { reason: 'AccessDenied', nodes: 2, pools: ['web'], names: ['a', 'b'], since: at(0) };
  const sinks = ['page'];
  const fold = (stored: Unseen[], sweep: number, groups: UnseenGroup[] | undefined, gone = false) =>
    foldUnseen(
      new Map(stored.map((each) => [each.subject, each])),
      at(sweep),
      groups === undefined ? [] : [{ cluster: 'shop', groups }],
      () => gone,
      sinks,
    );
  const [begun] = fold([], 60, [own]) as [Unseen];
  const notified = markStandingDelivered(begun, 'page', ['started']);

  it('are notified once for each cluster and reason', () => {
    expect(begun).toMatchObject({ subject: 'shop|AccessDenied', cluster: 'shop', nodes: 2, since: at(60), unseenSince: at(0) });
    expect(nextStandingNotifications(begun, 'page')).toEqual([{ what: 'started', since: at(60) }]);
    expect(fold([notified], 65, [{ ...own, nodes: 3 }])).toEqual([]);
    expect(nextStandingNotifications(notified, 'page')).toEqual([]);
  });

  it('end once none is left, or the cluster is not watched any more, and not where nothing is known of it', () => {
    expect(fold([notified], 65, [])).toMatchObject([{ until: at(65) }]);
    expect(fold([notified], 65, undefined, true)).toMatchObject([{ until: at(65) }]);
    expect(fold([notified], 65, undefined)).toEqual([]);
    const over = markStandingDelivered({ ...notified, until: at(65) }, 'page', ['ended']);
    expect([isStandingFinished({ ...notified, until: at(65) }, sinks), isStandingFinished(over, sinks)]).toEqual([false, true]);
  });

  it('that come back before their end was accepted go on, and those after it begin anew', () => {
    const ended = { ...notified, until: at(65), sweep: at(65) };
    const later = { ...own, since: at(66) };
    expect(fold([ended], 70, [later])).toMatchObject([{ since: at(60), unseenSince: at(0), until: undefined }]);
    expect(fold([markStandingDelivered(ended, 'page', ['ended'])], 70, [later])).toMatchObject([
      { since: at(70), unseenSince: at(66), delivered: {} },
    ]);
  });

  it('are never judged by an older sweep', () => {
    expect(fold([notified], 55, [])).toEqual([]);
    expect(fold([{ ...notified, until: at(65), sweep: at(65) }], 60, [own])).toEqual([]);
  });
});
