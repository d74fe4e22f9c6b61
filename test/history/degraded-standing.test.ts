import { describe, expect, it } from 'vitest';
import { type ClusterDegradation, type Degraded, foldDegraded } from '../../src/history/degraded-standing.ts';
import { markStandingDelivered, nextStandingNotifications } from '../../src/history/standing.ts';

const at = (minute: number) => new Date(Date.parse('2026-11-21T10:00:00.000Z') + minute * 60_000).toISOString();
const sinks = ['page'];
const degraded = { since: at(2), reason: 'EtcdUnavailable' as const, notServed: 2, asked: 3 };
const notServed = [{ reason: 'EtcdUnavailable' as const, nodes: 2, names: ['a', 'b'], since: at(2) }];
const found = (more: Partial<ClusterDegradation> = {}): ClusterDegradation => ({
  cluster: 'shop',
  degradation: { degraded },
  notServed,
  inOutage: false,
  ...more,
});
const fold = (stored: Degraded[], sweep: number, clusters: ClusterDegradation[], gone = false) =>
  foldDegraded(new Map(stored.map((each) => [each.subject, each])), at(sweep), clusters, () => gone, sinks);
const [begun] = fold([], 10, [found()]) as [Degraded];
const notified = markStandingDelivered(begun, 'page', ['started']);

describe('a degraded cluster', () => {
  it('is notified once, with the counts of the sweep in which that was found', () => {
    expect(begun).toMatchObject({ subject: 'shop', since: at(10), degradedSince: at(2), notServed: 2, asked: 3, names: ['a', 'b'] });
    expect(nextStandingNotifications(begun, 'page')).toEqual([{ what: 'started', since: at(10) }]);
    expect(fold([notified], 15, [found({ degradation: { degraded: { ...degraded, notServed: 3 } } })])).toEqual([]);
    expect(nextStandingNotifications(notified, 'page')).toEqual([]);
  });

  it('ends once it is served again or not watched any more, and not where nothing is known of it', () => {
    const after = { notServed: 1, asked: 4 };
    expect(fold([notified], 15, [found({ degradation: { after }, notServed: [] })])).toMatchObject([
      { until: at(15), notServed: 2, after },
    ]);
    for (const [clusters, gone] of [
      [[], true],
      [[found({ degradation: {}, notServed: [] })], false],
    ] as const) {
      const [over] = fold([notified], 15, [...clusters], gone);
      expect([over?.until, over?.after]).toEqual([at(15), undefined]);
    }
    expect(fold([notified], 15, [])).toEqual([]);
  });

  it('begins nothing while the cluster has an outage of its own, and goes on through one', () => {
    expect(fold([], 10, [found({ inOutage: true })])).toEqual([]);
    expect(fold([notified], 15, [found({ inOutage: true })])).toEqual([]);
  });

  it('begins nothing where fewer than half of the quorum are left, as after a blindness in which it began', () => {
    const degradation = { degraded: { ...degraded, notServed: 0 }, below: { sweep: at(10) } };
    expect(fold([], 10, [found({ degradation, notServed: [] })])).toEqual([]);
    expect(fold([notified], 10, [found({ degradation, notServed: [] })])).toEqual([]);
  });

  it('that comes back before its end was accepted goes on since when it began, and after that anew', () => {
    const ended = { ...notified, until: at(15), sweep: at(15), after: { notServed: 0, asked: 3 } };
    const again = found({ degradation: { degraded: { ...degraded, since: at(17), notServed: 3 } } });
    const [on] = fold([ended], 20, [again]);
    expect(on).toMatchObject({ since: at(10), degradedSince: at(2), notServed: 3 });
    expect([on?.until, on?.after]).toEqual([undefined, undefined]);
    const [anew] = fold([markStandingDelivered(ended, 'page', ['ended'])], 20, [again]);
    expect(anew).toMatchObject({ since: at(20), degradedSince: at(17), delivered: {} });
  });

  it('is never judged by an older sweep', () => {
    expect(fold([notified], 5, [found({ degradation: {} })])).toEqual([]);
    expect(fold([{ ...notified, until: at(15), sweep: at(15) }], 10, [found()])).toEqual([]);
  });

  it('names no more than 20 of its nodes', () => {
    const names = Array.from({ length: 15 }, (_, n) => `n${n}`);
    const groups = (['EtcdUnavailable', 'NotServed'] as const).map((reason) => ({ reason, nodes: 15, names, since: at(2) }));
    expect(fold([], 10, [found({ notServed: groups })])[0]!.names).toHaveLength(20);
  });
});
