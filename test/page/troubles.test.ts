import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failingClusters, type Trouble, troublesOf } from '../../src/page/troubles.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import { clusterOf, incidentOf, outageOf, SINCE } from './views.ts';

const blind: Partial<ClusterView> = {
  blind: { since: SINCE, reason: 'NoProof', unknown: 2, planned: 3, findings: [], changes: [], searchedAt: null },
};
const unseen = { unseen: [{ reason: 'NodeGroupLocked', nodes: 1, pools: ['web'], names: ['d'], since: SINCE }] } as Partial<ClusterView>;
const maintenance = {
  maintenance: { from: SINCE, until: SINCE, source: 'tag', by: null, reason: null },
} as unknown as Partial<ClusterView>;

const nameOf = (trouble: Trouble) => (trouble.kind === 'incident' ? 'incident' : `${trouble.kind} ${trouble.cluster.name}`);
const namesOf = (troubles: readonly Trouble[]) => troubles.map(nameOf);

describe('the troubles of a fleet', () => {
  it('are shown worst first, and of one kind the largest first', () => {
    const clusters = [
      clusterOf('planned', {}, maintenance),
      clusterOf('hidden', { unknown: 3 }, blind),
      clusterOf('refused', { reachable: 3, notServed: 2 }),
      clusterOf('some', { unreachable: 1, reachable: 9 }, { openOutages: 1 }),
      clusterOf('more', { unreachable: 2, reachable: 9 }, { openOutages: 2 }),
      clusterOf('whole', { unreachable: 3 }, { openOutages: 1 }),
      clusterOf('locked', { notProbed: 1 }, unseen),
    ];
    const outages = [outageOf('some', 'n1'), outageOf('more', 'n1'), outageOf('more', 'n2'), outageOf('whole')];
    expect(namesOf(troublesOf({ incidents: [] }, clusters, outages))).toEqual([
      'outage whole',
      'nodes more',
      'nodes some',
      'blind hidden',
      'notServed refused',
      'unseen locked',
      'maintenance planned',
    ]);
  });

  it('do not repeat what an open incident covers, except that it is planned', () => {
    const clusters = [
      clusterOf('a', { unreachable: 3 }, { ...maintenance, openOutages: 1 }),
      clusterOf('b', { unreachable: 1 }, { openOutages: 1 }),
    ];
    const outages = [outageOf('a'), outageOf('b', 'n1')];
    const troubles = troublesOf({ incidents: [incidentOf(['a', 'gone'])] }, clusters, outages);
    expect(namesOf(troubles)).toEqual(['incident', 'nodes b', 'maintenance a']);
    expect(troubles[0]).toMatchObject({ members: [{ name: 'a' }] });
  });

  it('are one outage of a cluster, which covers those of its nodes', () => {
    const cluster = clusterOf('a', { unreachable: 3 }, { openOutages: 4 });
    expect(namesOf(troublesOf({ incidents: [] }, [cluster], [outageOf('a'), outageOf('a', 'n1')]))).toEqual(['outage a']);
  });

  it('leave out nothing: each cluster is in one for each thing that is wrong with it, or in an incident', () => {
    const anyCluster = fc.record({
      isBlind: fc.boolean(),
      notServed: fc.nat(2),
      isUnseen: fc.boolean(),
      isDown: fc.boolean(),
      isCovered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyCluster, { maxLength: 5 }), (all) => {
        const clusters = all.map(({ isBlind, notServed, isUnseen }, at) =>
          clusterOf(`c${at}`, { reachable: 2, notServed }, { ...(isBlind && blind), ...(isUnseen && unseen) }),
        );
        const outages = all.flatMap(({ isDown }, at) => (isDown ? [outageOf(`c${at}`, 'n')] : []));
        const covered = all.flatMap(({ isCovered }, at) => (isCovered ? [`c${at}`] : []));
        const incidents = covered.length === 0 ? [] : [incidentOf(covered)];
        const expected = all.flatMap(({ isBlind, notServed, isUnseen, isDown, isCovered }, at) =>
          isCovered
            ? []
            : [isDown && 'nodes', isBlind && 'blind', notServed > 0 && 'notServed', isUnseen && 'unseen'].flatMap((kind) =>
                kind ? [`${kind} c${at}`] : [],
              ),
        );
        expect(namesOf(troublesOf({ incidents }, clusters, outages)).sort()).toEqual(
          [...expected, ...incidents.map(() => 'incident')].sort(),
        );
      }),
    );
  });
});

it('a cluster fails where a node does, or an outage is open', () => {
  const clusters = [clusterOf('a'), clusterOf('b', { unreachable: 1 }), clusterOf('c', { reachable: 1 }, { openOutages: 1 })];
  expect(failingClusters(clusters).map(({ name }) => name)).toEqual(['b', 'c']);
});
