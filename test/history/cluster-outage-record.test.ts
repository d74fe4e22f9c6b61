import { describe, expect, it } from 'vitest';
import type { Quorum } from '../../src/history/cluster-outage.ts';
import { recordClusterOutage } from '../../src/history/cluster-outage-record.ts';
import type { JudgedNode } from '../../src/model/node.ts';
import { type Episode, emptyState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute));
const iso = (minute: number) => at(minute).toISOString();
const episode: Episode = { outage: iso(0), episode: 1, from: iso(0), reason: 'DnsTimeout' };

function failing(node: string, reason: ReasonCode = 'DnsTimeout'): JudgedNode {
  const result = { message: '', nonce: node, run: '', sweep: '', at: iso(1) };
  const facts = { node, resourceId: '', vmId: '', pool: 'web', os: 'Linux' } as const;
  return { facts, state: { ...emptyState, latest: { ...result, verdict: 'unreachable', reason } } };
}
const quorumOf = (nodes: readonly JudgedNode[], healthy = 2): Quorum => ({
  failing: nodes,
  healthy: Array.from({ length: healthy }, (_, n) => failing(`healthy-${n}`)),
  planned: nodes.length + healthy + 1,
  needed: 2,
  judgeable: true,
});
const record = (quorum: Quorum, minute: number, before?: ReturnType<typeof recordClusterOutage>['outage'], ending?: ReasonCode) =>
  recordClusterOutage(before, 'shop', episode, quorum, [], ending, at(minute));

describe('recordClusterOutage', () => {
  const first = record(quorumOf([failing('a'), failing('b')]), 1).outage;

  it('begins a record with its counts and members of now', () => {
    expect(first).toMatchObject({
      cluster: 'shop',
      start: iso(0),
      openedAt: iso(1),
      nodes: ['a', 'b'],
      counts: { failing: 2, conclusive: 4, planned: 5, most: 2 },
      reasons: [{ reason: 'DnsTimeout', nodes: 2 }],
      delivered: {},
    });
  });

  it('keeps whom it hit and the most that failed at once, and names the reason of most of now', () => {
    const later = record(quorumOf([failing('c', 'NoRoute')]), 2, first).outage;
    expect(later).toMatchObject({ nodes: ['a', 'b', 'c'], counts: { failing: 1, most: 2 }, reason: 'NoRoute', openedAt: iso(1) });
  });

  it('is the same where nothing is new', () => {
    expect(record(quorumOf([failing('a'), failing('b')]), 9, first)).toEqual({ outage: first });
  });

  it('keeps its last counts where no node fails any more, and after its end', () => {
    expect(record(quorumOf([], 4), 2, first).outage.counts).toEqual(first.counts);
    const ended = recordClusterOutage(first, 'shop', { ...episode, end: iso(5) }, quorumOf([failing('z')]), [], undefined, at(6)).outage;
    expect(ended).toMatchObject({ end: iso(5), nodes: ['a', 'b'], counts: first.counts });
  });

  it('ends where none of its nodes is to be probed any more, and says so', () => {
    const { outage, endedAt } = record(quorumOf([], 0), 7, first, 'ClusterStopped');
    expect([outage.end, endedAt]).toEqual([iso(7), iso(7)]);
    expect(outage.message).toContain('(ClusterStopped)');
    const over = { ...episode, end: iso(7) };
    expect(recordClusterOutage(outage, 'shop', over, quorumOf([], 0), [], 'ClusterStopped', at(8))).toEqual({ outage });
  });
});
