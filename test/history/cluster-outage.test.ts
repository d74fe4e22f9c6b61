import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClusterOutageState,
  dominantReason,
  endsBecause,
  foldQuorum,
  judgeQuorum,
  type Quorum,
} from '../../src/history/cluster-outage.ts';
import { openEpisode } from '../../src/history/node-state.ts';
import { type Episode, emptyHistory, emptyState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import type { NodeRow } from '../../src/tables/node-rows.ts';

const MINUTE = 60;
const INTERVAL = 5 * MINUTE;
const FLAP = 15 * MINUTE;
const dateAt = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 10) + seconds * 1000);
const at = (seconds: number) => dateAt(seconds).toISOString();
const sweepOf = (number: number) => at(number * INTERVAL).replace('.000Z', 'Z');

interface Told {
  verdict?: 'reachable' | 'unreachable' | 'unknown';
  /** Since when it is so, and when it was seen last. */
  since?: number;
  seen?: number;
  reason?: ReasonCode;
  skipped?: ReasonCode;
  retired?: boolean;
}

function rowOf({ verdict, since = 0, seen = 0, reason, skipped, retired = false }: Told): NodeRow {
  const usual: ReasonCode = verdict === 'reachable' ? 'Reachable' : verdict === 'unreachable' ? 'ConnectionTimedOut' : 'NoProof';
  return {
    facts: { node: 'node', resourceId: '', vmId: '', pool: 'web', os: 'Linux', skipped },
    state: {
      ...emptyState,
      latest: verdict && { verdict, reason: reason ?? usual, message: '', nonce: '', run: '', sweep: '', at: at(seen) },
      firstFailure: verdict === 'unreachable' ? at(since) : undefined,
      firstSuccess: verdict === 'reachable' ? at(since) : undefined,
    },
    history: emptyHistory,
    missing: 0,
    retiredAt: retired ? at(0) : undefined,
    etag: '',
  };
}

const rows = (count: number, told: Told) => Array.from({ length: count }, () => rowOf(told));
const failing = (count: number, since = 0) => rows(count, { verdict: 'unreachable', since });
const healthy = (count: number, since = -3600) => rows(count, { verdict: 'reachable', since });
const unseen = (count: number) => rows(count, {});

const asDefault = { percent: 50, nodes: 2 };
const judge = (all: readonly NodeRow[], finalized = true, quorum = asDefault, now = 0) =>
  judgeQuorum(all, dateAt(now), INTERVAL * 1000, finalized, quorum);
const isThere = ({ failing: f, needed, judgeable }: Quorum) => judgeable && f.length >= needed;

describe('judgeQuorum', () => {
  it.each<[string, boolean, NodeRow[], { percent: number; nodes: number }]>([
    ['half of the nodes fail', true, [...failing(5), ...healthy(5)], asDefault],
    ['fewer than half fail', false, [...failing(5), ...healthy(6)], asDefault],
    ['all of one node fail, and two are needed', false, failing(1), asDefault],
    ['one node fails where one is enough', true, failing(1), { percent: 50, nodes: 1 }],
    ['two of two fail', true, failing(2), asDefault],
    ['as many fail as are needed, but not so many percent', false, [...failing(2), ...healthy(3)], asDefault],
    ['so many percent fail, but fewer than are needed', false, [...failing(9), ...healthy(1)], { percent: 50, nodes: 10 }],
    ['a third of three is one node, rounded up', true, [...failing(1), ...healthy(2)], { percent: 33, nodes: 1 }],
    ['34 percent of three are two nodes', false, [...failing(1), ...healthy(2)], { percent: 34, nodes: 1 }],
    ['nodes without a verdict do not count once it is finalized', true, [...failing(2), ...healthy(2), ...unseen(12)], asDefault],
    ['nodes of unknown state count neither way', true, [...failing(2), ...healthy(2), ...rows(12, { verdict: 'unknown' })], asDefault],
    ['fewer than a quarter of the planned nodes gave a verdict', false, [...failing(4), ...unseen(13)], asDefault],
    ['exactly a quarter did', true, [...failing(4), ...unseen(12)], asDefault],
    ['nodes that are not planned are no part of it', true, [...failing(4), ...rows(90, { skipped: 'Deallocated' })], asDefault],
    ['nor are those that are gone', true, [...failing(4), ...rows(90, { verdict: 'reachable', retired: true })], asDefault],
    ['there is no node', false, [], asDefault],
  ])('%s: %s', (_, expected, all, quorum) => {
    expect(isThere(judge(all, true, quorum))).toBe(expected);
  });

  it('counts nodes without a verdict as reachable until it is finalized', () => {
    const all = [...failing(5), ...unseen(6)];
    expect(judge(all, false)).toMatchObject({ needed: 6, planned: 11, judgeable: true });
    expect(judge(all, true)).toMatchObject({ needed: 3, planned: 11, judgeable: true });
  });

  it('counts a node with its latest verdict, at most three intervals old', () => {
    const old = [...failing(4), ...healthy(4)];
    expect(isThere(judge(old, true, asDefault, 3 * INTERVAL))).toBe(true);
    expect(judge(old, true, asDefault, 3 * INTERVAL + 1)).toMatchObject({ failing: [], healthy: [], planned: 8, judgeable: false });
    const [fresh, stale] = [rows(4, { verdict: 'unreachable', seen: 1000 }), healthy(6)];
    expect(judge([...fresh, ...stale], false, asDefault, 1000)).toMatchObject({ needed: 5 });
    expect(judge([...fresh, ...stale], true, asDefault, 1000)).toMatchObject({ needed: 2 });
  });
});

