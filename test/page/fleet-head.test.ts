import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../src/model/ledger.ts';
import { fleetHeadline } from '../../src/page/fleet-head.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import { clusterOf, countsOf, fleetOf, incidentOf, NOW, SINCE, wordsOf } from './views.ts';

const cutOff = { clusterOutage: { start: SINCE, reason: 'DnsTimeout' as const, flaps: 0 }, openOutages: 1 };
const blind: Partial<ClusterView> = {
  blind: { since: SINCE, reason: 'NoProof', unknown: 2, planned: 3, findings: [], changes: [], searchedAt: null },
};

function headOf(clusters: readonly ClusterView[], more: Partial<FleetView> = {}, stale = false) {
  const { state, title, lede } = fleetHeadline(fleetOf(clusters, more), clusters, stale, NOW);
  return { state, title, lede: wordsOf(lede.text) };
}

describe('the headline of the fleet is about failing nodes', () => {
  it('of the cluster that is cut off, by name, with its own nodes alone', () => {
    const clusters = [clusterOf('a', { unreachable: 3 }, cutOff), clusterOf('b', { reachable: 19, unreachable: 1 }), clusterOf('c')];
    const { state, title, lede } = headOf(clusters);
    expect([state, title]).toEqual(['bad', 'rg/a cannot reach its API server']);
    expect(lede).toBe('3 of 3 nodes, since 11:50 (10 min), not spreading. 1 node fails in the 2 other clusters that were seen.');
  });

  it('of several that are cut off, with theirs alone', () => {
    const clusters = [clusterOf('a', { unreachable: 3 }, cutOff), clusterOf('b', { unreachable: 2, reachable: 1 }, cutOff), clusterOf('c')];
    const { title, lede } = headOf(clusters);
    expect(title).toBe('2 clusters cannot reach their API servers');
    expect(lede).toMatch(/^5 of 6 nodes, since 11:50 .* No node is seen to fail in the 1 other cluster that was seen\.$/);
  });

  it('of one cluster, or of several, counting clusters with a failing node alone', () => {
    const [one, over] = [clusterOf('a', { unreachable: 2, reachable: 5 }), clusterOf('b', { reachable: 3 }, { openOutages: 1 })];
    expect(headOf([one]).title).toBe('rg/a: 2 of 7 nodes cannot reach the API server');
    expect(headOf([one, over]).title).toBe('rg/a: 2 of 7 nodes cannot reach the API server');
    expect(headOf([one, over]).lede).toMatch(/^2 of 7 nodes/);
    expect(headOf([one, clusterOf('c', { unreachable: 1, reachable: 1 })]).title).toBe(
      '3 nodes in 2 clusters cannot reach their API servers',
    );
  });

  it('that nobody knows to be back, where an outage is open and no node is seen to fail', () => {
    const { state, title, lede } = headOf([clusterOf('a', { reachable: 3 }, { openOutages: 2 })]);
    expect([state, title, lede]).toEqual(['bad', '2 outages open, not known to be over', 'No node is seen to fail now.']);
  });

  it('and says what was not asked', () => {
    expect(headOf([clusterOf('a', { unreachable: 1, notProbed: 2 })]).lede).toMatch(/2 of 3 nodes were not asked\.$/);
  });
});

describe('the headline of the fleet says', () => {
  it('that no sweep is complete yet, whatever nodes say', () => {
    expect(headOf([clusterOf('a', { unreachable: 3 })], { lastSweep: null })).toMatchObject({
      state: 'odd',
      title: 'No sweep has completed yet',
    });
  });

  it('that it is old where sweeps do not complete', () => {
    const { state, title, lede } = headOf([clusterOf('a')], {}, true);
    expect([state, title]).toEqual(['odd', 'Sweeps do not complete: what is shown is old']);
    expect(lede).toBe('The last one completed 3 min ago. The state of the fleet is not known.');
  });

  it('the incident first, with its own nodes', () => {
    const incidents = [incidentOf(['a', 'b']), incidentOf(['c'])];
    const { state, title, lede } = headOf([clusterOf('a', { unreachable: 3 }), clusterOf('x', { unreachable: 9 })], { incidents });
    expect([state, title]).toEqual(['bad', '2 clusters in westeurope cannot reach their API servers']);
    expect(lede).toBe('6 of 6 nodes, since 11:50 (10 min), not spreading. Their names do not resolve. And 1 more incident.');
  });

  it('that nobody sees the fleet without the colour of what fails', () => {
    expect(headOf([clusterOf('a', { unknown: 3 })], { incidents: [incidentOf(['a'], { kind: 'unseen' })] }).state).toBe('odd');
  });

  it('which subscriptions could not be read', () => {
    const { state, title } = headOf([clusterOf('a')], { gaps: ['x'], subscriptions: countsOf({ reachable: 1, unknown: 1 }) });
    expect([state, title]).toEqual(['odd', '1 of 2 subscriptions could not be read']);
  });

  it('which cluster nobody can see, with its own nodes', () => {
    const { state, title, lede } = headOf([clusterOf('a', { unknown: 2, reachable: 1 }, blind), clusterOf('b', { unknown: 4 })]);
    expect([state, title]).toEqual(['odd', 'We cannot see rg/a']);
    expect(lede).toBe('2 of 3 nodes gave no verdict, since 11:50 (10 min). They may well be fine.');
    expect(headOf([clusterOf('a', {}, blind), clusterOf('b', {}, blind)]).title).toBe('We cannot see 2 clusters');
  });

  it('what reaches an API server that does not serve it', () => {
    expect(headOf([clusterOf('a', { reachable: 3, notServed: 2 })])).toMatchObject({
      state: 'poor',
      title: '2 nodes reach an API server that does not serve them',
      lede: "In rg/a: the API server is reached, and refuses or fails the node's own requests.",
    });
  });

  it('how many gave no verdict', () => {
    expect(headOf([clusterOf('a', { reachable: 3, unknown: 1, notProbed: 1 })])).toMatchObject({
      state: 'odd',
      title: '1 of 5 nodes gave no verdict',
      lede: '3 reach their API server. 1 of 5 nodes was not asked.',
    });
  });
});

