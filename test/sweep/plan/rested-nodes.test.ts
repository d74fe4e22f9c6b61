import { describe, expect, it } from 'vitest';
import type { NodeChange } from '../../../src/inventory/compare-nodes.ts';
import type { ClusterFacts } from '../../../src/model/cluster-facts.ts';
import type { KnownNode } from '../../../src/model/node.ts';
import { emptyState, type NodeState, type ProbeResult } from '../../../src/model/node-state.ts';
import { restedNodes } from '../../../src/sweep/plan/rested-nodes.ts';

const MINUTE = 60_000;
const now = new Date('2026-11-21T09:35:00.000Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * MINUTE).toISOString();
const rest = { now, next: new Date(now.getTime() + 5 * MINUTE), intervalMs: 5 * MINUTE, maxAgeMinutes: 10 };
const facts = { upgrading: false, pools: [] } as unknown as ClusterFacts;

type Change = NodeChange<Omit<KnownNode, 'history'>>;
function nodeOf(node: string, probed: number, more: Partial<NodeState> = {}, verdict: ProbeResult['verdict'] = 'reachable'): Change {
  const latest = { verdict, reason: 'Reachable', message: '', nonce: '0', run: 'r', sweep: 's', at: ago(probed) } as const;
  const own = { node, resourceId: node, vmId: node, pool: 'web', os: 'Linux' } as const;
  const row = { facts: own, state: { ...emptyState, latest, since: ago(600), ...more }, missing: 0 };
  return { kind: 'known', row, facts: own, changed: false, seen: true };
}
const well = [nodeOf('a', 4.9), nodeOf('b', 4.5), nodeOf('c', 4.4), nodeOf('older', 9)];
const rested = (changes: readonly Change[], of: Partial<ClusterFacts> = {}, how: Partial<typeof rest> = {}) =>
  restedNodes({ ...facts, ...of }, changes, { ...rest, ...how });

describe('the nodes that a sweep may leave out', () => {
  it('are long healthy, and their verdict is young enough when the next sweep comes', () => {
    expect(rested(well)).toEqual(['c', 'b', 'a']);
    expect(rested([...well, nodeOf('old', 5.1)])).not.toContain('old');
  });

  it('are none unless verdicts may become older than the interval', () => {
    expect(rested(well, {}, { maxAgeMinutes: 0 })).toEqual([]);
    expect(rested(well, {}, { maxAgeMinutes: 5 })).toEqual([]);
  });

  it('are never left out twice in a row, however old verdicts may become', () => {
    expect(rested([nodeOf('left out', 9.9), nodeOf('stalest', 12)], {}, { maxAgeMinutes: 60 })).toEqual([]);
  });

  it('leave one of each pool and zone in the sweep', () => {
    expect(rested([nodeOf('only', 4)])).toEqual([]);
  });

  it.each<[string, Change[]]>([
    ['a node that fails', [...well, nodeOf('bad', 4, {}, 'unreachable')]],
    ['a node that nothing is known of', [...well, nodeOf('dark', 4, {}, 'unknown')]],
    ['a node that is back since minutes', [...well, nodeOf('back', 4, { since: ago(20) })]],
    [
      'a node whose outage ended minutes ago',
      [...well, nodeOf('back', 4, { outage: { outage: ago(90), episode: 1, from: ago(90), end: ago(30), reason: 'NoRoute' } })],
    ],
    [
      'a node that is not served',
      [...well, nodeOf('unserved', 4, { served: { ok: false, reason: 'EtcdUnavailable', message: '', since: ago(5), times: 2 } })],
    ],
    ['a new node', [...well, { kind: 'new', facts: { node: 'new', resourceId: 'r', vmId: 'v', pool: 'web', os: 'Linux' } }]],
  ])('are none of a cluster with %s', (_, changes) => {
    expect(rested(changes)).toEqual([]);
  });

  it('are none of a cluster that somebody is changing, or that a sweep cannot probe as a whole', () => {
    expect(rested(well, { upgrading: true })).toEqual([]);
    expect(rested(well, { pools: [{ name: 'web', excluded: false, changing: true, stopped: false }] })).toEqual([]);
    expect(rested(well, { quota: 2 })).toEqual([]);
  });
});
