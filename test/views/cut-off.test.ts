import { describe, expect, it } from 'vitest';
import { cutOffIn } from '../../src/views/cut-off.ts';

const outage = { start: '2026-11-21T12:00:00.000Z', reason: 'ConnectionTimedOut', flaps: 0 } as const;
const nodes = (known: number, unreachable: number) => ({
  known,
  reachable: known - unreachable,
  notServed: 0,
  unreachable,
  unknown: 0,
  notProbed: 0,
});

describe('what is said of clusters that are cut off', () => {
  it('counts the nodes of these alone: a node that fails in another cluster is none of them', () => {
    expect(
      cutOffIn([
        { cluster: 'a', clusterOutage: outage, nodes: nodes(9, 8) },
        { cluster: 'b', clusterOutage: null, nodes: nodes(30, 1) },
      ]),
    ).toEqual({ clusters: ['a'], nodes: nodes(9, 8), elsewhere: nodes(30, 1) });
  });

  it('adds up several', () => {
    const both = [
      { cluster: 'a', clusterOutage: outage, nodes: nodes(9, 8) },
      { cluster: 'b', clusterOutage: outage, nodes: nodes(3, 3) },
    ];
    expect(cutOffIn(both)).toMatchObject({ clusters: ['a', 'b'], nodes: nodes(12, 11), elsewhere: nodes(0, 0) });
  });

  it('is nothing where nodes fail and no cluster has an outage', () => {
    expect(cutOffIn([{ cluster: 'b', clusterOutage: null, nodes: nodes(30, 1) }])).toBeUndefined();
  });
});