describe('the headline of a calm fleet', () => {
  const ledgerOf = (reachable: number, notProbed: number, reason: string) => ({
    ...emptyLedger,
    known: reachable + notProbed,
    reachable,
    notProbed,
    byReason: { Reachable: reachable, [reason]: notProbed },
  });
  const withLedger = (ledger: object | null) => ({ lastSweep: { ...fleetOf([]).lastSweep!, ledger } as FleetView['lastSweep'] });

  it('is green with proof, and says what was not asked', () => {
    expect(headOf([clusterOf('a', { reachable: 10 })])).toMatchObject({
      state: 'good',
      title: 'All 10 nodes that were asked reach their API servers',
    });
    expect(headOf([clusterOf('a', { reachable: 1 })]).title).toBe('The one node that was asked reaches its API server');
    const { state, lede } = headOf([clusterOf('a', { reachable: 9, notProbed: 1 })]);
    expect([state, lede]).toEqual(['good', 'No outage is open. Coverage 90.0 %. 1 of 10 nodes was not asked.']);
  });

  it('is not green without verdicts of nine of ten', () => {
    const { state, title, lede } = headOf([clusterOf('a', { reachable: 8, notProbed: 2 })]);
    expect([state, title]).toEqual(['odd', '8 nodes reach their API server; others gave no verdict']);
    expect(lede).toBe('Coverage 80.0 %. 2 of 10 nodes were not asked.');
  });

  it('is not green where no node was seen, or none in the last sweep, or none was expected to be', () => {
    expect(headOf([clusterOf('a', { notProbed: 4 })])).toMatchObject({ state: 'odd', title: 'No node was seen' });
    const before = [clusterOf('a', { reachable: 4 })];
    for (const reason of ['OverBudget', 'Deallocated'])
      expect(headOf(before, withLedger(ledgerOf(0, 4, reason)))).toMatchObject({
        state: 'odd',
        title: 'No node gave a verdict in the last sweep',
      });
  });

  it('is not green where nothing is watched', () => {
    for (const ledger of [null, emptyLedger, ledgerOf(0, 4, 'Excluded')])
      expect(headOf([], withLedger(ledger))).toMatchObject({ state: 'odd', title: 'Nothing is watched' });
  });
});

const count = fc.integer({ min: 0, max: 4 });
const anyCluster = fc
  .record({
    reachable: count,
    served: count,
    unreachable: count,
    unknown: count,
    notProbed: count,
    openOutages: count,
    isCutOff: fc.boolean(),
    isBlind: fc.boolean(),
  })
  .map(({ served, openOutages, isCutOff, isBlind, ...counts }) =>
    clusterOf(
      'a',
      { ...counts, notServed: Math.min(counts.reachable, served) },
      { openOutages, ...(isCutOff && cutOff), ...(isBlind && blind) },
    ),
  );
const anyFleet = fc
  .array(anyCluster, { maxLength: 4 })
  .map((clusters) => clusters.map((each, at) => ({ ...each, cluster: `${each.cluster}${at}`, name: `a${at}` })));

describe('whatever a fleet is like, its headline', () => {
  it('is green only where a node is reachable and nothing is amiss', () => {
    fc.assert(
      fc.property(anyFleet, (clusters) => {
        if (headOf(clusters).state !== 'good') return;
        const { nodes, openOutages } = fleetOf(clusters);
        expect(nodes.reachable).toBeGreaterThan(0);
        expect([nodes.unreachable, nodes.unknown, nodes.notServed, openOutages]).toEqual([0, 0, 0, 0]);
        expect(clusters.every((cluster) => cluster.blind === null)).toBe(true);
      }),
    );
  });

  it('is red exactly where something fails or an outage is open', () => {
    fc.assert(
      fc.property(anyFleet, (clusters) => {
        const fails = clusters.some(({ nodes, openOutages }) => nodes.unreachable > 0 || openOutages > 0);
        expect(headOf(clusters).state === 'bad').toBe(fails);
      }),
    );
  });

  it('never counts more failing nodes than its clusters have, nor a node twice', () => {
    fc.assert(
      fc.property(anyFleet, (clusters) => {
        const { state, lede } = headOf(clusters);
        const [, failing, of] = /^(\d+) of (\d+) nodes?/.exec(lede) ?? [];
        if (state !== 'bad' || failing === undefined) return;
        const elsewhere = Number(/(\d+) nodes? fails? in the/.exec(lede)?.[1] ?? 0);
        expect(Number(failing) + elsewhere).toBe(fleetOf(clusters).nodes.unreachable);
        expect(Number(failing)).toBeLessThanOrEqual(Number(of));
      }),
    );
  });
});