describe('dominantReason', () => {
  it('is what most nodes have, among equals the one whose probes got furthest', () => {
    const of = (...reasons: ReasonCode[]) => dominantReason(reasons.map((reason) => rowOf({ verdict: 'unreachable', reason })));
    expect(of('NoRoute', 'DnsTimeout', 'NoRoute')).toBe('NoRoute');
    expect(of('DnsTimeout', 'NoRoute')).toBe('NoRoute');
    expect(of()).toBe('Undiagnosed');
  });
});

describe('foldQuorum', () => {
  const fold = (state: ClusterOutageState, all: readonly NodeRow[], sweep: number, now: number, flap = FLAP) =>
    foldQuorum(state, judge(all, true, asDefault, 0), {
      ...{ sweep: sweepOf(sweep), now: dateAt(now), flapWindowMs: flap * 1000, intervalMs: INTERVAL * 1000 },
    });
  const open: Episode = { outage: at(0), episode: 1, from: at(0), reason: 'ConnectionTimedOut' };

  it('opens as soon as the quorum is there, as of when as many as needed had begun to fail', () => {
    const all = [...[50, 10, 40, 20, 30].map((since) => rowOf({ verdict: 'unreachable', since })), ...healthy(3)];
    expect(fold({}, all, 1, 60)).toEqual({ outage: { ...open, outage: at(40), from: at(40) } });
  });

  it('leaves a cluster alone that has none', () => {
    expect(fold({}, [...failing(4), ...healthy(5)], 1, 60)).toEqual({});
  });

  it('says nothing where too few nodes gave a verdict', () => {
    expect(fold({}, [...failing(4), ...unseen(13)], 1, 60)).toEqual({});
    const falling = { outage: open, below: { sweep: sweepOf(1), since: at(100) } };
    expect(fold(falling, [...healthy(4), ...unseen(13)], 2, 60)).toBe(falling);
  });

  it('stays open from half the quorum', () => {
    expect(fold({ outage: open }, [...failing(2), ...healthy(6, 100)], 1, 200)).toEqual({ outage: open });
    expect(fold({ outage: open }, [...failing(1), ...healthy(7, 100)], 1, 200).below).toBeDefined();
  });

  it('closes below half the quorum in assessments of two sweeps in a row, as of when it fell below', () => {
    const recovered = [...failing(1), ...[100, 120, 110, 130].map((since) => rowOf({ verdict: 'reachable', since })), ...healthy(3)];
    const first = fold({ outage: open }, recovered, 1, 400);
    // Quorum of 8 is 4: below half of it when only one was left, which is when the last recovered.
    expect(first).toEqual({ outage: open, below: { sweep: sweepOf(1), since: at(130), at: at(400) } });
    expect(fold(first, recovered, 2, 700)).toEqual({ outage: { ...open, end: at(130) } });
  });

  it('dates the end from the recovery that brought it below half, not from the last', () => {
    const all = [100, 110, 120, 130, 140].map((since) => rowOf({ verdict: 'reachable', since }));
    // Quorum of 8 is 4; of five that failed, the fourth to recover leaves one.
    expect(fold({ outage: open }, [...all, ...healthy(3)], 1, 400).below?.since).toBe(at(130));
  });

  it('dates the end from now where no recovery tells it', () => {
    expect(fold({ outage: open }, healthy(8), 1, 400).below?.since).toBe(at(400));
  });

  it('is not closed by two assessments of one sweep, nor by one of an earlier sweep', () => {
    const below = fold({ outage: open }, healthy(8, 100), 2, 400);
    expect(fold(below, healthy(8, 100), 2, 500)).toEqual(below);
    expect(fold(below, healthy(8, 100), 1, 500)).toEqual(below);
    expect(fold(below, healthy(8, 100), 3, 500).outage?.end).toBe(at(100));
  });

  it('is closed within a sweep where as many nodes as the quorum needs were probed again, well after it fell below', () => {
    const below = fold({ outage: open }, healthy(8, 100), 2, 400);
    const again = (nodes: number, seen: number) => [
      ...Array.from({ length: nodes }, () => rowOf({ verdict: 'reachable', since: 100, seen })),
      ...healthy(8 - nodes, 100),
    ];
    expect(fold(below, again(4, 450), 2, 480).outage?.end).toBe(at(100));
    expect(fold(below, again(3, 450), 2, 480)).toEqual(below);
    expect(fold(below, again(8, 449), 2, 480)).toEqual(below);
  });

  it('begins to count anew when half the quorum fails again in between', () => {
    const below = fold({ outage: open }, healthy(8, 100), 1, 400);
    const again = fold(below, [...failing(2), ...healthy(6, 100)], 2, 700);
    expect(again).toEqual({ outage: open });
    expect(fold(again, healthy(8, 800), 3, 1000)).toEqual({ outage: open, below: { sweep: sweepOf(3), since: at(800), at: at(1000) } });
  });

  it('is the next episode within the flap window, and another outage after it', () => {
    const ended = { outage: { ...open, end: at(100) } };
    const [within, after] = [100 + FLAP, 101 + FLAP];
    expect(fold(ended, failing(8, within), 9, within + 60).outage).toEqual({ ...open, episode: 2, from: at(within) });
    expect(fold(ended, failing(8, after), 9, after + 60).outage).toEqual({ ...open, outage: at(after), from: at(after) });
    expect(fold(ended, failing(8, 101), 9, 160, 0).outage).toEqual({ ...open, outage: at(101), from: at(101) });
  });

  it('begins no earlier than the end of the last, though its nodes failed all along', () => {
    const ended = { outage: { ...open, end: at(100) } };
    expect(fold(ended, failing(8, 50), 9, 160).outage).toEqual({ ...open, episode: 2, from: at(100) });
    expect(fold(ended, failing(8, 50), 9, 160, 0).outage).toEqual({ ...open, outage: at(100), from: at(100) });
  });

  it('remembers the last one while all is well', () => {
    const ended = { outage: { ...open, end: at(100) } };
    expect(fold(ended, healthy(8), 9, 900)).toEqual(ended);
  });

  it('never has two open, nor two at one time, whatever its nodes do', () => {
    const node = fc.constantFrom<Told['verdict']>('reachable', 'unreachable', 'unreachable', 'unknown', undefined);
    const moment = fc.record({ nodes: fc.array(node, { minLength: 6, maxLength: 6 }), nextSweep: fc.boolean(), finalized: fc.boolean() });
    const flap = fc.constantFrom(0, 300, FLAP);
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 40, size: 'max' }), flap, (moments, flapWindow) => {
        const since: number[] = [];
        const last: Told['verdict'][] = [];
        const known = new Map<string, Episode>();
        let state: ClusterOutageState = {};
        let sweep = 1;
        for (const [number, { nodes, nextSweep, finalized }] of moments.entries()) {
          const now = number * 60;
          if (nextSweep) sweep += 1;
          const all = nodes.map((verdict, n) => {
            if (last[n] !== verdict) since[n] = now;
            last[n] = verdict;
            return rowOf({ verdict, since: since[n], seen: now });
          });
          const quorum = judge(all, finalized, asDefault, now);
          const wasOpen = openEpisode(state.outage) !== undefined;
          state = foldQuorum(state, quorum, {
            ...{ sweep: sweepOf(sweep), now: dateAt(now), flapWindowMs: flapWindow * 1000, intervalMs: INTERVAL * 1000 },
          });
          if (quorum.judgeable && quorum.failing.length >= quorum.needed) expect(openEpisode(state.outage)).toBeDefined();
          if (!wasOpen && !isThere(quorum)) expect(openEpisode(state.outage)).toBeUndefined();
          if (state.outage) known.set(`${state.outage.outage}/${state.outage.episode}`, state.outage);
        }
        const episodes = [...known.values()];
        for (const [position, { from, end }] of episodes.entries()) {
          const next = episodes[position + 1];
          if (next) expect(end !== undefined && end <= next.from).toBe(true);
          if (end !== undefined) expect(end >= from).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('endsBecause', () => {
  const skipped = (count: number, reason: ReasonCode) => rows(count, { verdict: 'unreachable', skipped: reason });
  it.each<[string, ReasonCode | undefined, NodeRow[], ReasonCode | undefined]>([
    ['none while a node is probed', undefined, [...skipped(3, 'Deallocated'), ...failing(1)], undefined],
    ['why its nodes are not probed', 'ClusterStopped', skipped(3, 'ClusterStopped'), 'ClusterStopped'],
    [
      'none where a node is left out for a reason that passes',
      undefined,
      [...skipped(3, 'Deallocated'), ...skipped(1, 'TooYoung')],
      undefined,
    ],
    ['that its nodes are gone', 'NodeGone', rows(3, { verdict: 'unreachable', retired: true }), undefined],
    ['that the cluster is', 'ClusterGone', rows(3, { verdict: 'unreachable', retired: true }), 'ClusterGone'],
    ['that it is not watched any more', 'Excluded', rows(3, { verdict: 'unreachable', retired: true }), 'Excluded'],
    ['that its nodes are gone where it has none', 'NodeGone', [], undefined],
    [
      'that of those that stand, whatever the gone ones did',
      'Deallocated',
      [...skipped(2, 'Deallocated'), rowOf({ retired: true })],
      undefined,
    ],
  ])('is %s', (_, expected, all, recordOnly) => {
    expect(endsBecause(all, recordOnly)).toBe(expected);
  });
});
