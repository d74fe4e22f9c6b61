import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../src/history/places.ts';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import { clusterHeadline, clusterTitle } from '../../src/page/cluster-head.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { OutageView } from '../../src/views/outages.ts';
import { clusterOf, countsOf, NOW, outageOf, SINCE, wordsOf } from './views.ts';

const cutOff = { clusterOutage: { start: SINCE, reason: 'DnsTimeout' as const, flaps: 0 }, openOutages: 1 };
const blind: Partial<ClusterView> = {
  blind: { since: SINCE, reason: 'NoProof', unknown: 2, planned: 3, findings: [], changes: [], searchedAt: null },
};
const ledgerOf = ({ nodes }: ClusterView): Ledger => {
  const byReason = { Reachable: nodes.reachable, DnsTimeout: nodes.unreachable, NoProof: nodes.unknown, OverBudget: nodes.notProbed };
  return { ...emptyLedger, ...nodes, byReason, unknownByReason: { NoProof: nodes.unknown } };
};
interface Read {
  places?: Place[];
  outages?: OutageView[];
  ledger?: Ledger | undefined;
  stale?: boolean;
}
function headOf(cluster: ClusterView, { places = [], outages = [], stale = false, ...read }: Read = {}) {
  const ledger = 'ledger' in read ? read.ledger : ledgerOf(cluster);
  const { state, title, lede } = clusterHeadline(cluster, { places, outages, ledger, stale }, NOW);
  return { state, title, lede: wordsOf(lede.text) };
}
const place = (pool: string, zone: string, nodes: Parameters<typeof countsOf>[0]): Place => ({ pool, zone, nodes: countsOf(nodes) });

describe('the headline of a cluster that fails', () => {
  it('says that it is cut off, since when, and why', () => {
    const finding = { kind: 'cause', sentence: 'NSG nsg-shop denies it' } as OutageView['findings'][number];
    const head = headOf(clusterOf('shop', { unreachable: 3 }, cutOff), { outages: [outageOf('shop', undefined, { findings: [finding] })] });
    expect(head).toEqual({
      state: 'bad',
      title: 'shop cannot reach its API server',
      lede: '3 of 3 nodes, since 11:50 (10 min), not spreading. Cause found: NSG nsg-shop denies it.',
    });
  });

  it('names no cause that was disproved, or that is a suspicion only', () => {
    const findings = [
      { kind: 'cause', sentence: 'it was so', revoked: SINCE },
      { kind: 'suspicion', sentence: 'it may be' },
    ] as OutageView['findings'];
    expect(
      headOf(clusterOf('shop', { unreachable: 3 }, cutOff), { outages: [outageOf('shop', undefined, { findings })] }).lede,
    ).not.toContain('Cause');
  });

  it('says of nodes how many of how many', () => {
    expect(
      headOf(clusterOf('shop', { unreachable: 2, reachable: 5 }, { openOutages: 2 }), { outages: [outageOf('shop', 'n1')] }),
    ).toMatchObject({
      state: 'bad',
      title: 'shop: 2 of 7 nodes cannot reach the API server',
      lede: '2 of 7 nodes, since 11:50 (10 min), not spreading.',
    });
  });

  it('says which zone fails whole, where others are seen to be well', () => {
    const places = [place('web', 'westeurope-1', { reachable: 3 }), place('web', 'westeurope-2', { unreachable: 3 })];
    const { title, lede } = headOf(clusterOf('shop', { unreachable: 3, reachable: 3 }), { places });
    expect(title).toBe('shop: all of zone 2 cannot reach the API server');
    expect(lede).toBe('3 of 6 nodes, not spreading. No node is seen to fail elsewhere.');
  });

  it('is bad while an outage is open, though no node is seen to fail', () => {
    expect(headOf(clusterOf('shop', { reachable: 3 }, { openOutages: 2 }))).toMatchObject({
      state: 'bad',
      title: 'shop: 2 outages not known to be over',
      lede: 'No node is seen to fail now.',
    });
  });
});

