import { describe, expect, it } from 'vitest';
import type { NodeChange } from '../../../src/inventory/compare-nodes.ts';
import type { ClusterFacts } from '../../../src/model/cluster-facts.ts';
import type { KnownNode, NodeFacts } from '../../../src/model/node.ts';
import { emptyState } from '../../../src/model/node-state.ts';
import { planSweep } from '../../../src/sweep/plan/plan-sweep.ts';

const due = '2026-11-21T09:35:05.000Z';
const cluster = { region: 'westeurope', nodeResourceGroup: 'MC_rg', upgrading: false, pools: [] as ClusterFacts['pools'] } as ClusterFacts;
const factsOf = (node: string, more: Partial<NodeFacts> = {}): NodeFacts => {
  return { node, resourceId: node, vmId: node, pool: 'web', os: 'Linux', ...more };
};
type Row = Omit<KnownNode, 'history'>;
const rowOf = (facts: NodeFacts): Row => ({ facts, state: emptyState, missing: 0 });
const known = (facts: NodeFacts): NodeChange<Row> => ({ kind: 'known', row: rowOf(facts), facts, changed: false, seen: true });
const plan = (changes: NodeChange<Row>[], quota?: number, gaps = {}) => planSweep({ ...cluster, quota }, changes, 2, due, gaps);

describe('the plan of a sweep for a cluster', () => {
  it('has every known node once, in a slice or with the reason why it is not probed', () => {
    const gone = factsOf('gone');
    const changes: NodeChange<Row>[] = [
      ...['a', 'b', 'c'].map((node) => known(factsOf(node))),
      { kind: 'new', facts: factsOf('d') },
      known(factsOf('stopped', { skipped: 'Deallocated' })),
      { kind: 'missing', row: rowOf(factsOf('missing')), reason: 'NodeGone', counts: true },
      { kind: 'gone', row: rowOf(gone), reason: 'NodeGone' },
    ];
    const { slices, notProbed } = plan(changes);
    expect(slices.flat().sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(slices.every(({ length }) => length <= 2)).toBe(true);
    expect(notProbed).toEqual({ Deallocated: ['stopped'], NodeGone: ['missing'] });
  });

  it('leaves out what is over its quota, with that reason', () => {
    const { slices, notProbed } = plan(
      ['a', 'b', 'c'].map((node) => known(factsOf(node))),
      1,
    );
    expect(slices.flat().length + (notProbed.OverBudget?.length ?? 0)).toBe(3);
    expect(notProbed.OverBudget?.length).toBeGreaterThan(0);
  });

  it('leaves out what rests, with that reason', () => {
    const changes = ['a', 'b', 'c'].map((node) => known(factsOf(node)));
    const { slices, notProbed } = planSweep(cluster, changes, 2, due, {}, new Set(['b']));
    expect(slices.flat().sort()).toEqual(['a', 'c']);
    expect(notProbed).toEqual({ NotDue: ['b'] });
  });

  it('says whether somebody is changing the cluster', () => {
    expect(plan([]).changing).toBeUndefined();
    expect(planSweep({ ...cluster, upgrading: true }, [], 2, due, {}).changing).toBe(true);
  });

  it('says where its nodes must lie, so that nothing is started elsewhere', () => {
    expect(plan([])).toMatchObject({ region: 'westeurope', nodeResourceGroup: 'MC_rg', due, slices: [], notProbed: {}, gaps: {} });
    expect(plan([], undefined, { web: 2 }).gaps).toEqual({ web: 2 });
  });
});
