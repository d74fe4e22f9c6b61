import { describe, expect, it } from 'vitest';
import { emptyLedger, type Ledger } from '../../../src/model/ledger.ts';
import type { JudgedNode } from '../../../src/model/node.ts';
import { readSettings } from '../../../src/settings.ts';
import { judgeCluster, type Seen } from '../../../src/sweep/assess/judge-cluster.ts';

const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
const now = new Date('2026-11-21T09:36:00.000Z');
const sweep = '2026-11-21T09:35:00Z';
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
const nodeOf = (node: string, verdict: 'reachable' | 'unreachable'): JudgedNode => ({
  facts: { node, pool: 'web', os: 'Linux' },
  state: {
    latest: { verdict, reason: verdict === 'reachable' ? 'Reachable' : 'DnsTimeout', at: '2026-11-21T09:35:30.000Z' },
    unknowns: 0,
    firstFailure: verdict === 'unreachable' ? '2026-11-21T09:35:30.000Z' : undefined,
  },
});
const seenOf = (nodes: JudgedNode[], more: Partial<Seen> = {}): Seen => ({
  nodes: new Map(nodes.map((node) => [node.facts.node, node])),
  active: [],
  shortfalls: {},
  finalized: {},
  now,
  ...more,
});
const judge = (seen: Seen, assessAt = now.toISOString(), of = sweep) =>
  judgeCluster(settings, { v: 1, kind: 'assess-cluster', sweep: of, cluster, assessAt, deadline: '' }, seen);
const failing = ['a', 'b'].map((node) => nodeOf(node, 'unreachable'));

