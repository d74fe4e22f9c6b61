import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, rollUp } from '../../src/history/roll-up.ts';
import { emptyHistory, emptyState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import type { NodeRow } from '../../src/tables/node-rows.ts';

const now = new Date('2026-11-21T10:00:00.000Z');
const interval = 300_000;

interface Told {
  node: string;
  verdict?: 'reachable' | 'unreachable' | 'unknown';
  ageMs?: number;
  skipped?: ReasonCode;
  outage?: boolean;
  retired?: boolean;
}

function rowOf({ node, verdict, ageMs = 0, skipped, outage = false, retired = false }: Told): NodeRow {
  const at = new Date(now.getTime() - ageMs).toISOString();
  const reason = verdict === 'reachable' ? 'Reachable' : verdict === 'unreachable' ? 'DnsTimeout' : 'NoProof';
  return {
    facts: { node, resourceId: '', vmId: '', pool: 'web', os: 'Linux', skipped },
    state: {
      ...emptyState,
      latest: verdict && { verdict, reason, message: '', nonce: 'n', run: 'f', sweep: 's', at },
      outage: outage ? { outage: at, episode: 1, from: at, reason } : { outage: at, episode: 1, from: at, end: at, reason },
    },
    history: emptyHistory,
    missing: 0,
    retiredAt: retired ? at : undefined,
    etag: '',
  };
}

const told: fc.Arbitrary<Told> = fc.record(
  {
    node: fc.integer({ min: 0, max: 999 }).map((n) => `node${n}`),
    verdict: fc.constantFrom('reachable', 'unreachable', 'unknown'),
    ageMs: fc.integer({ min: 0, max: 5 * interval }),
    skipped: fc.constantFrom<ReasonCode>('TooYoung', 'Deallocated', 'Excluded'),
    outage: fc.boolean(),
    retired: fc.boolean(),
  },
  { requiredKeys: ['node'] },
);

describe('outcomeOf', () => {
  it.each<[string, Omit<Told, 'node'>, string]>([
    ['its latest verdict', { verdict: 'unreachable', ageMs: 3 * interval }, 'unreachable/DnsTimeout'],
    ['unknown once that is older than three intervals', { verdict: 'unreachable', ageMs: 3 * interval + 1 }, 'unknown/Stale'],
    ['why it is not probed, whatever was found before', { verdict: 'reachable', skipped: 'Deallocated' }, 'notProbed/Deallocated'],
    ['not probed before its first verdict', {}, 'notProbed/NotYetProbed'],
  ])('is %s', (_, more, expected) => {
    const { verdict, reason } = outcomeOf(rowOf({ node: 'a', ...more }), now, interval);
    expect(`${verdict}/${reason}`).toBe(expected);
  });
});

describe('rollUp', () => {
  it('adds up, counts no retired node, and does not care for the order of rows', () => {
    fc.assert(
      fc.property(fc.uniqueArray(told, { selector: ({ node }) => node, maxLength: 30, size: 'max' }), (all) => {
        const rows = all.map(rowOf);
        const { nodes, byReason, openOutages, outageReason, outagesSince, blindNodes, notReachable } = rollUp(rows, now, interval, 3);
        const kept = all.filter(({ retired }) => !retired);
        expect(nodes.known).toBe(kept.length);
        expect(nodes.reachable + nodes.unreachable + nodes.unknown + nodes.notProbed).toBe(nodes.known);
        expect(Object.values(byReason).reduce((sum, count) => sum + count, 0)).toBe(nodes.known);
        expect(notReachable).toHaveLength(nodes.unreachable + nodes.unknown);
        const open = kept.filter(({ outage }) => outage);
        expect(openOutages).toBe(open.length);
        const oldest = Math.max(...open.map(({ ageMs = 0 }) => ageMs));
        expect(outagesSince).toBe(open.length === 0 ? undefined : new Date(now.getTime() - oldest).toISOString());
        const turned = rollUp([...rows].reverse(), now, interval, 3);
        const unordered = { nodes, byReason, openOutages, outageReason, outagesSince, blindNodes };
        expect(turned).toEqual({ ...unordered, notReachable: [...notReachable].reverse() });
      }),
      { numRuns: 500 },
    );
  });

  it('names the nodes that are not reachable though they were probed, at most 500', () => {
    const rows = Array.from({ length: 600 }, (_, n) => rowOf({ node: `n${n}`, verdict: n % 2 === 0 ? 'unreachable' : 'unknown' }));
    const { nodes, notReachable } = rollUp(
      [rowOf({ node: 'fine', verdict: 'reachable' }), rowOf({ node: 'new' }), ...rows],
      now,
      interval,
      3,
    );
    expect(nodes).toEqual({ known: 602, reachable: 1, notServed: 0, unreachable: 300, unknown: 300, notProbed: 1 });
    expect(notReachable).toEqual(rows.slice(0, 500).map(({ facts }) => facts.node));
  });

  it('counts the nodes that have been unknown for as many probes as make a node blind', () => {
    const unseenFor = (unknowns: number, verdict: 'unknown' | 'reachable' = 'unknown') => {
      const row = rowOf({ node: `${verdict}-${unknowns}`, verdict });
      return { ...row, state: { ...row.state, unknowns } };
    };
    expect(rollUp([unseenFor(2), unseenFor(3), unseenFor(9), unseenFor(9, 'reachable')], now, interval, 3).blindNodes).toBe(2);
  });

  it('names the reason with which most open outages began, whatever their nodes answer now', () => {
    const begunWith = (node: string, reason: ReasonCode, verdict: 'unreachable' | 'unknown' = 'unreachable') => {
      const row = rowOf({ node, verdict, outage: true });
      return { ...row, state: { ...row.state, outage: { ...row.state.outage!, reason } } };
    };
    const over = rowOf({ node: 'over', verdict: 'unreachable' });
    const open = [begunWith('a', 'NoRoute', 'unknown'), begunWith('b', 'NoRoute'), begunWith('c', 'ConnectionRefused')];
    expect(rollUp([over, ...open], now, interval, 3)).toMatchObject({ openOutages: 3, outageReason: 'NoRoute' });
    expect(rollUp([over], now, interval, 3)).toMatchObject({ openOutages: 0, outageReason: undefined });
    // As told before, for as long as one began with it: an alert that carries it is not another one because a node came or went.
    expect(rollUp(open, now, interval, 3, 'ConnectionRefused').outageReason).toBe('ConnectionRefused');
    expect(rollUp(open, now, interval, 3, 'DnsTimeout').outageReason).toBe('NoRoute');
    expect(rollUp([over], now, interval, 3, 'NoRoute').outageReason).toBeUndefined();
  });

  it('of no rows is empty', () => {
    expect(rollUp([], now, interval, 3)).toEqual({
      nodes: { known: 0, reachable: 0, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 },
      byReason: {},
      openOutages: 0,
      blindNodes: 0,
      notReachable: [],
    });
  });
});