describe('the headline of a cluster says', () => {
  it('that it is old, before anything else', () => {
    const old = clusterOf('shop', { unknown: 3 }, { ...cutOff, ...blind, assessedAt: '2026-11-21T11:00:00Z' });
    expect(headOf(old, { stale: true })).toEqual({
      state: 'odd',
      title: 'shop: what is shown is old',
      lede: 'It was judged 1 h ago; its state is not known.',
    });
    expect(headOf({ ...old, assessedAt: null }, { stale: true }).lede).toBe('It was judged at no time; its state is not known.');
  });

  it('that nobody can see it, and what was seen before', () => {
    expect(headOf(clusterOf('shop', { unknown: 3 }, blind))).toMatchObject({ state: 'odd', title: 'shop: we cannot see it' });
    expect(headOf(clusterOf('shop', { unknown: 3 }, { ...blind, ...cutOff })).lede).toMatch(
      /^2 of 3 nodes gave no verdict, since 11:50 \(10 min\)\. They may well be fine\. .*Before that: shop cannot reach its API server\.$/,
    );
  });

  it('that it is not probed, and why', () => {
    const { state, title, lede } = headOf(clusterOf('shop', { notProbed: 3 }, { recordOnly: 'ClusterStopped' }));
    expect([state, title]).toEqual(['odd', 'shop: not probed']);
    expect(lede).toMatch(/stopped.* 3 nodes known\.$/i);
  });

  it('that nodes are not served, and since when it is degraded', () => {
    const degraded = { since: SINCE, reason: 'EtcdUnavailable' as const, notServed: 2, asked: 3 };
    const { state, title, lede } = headOf(clusterOf('shop', { reachable: 4, notServed: 2 }, { degraded } as Partial<ClusterView>));
    expect([state, title]).toEqual(['poor', 'shop: 2 nodes reach an API server that does not serve them']);
    expect(lede).toMatch(/^Degraded since 11:50 \(10 min\): 2 of the 3 nodes that asked\./);
  });

  it('how many gave no verdict, or that none was seen', () => {
    expect(headOf(clusterOf('shop', { reachable: 3, unknown: 1 })).title).toBe('shop: 1 of 4 nodes gave no verdict');
    expect(headOf(clusterOf('shop', { unknown: 4 })).title).toBe('shop: no node was seen');
  });

  it('that all is well, with proof alone', () => {
    expect(headOf(clusterOf('shop', { reachable: 3, notProbed: 0 }))).toMatchObject({
      state: 'good',
      title: 'shop: all 3 nodes that were asked reach the API server',
      lede: 'No outage is open.',
    });
    expect(headOf(clusterOf('shop', { reachable: 1 })).title).toBe('shop: the node that was asked reaches the API server');
    expect(headOf(clusterOf('shop', { reachable: 19, notProbed: 1 })).lede).toBe('No outage is open. 1 of 20 were not asked.');
  });

  it('that verdicts are missing, where those of the last sweep are no proof', () => {
    expect(headOf(clusterOf('shop', { reachable: 8, notProbed: 2 }))).toMatchObject({
      state: 'odd',
      title: 'shop: 8 nodes reach the API server; others gave no verdict',
      lede: 'Coverage 80.0 %.',
    });
    const none = { ...emptyLedger, known: 3, notProbed: 3, byReason: { OverBudget: 3 } };
    expect(headOf(clusterOf('shop'), { ledger: none })).toMatchObject({
      state: 'odd',
      title: 'shop: no node gave a verdict in the last sweep',
    });
  });

  it('nothing green before a sweep is complete that it was part of', () => {
    expect(headOf(clusterOf('shop'), { ledger: undefined })).toEqual({
      state: 'odd',
      title: 'shop: 3 nodes reach the API server',
      lede: 'No sweep that asked all of its nodes is complete yet.',
    });
  });
});

it('a title that stands alone names the resource group too', () => {
  const cluster = clusterOf('shop', { unreachable: 3 }, cutOff);
  expect(clusterTitle(cluster, clusterHeadline(cluster, { places: [], outages: [], ledger: undefined, stale: false }, NOW))).toBe(
    'rg/shop cannot reach its API server',
  );
});

it('whatever a cluster is like, its headline is green only where a node is reachable and nothing is amiss', () => {
  const count = fc.integer({ min: 0, max: 4 });
  const counts = fc.record({ reachable: count, unreachable: count, unknown: count, notProbed: count, served: count });
  fc.assert(
    fc.property(counts, count, fc.boolean(), fc.boolean(), ({ served, ...nodes }, openOutages, isBlind, stale) => {
      const notServed = Math.min(nodes.reachable, served);
      const cluster = clusterOf('a', { ...nodes, notServed }, { openOutages, ...(isBlind && blind) });
      if (headOf(cluster, { stale }).state !== 'good') return;
      expect(nodes.reachable).toBeGreaterThan(0);
      expect([nodes.unreachable, nodes.unknown, notServed, openOutages, isBlind, stale]).toEqual([0, 0, 0, 0, false, false]);
    }),
  );
});
