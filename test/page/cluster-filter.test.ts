import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEW, type Group, groupClusters, isWell, type Wanted } from '../../src/page/cluster-filter.ts';
import { clusterOf } from './views.ts';

const everything: Wanted = { q: '', state: 'attention', by: 'subscription', order: 'worst' };
const many = Array.from({ length: FEW + 1 }, (_, n) => clusterOf(`well${String(n).padStart(2, '0')}`));
const sick = clusterOf('sick', { unreachable: 1, reachable: 9 }, { region: 'eastus' });
const shownIn = (groups: readonly Group[]) => groups.flatMap(({ shown }) => shown.map(({ name }) => name));

describe('the clusters that are shown', () => {
  it('are those that need attention, the others folded', () => {
    const [group] = groupClusters([...many, sick], everything);
    expect([group!.shown.map(({ name }) => name), group!.folded.length, group!.all.length]).toEqual([['sick'], FEW + 1, FEW + 2]);
  });

  it('are all of few', () => {
    expect(shownIn(groupClusters([many[0]!, sick], everything))).toEqual(['sick', 'well00']);
  });

  it('are those that have a text in their id, region or version, healthy or not', () => {
    expect(shownIn(groupClusters([...many, sick], { ...everything, q: ' EASTUS ' }))).toEqual(['sick']);
    expect(shownIn(groupClusters([...many, sick], { ...everything, q: 'well0' }))).toHaveLength(10);
    expect(groupClusters([...many, sick], { ...everything, q: 'nowhere' })).toEqual([]);
  });

  it('are those with a node in a state', () => {
    const clusters = [
      sick,
      clusterOf('dark', { unknown: 1 }),
      clusterOf('off', { notProbed: 1 }),
      clusterOf('cut', { reachable: 2, notServed: 1 }),
    ];
    for (const [state, name] of [
      ['unreachable', 'sick'],
      ['unknown', 'dark'],
      ['notProbed', 'off'],
      ['notServed', 'cut'],
    ] as const)
      expect(shownIn(groupClusters(clusters, { ...everything, state }))).toEqual([name]);
    expect(shownIn(groupClusters(clusters, { ...everything, state: 'all' }))).toEqual(['sick', 'dark', 'off', 'cut']);
  });

  it('come in groups, that with the worst first, by region too', () => {
    const groups = groupClusters([many[0]!, sick], { ...everything, by: 'region' });
    expect(groups.map(({ name }) => name)).toEqual(['eastus', 'westeurope']);
    expect(groupClusters([{ ...sick, region: '' }], { ...everything, by: 'region' })[0]!.name).toBe('no region');
  });

  it('come under the name of their subscription, by which they are found too', () => {
    const named = { ...sick, subscriptionName: 'Payments production' };
    expect(groupClusters([named], everything)).toMatchObject([{ name: 'Payments production', id: named.subscriptionId }]);
    expect(shownIn(groupClusters([...many, named], { ...everything, q: 'payments' }))).toEqual(['sick']);
    expect(groupClusters([sick], everything)).toMatchObject([{ name: sick.subscriptionId }]);
  });

  it('come in the order that was asked for', () => {
    const uptime = (share: number | null) => ({ uptime: { ...sick.uptime, '24h': share } });
    const clusters = [
      clusterOf('b', { reachable: 3 }, uptime(1)),
      clusterOf('a', { reachable: 9 }, uptime(0.5)),
      clusterOf('c', { reachable: 1 }, uptime(null)),
    ];
    const orderBy = (order: Wanted['order']) => shownIn(groupClusters(clusters, { ...everything, order }));
    expect([orderBy('name'), orderBy('nodes'), orderBy('uptime')]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('lose no cluster: each is shown or folded once, where all that need attention are wanted', () => {
    const counts = fc.record({ reachable: fc.nat(2), unreachable: fc.nat(1), unknown: fc.nat(1), notProbed: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 20 }), fc.constantFrom('subscription' as const, 'region' as const), (all, by) => {
        const clusters = all.map((nodes, at) => clusterOf(`c${at}`, nodes, { region: at % 2 === 0 ? 'a' : 'b' }));
        const groups = groupClusters(clusters, { ...everything, by });
        const seen = groups.flatMap(({ shown, folded }) => [...shown, ...folded].map(({ name }) => name));
        expect(seen.sort()).toEqual(clusters.map(({ name }) => name).sort());
        for (const { folded } of groups) for (const cluster of folded) expect(isWell(cluster)).toBe(true);
      }),
    );
  });
});

describe('a cluster is as it should be', () => {
  it('only with a reachable node and nothing amiss', () => {
    expect(isWell(clusterOf('a'))).toBe(true);
    for (const nodes of [
      { reachable: 1, unreachable: 1 },
      { reachable: 1, unknown: 1 },
      { reachable: 1, notServed: 1 },
      { notProbed: 1 },
      {},
    ])
      expect([nodes, isWell(clusterOf('a', nodes))]).toEqual([nodes, false]);
    expect(isWell(clusterOf('a', { reachable: 1 }, { openOutages: 1 }))).toBe(false);
  });
});
