import { describe, expect, it } from 'vitest';
import { groupNotServed, servedNow } from '../../src/history/not-served.ts';
import { outcomeOf, rollUp } from '../../src/history/roll-up.ts';
import type { JudgedNode } from '../../src/model/node.ts';
import type { ServedState } from '../../src/model/node-state.ts';
import { policyOf, type ReasonCode, reasons } from '../../src/model/reasons.ts';

const now = new Date('2026-11-21T10:00:00.000Z');
const INTERVAL = 300_000;
const ago = (intervals: number) => new Date(now.getTime() - intervals * INTERVAL).toISOString();
const notServed = (reason: ReasonCode, since = ago(2)): ServedState => ({ ok: false, reason, message: `${reason} said`, since, times: 2 });
const served: ServedState = { ok: true, since: ago(9), times: 9 };

const nodeOf = (node: string, state: ServedState | undefined, more: Partial<JudgedNode['state']> = {}): JudgedNode => ({
  facts: { node, pool: 'web', os: 'Linux' },
  state: { latest: { verdict: 'reachable', reason: 'Reachable', at: ago(0) }, served: state, unknowns: 0, ...more },
});
const group = (nodes: JudgedNode[]) => groupNotServed(nodes, now, INTERVAL);

// A node object that does not come, by what the API server says of it.
const scenarios: ReasonCode[] = [
  'EtcdUnavailable',
  'ApiServerNotReady',
  'ApiServerOverloaded',
  'NodeNotAuthorized',
  'IdentityMismatch',
  'NodeNotRegistered',
  'NotServed',
];

describe.each(scenarios)('a node that is not served for %s', (reason) => {
  it('counts as reachable all the same, and as one that is not served', () => {
    const node = nodeOf('a', notServed(reason));
    expect(outcomeOf(node, now, INTERVAL)).toEqual({ verdict: 'reachable', reason: 'Reachable', notServed: reason });
    expect(rollUp([node], now, INTERVAL, 3).nodes).toMatchObject({ known: 1, reachable: 1, notServed: 1, unreachable: 0 });
    expect(group([node])).toEqual([{ reason, nodes: 1, names: ['a'], since: ago(2) }]);
  });

  it('is a fault of the cluster or of its platform, which blinds nobody and ends no outage', () => {
    expect(reasons[reason].stage).toBe('served');
    expect(policyOf(reason)).toMatchObject({ expected: true, asked: true, endsOutage: false, blinds: 'nobody', hides: 'nothing' });
    expect(['cluster', 'platform']).toContain(policyOf(reason).fault);
  });
});

describe('nodes that are not served', () => {
  it('are grouped by reason, most first, with the earliest moment and up to 20 names', () => {
    const many = Array.from({ length: 22 }, (_, n) => nodeOf(`n${n}`, notServed('EtcdUnavailable', ago(n === 21 ? 3 : 2))));
    const [first, second] = group([nodeOf('z', notServed('NodeNotRegistered')), ...many, nodeOf('well', served)]);
    expect(first).toMatchObject({ reason: 'EtcdUnavailable', nodes: 22, since: ago(3) });
    expect(first!.names).toEqual(many.slice(0, 20).map(({ facts }) => facts.node));
    expect(second).toMatchObject({ reason: 'NodeNotRegistered', nodes: 1 });
  });

  it('are none of those whose latest verdict is too old, unknown or unreachable, nor of those that are not probed or gone', () => {
    const state = notServed('EtcdUnavailable');
    const others = [
      nodeOf('stale', state, { latest: { verdict: 'reachable', reason: 'Reachable', at: ago(3.1) } }),
      nodeOf('unknown', state, { latest: { verdict: 'unknown', reason: 'NoProof', at: ago(0) } }),
      nodeOf('unreachable', undefined, { latest: { verdict: 'unreachable', reason: 'DnsTimeout', at: ago(0) } }),
      { ...nodeOf('stopped', state), facts: { ...nodeOf('stopped', state).facts, skipped: 'Deallocated' as const } },
      { ...nodeOf('gone', state), retiredAt: ago(0) },
      nodeOf('new', undefined, { latest: undefined }),
    ];
    for (const node of others) expect([node.facts.node, servedNow(node, now, INTERVAL)]).toEqual([node.facts.node, undefined]);
    expect(group(others)).toEqual([]);
    expect(rollUp(others, now, INTERVAL, 3).nodes.notServed).toBe(0);
  });

  it('are none where nobody asked', () => {
    expect(group([nodeOf('a', undefined)])).toEqual([]);
    expect(servedNow(nodeOf('a', served), now, INTERVAL)).toEqual(served);
  });
});