describe('the judgement of a cluster', () => {
  it('counts its nodes, and opens its outage once the quorum fails', () => {
    const [row, quorum] = judge(seenOf([...failing, nodeOf('c', 'reachable')]));
    expect(row.nodes).toEqual({ known: 3, reachable: 1, notServed: 0, unreachable: 2, unknown: 0, notProbed: 0 });
    expect([quorum.failing.length, row.outage.outage?.reason]).toEqual([2, 'DnsTimeout']);
    expect(judge(seenOf([failing[0]!, nodeOf('b', 'reachable')]))[0].outage).toEqual({ outage: undefined });
  });

  it('never judges an older sweep over a newer one', () => {
    const [newer] = judge(seenOf([nodeOf('a', 'reachable')]));
    const [row] = judge(seenOf(failing, { before: { row: newer, etag: '' } }), now.toISOString(), '2026-11-21T09:30:00Z');
    expect([row.sweep, row.outage.outage]).toEqual([sweep, undefined]);
  });

  it('ends an outage in the second sweep in a row, as which one that a person starts in between does not count', () => {
    const healed = ['a', 'b', 'c'].map((node) => nodeOf(node, 'reachable'));
    const judgeNext = (row: ReturnType<typeof judge>[0], of: string) =>
      judge(seenOf(healed, { before: { row, etag: '' } }), now.toISOString(), of)[0];
    const [down] = judge(seenOf(failing), now.toISOString(), '2026-11-21T09:30:00Z');
    const once = judgeNext(down, sweep);
    const byHand = judgeNext(once, '2026-11-21T09:35:12Z');
    expect([once, byHand].map(({ outage }) => [outage.outage?.end, outage.below?.sweep])).toEqual(Array(2).fill([undefined, sweep]));
    expect(byHand.sweep).toBe('2026-11-21T09:35:12Z');
    expect(judgeNext(byHand, '2026-11-21T09:40:00Z').outage.outage?.end).toBeDefined();
  });

  it('is made for a check after a sweep by hand as well: both are of one occurrence', () => {
    const [byHand] = judge(seenOf([nodeOf('a', 'reachable')]), now.toISOString(), '2026-11-21T09:35:12Z');
    expect(judge(seenOf(failing, { before: { row: byHand, etag: '' } }))[0]).toMatchObject({
      sweep: '2026-11-21T09:35:12Z',
      outage: { outage: { reason: 'DnsTimeout' } },
    });
  });

  describe('of nodes that are not served', () => {
    const notServed = (node: string): JudgedNode => {
      const reachable = nodeOf(node, 'reachable');
      const served = { ok: false as const, reason: 'EtcdUnavailable' as const, message: '', since: '2026-11-21T09:30:10.000Z', times: 2 };
      return { ...reachable, state: { ...reachable.state, served } };
    };
    const bad = [notServed('a'), notServed('b'), nodeOf('c', 'reachable')];

    it('finds the cluster degraded, and no outage', () => {
      const [row] = judge(seenOf(bad));
      expect(row.nodes).toMatchObject({ reachable: 3, notServed: 2, unreachable: 0 });
      expect(row.notServed).toEqual([{ reason: 'EtcdUnavailable', nodes: 2, names: ['a', 'b'], since: '2026-11-21T09:30:10.000Z' }]);
      expect(row.degradation.degraded).toMatchObject({ reason: 'EtcdUnavailable', notServed: 2, asked: 2 });
      expect([row.outage.outage, row.openOutages]).toEqual([undefined, 0]);
    });

    const served = (node: string): JudgedNode => {
      const reachable = nodeOf(node, 'reachable');
      return { ...reachable, state: { ...reachable.state, served: { ok: true, since: '2026-11-21T09:35:30.000Z', times: 1 } } };
    };
    const judgeNext = (row: ReturnType<typeof judge>[0], of: string, nodes: JudgedNode[], more: Partial<Seen> = {}) =>
      judge(seenOf(nodes, { before: { row, etag: '' }, ...more }), now.toISOString(), of)[0];

    it('begins no degradation while the cluster has an outage of its own, and ends one all the same', () => {
      const more = ['x', 'y', 'z'].map((node) => nodeOf(node, 'unreachable'));
      const [row] = judge(seenOf([...bad, ...more]));
      expect([row.outage.outage?.reason, row.degradation]).toEqual(['DnsTimeout', {}]);
      const [degraded] = judge(seenOf(bad), now.toISOString(), '2026-11-21T09:30:00Z');
      const unasked = judgeNext(degraded, sweep, [nodeOf('c', 'reachable'), ...more]);
      expect([unasked.outage.outage?.reason, unasked.degradation]).toEqual(['DnsTimeout', degraded.degradation]);
      const healed = [served('a'), served('b'), ...more];
      const over = judgeNext(judgeNext(degraded, sweep, healed), '2026-11-21T09:40:00Z', healed);
      expect([over.outage.outage?.end, over.degradation]).toEqual([undefined, { after: { notServed: 0, asked: 2 } }]);
    });

    it('begins no degradation of a cluster that is being stopped or deleted, and ends one all the same', () => {
      for (const recordOnly of ['ClusterStopping', 'ClusterDeleting'] as const) {
        const known = { resourceGroup: 'rg', name: 'shop', region: '', version: '', recordOnly };
        const facts = { ...known, upgrading: false, listed: true } as Seen['facts'];
        expect(judge(seenOf(bad, { facts }))[0].degradation).toEqual({});
        const [degraded] = judge(seenOf(bad), now.toISOString(), '2026-11-21T09:30:00Z');
        const once = judgeNext(degraded, sweep, [served('a'), served('b')], { facts });
        expect(judgeNext(once, '2026-11-21T09:40:00Z', [served('a'), served('b')], { facts }).degradation.degraded).toBeUndefined();
      }
    });

    it('ends a degradation at once where nodes are no longer to be asked, and not where they only were not', () => {
      const [degraded] = judge(seenOf(bad), now.toISOString(), '2026-11-21T09:30:00Z');
      const unasked = ['a', 'b', 'c'].map((node) => nodeOf(node, 'reachable'));
      const [once, twice] = [sweep, '2026-11-21T09:40:00Z'].map((of) => judgeNext(degraded, of, unasked).degradation);
      expect([once, twice]).toEqual([degraded.degradation, degraded.degradation]);
      const off = { v: 1, kind: 'assess-cluster', sweep, cluster, assessAt: now.toISOString(), deadline: '' } as const;
      const before = { row: degraded, etag: '' };
      expect(judgeCluster({ ...settings, PROBE_SERVED: 'off' }, off, seenOf(bad, { before }))[0].degradation).toEqual({});
    });

    it('believes that the only node of a cluster is not served once it said so as often as makes a node blind', () => {
      const only = (times: number) => {
        const node = notServed('a');
        return judge(seenOf([{ ...node, state: { ...node.state, served: { ...node.state.served!, times } } }]))[0].degradation.degraded;
      };
      expect([only(settings.BLIND_AFTER - 1), only(settings.BLIND_AFTER)?.notServed]).toEqual([undefined, 1]);
    });

    it('ends a degradation in the second sweep in a row, as which one by hand does not count', () => {
      const healed = ['a', 'b', 'c'].map(served);
      const [degraded] = judge(seenOf(bad), now.toISOString(), '2026-11-21T09:30:00Z');
      const byHand = judgeNext(judgeNext(degraded, sweep, healed), '2026-11-21T09:35:12Z', healed);
      expect(byHand.degradation).toMatchObject({ degraded: { notServed: 0 }, below: { sweep } });
      expect(judgeNext(byHand, '2026-11-21T09:40:00Z', healed).degradation).toEqual({ after: { notServed: 0, asked: 3 } });
    });

    it('ends a degradation at once where nobody would see its end: all nodes are stopped or gone', () => {
      const [degraded] = judge(seenOf(bad));
      const stopped = bad.map((node): JudgedNode => ({ ...node, facts: { ...node.facts, skipped: 'Deallocated' } }));
      expect(judge(seenOf(stopped, { before: { row: degraded, etag: '' } }))[0].degradation).toEqual({});
    });
  });

  it('is not silenced by a moment of assessment that lies ahead of the clock', () => {
    expect(judge(seenOf([]), '9999-12-31T23:59:59.000Z')[0].assessAt).toBe(now.toISOString());
    expect(judge(seenOf([]), '2026-11-21T09:37:00.000Z')[0].assessAt).toBe('2026-11-21T09:37:00.000Z');
  });

  it('counts the latencies of a sweep once: when it is finalized', () => {
    const quick: JudgedNode = { ...nodeOf('a', 'reachable') };
    quick.state = { ...quick.state, latest: { ...quick.state.latest!, latencyMs: 40 } };
    const [before] = judge(seenOf([quick], { finalized: undefined }));
    expect(before.latencyCounts).toBeUndefined();
    const [final] = judge(seenOf([quick], { finalized: {}, before: { row: before, etag: '' } }));
    const [again] = judge(seenOf([quick], { finalized: {}, before: { row: final, etag: '' } }));
    expect([final.latencyCounts?.sumMs, again.latencyCounts?.sumMs]).toEqual([40, 40]);
  });

  it('says that a sweep is finalized only once it is', () => {
    const finalized = [undefined, {}].map((each) => judge(seenOf([], { finalized: each }))[0].finalizedSweep);
    expect(finalized).toEqual(['', sweep]);
  });

  it('says which nodes should have had a verdict in a finalized sweep and had none, and keeps since when', () => {
    const ledger = { ...emptyLedger, known: 9, reachable: 5, unknown: 3, notProbed: 1 };
    const byReason = { Reachable: 5, Throttled: 3, ClusterStopped: 1 };
    const seen = (more: Partial<Ledger>) =>
      seenOf([], { finalized: { ledger: { ...ledger, byReason, unknownByReason: { Throttled: 3 }, ...more } } });
    const [first] = judge(seen({}));
    expect(first.uncovered).toEqual({ nodes: 3, expected: 8, reason: 'Throttled', since: sweep });
    const before = { row: { ...first, uncovered: { ...first.uncovered!, since: 'earlier' } }, etag: '' };
    expect(judge({ ...seen({}), before })[0].uncovered?.since).toBe('earlier');
    expect(judge({ ...seenOf([], { finalized: undefined }), before })[0].uncovered?.since).toBe('earlier');
    expect(
      judge(seen({ reachable: 8, unknown: 0, byReason: { Reachable: 8 }, unknownByReason: {}, known: 8, notProbed: 0 }))[0].uncovered,
    ).toBeUndefined();
  });

  it('knows the networks of its nodes, once each', () => {
    const inSubnet = (node: string, subnet: string) => {
      const own = nodeOf(node, 'reachable');
      return { ...own, facts: { ...own.facts, subnet } };
    };
    const [row] = judge(seenOf([inSubnet('a', '/Net/VirtualNetworks/V/subnets/one'), inSubnet('b', '/net/virtualnetworks/v/subnets/two')]));
    expect(row.networks).toEqual(['/net/virtualnetworks/v']);
  });
});
