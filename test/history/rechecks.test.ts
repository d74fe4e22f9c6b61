import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRecheck, type Recheckable, toRecheck } from '../../src/history/rechecks.ts';
import type { Episode, ProbeResult } from '../../src/model/node-state.ts';

const MINUTE = 60_000;
const now = new Date('2026-11-21T09:35:40.000Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * MINUTE).toISOString();
const open: Episode = { outage: ago(20), episode: 1, from: ago(20), reason: 'ConnectionRefused' };
const nodeOf = (node: string, outage?: Episode, verdict: ProbeResult['verdict'] = 'reachable'): Recheckable => ({
  ...{ node, pool: 'web', nonce: `nonce of ${node}` },
  state: { outage, latest: { verdict, reason: 'Reachable', message: '', nonce: `nonce of ${node}`, run: 'r', sweep: 's', at: ago(1) } },
});
const chosen = (nodes: Recheckable[], isChanging = false) => toRecheck(nodes, isChanging, now, 5 * MINUTE).map(({ node }) => node);

describe('the nodes that are probed again before the next sweep', () => {
  it('are those whose outage is open or ended less than an interval ago', () => {
    const nodes = [
      nodeOf('down', open),
      nodeOf('just back', { ...open, end: ago(4) }),
      nodeOf('back', { ...open, end: ago(6) }),
      nodeOf('well'),
    ];
    expect(chosen(nodes)).toEqual(['down', 'just back']);
  });

  it('are some more while their cluster is being changed, of those that are reachable: a first failure of others is not followed up', () => {
    const nodes = [nodeOf('down', open), nodeOf('failed once', undefined, 'unreachable'), nodeOf('well')];
    expect(chosen(nodes, true)).toEqual(['down', 'well']);
    const many = Array.from({ length: 30 }, (_, n) => nodeOf(`n${n}`));
    expect(chosen(many, true)).toHaveLength(10);
  });

  it('are at most 50 in trouble', () => {
    expect(chosen(Array.from({ length: 100 }, (_, n) => nodeOf(`n${n}`, open)))).toHaveLength(50);
  });
});

describe('the time of a recheck', () => {
  const from = new Date('2026-11-21T09:35:00.000Z');
  const at = (seconds: number, times = 2, interval = 300) =>
    nextRecheck(
      { from, until: new Date(from.getTime() + interval * 1000), times, probeMs: 35_000 },
      new Date(from.getTime() + seconds * 1000),
    );
  const secondsIn = (time: Date | undefined) => time && (time.getTime() - from.getTime()) / 1000;

  it('is a third or two thirds of the interval, and not too soon after the probe before', () => {
    expect([30, 50, 51, 130, 150, 151, 290].map((seconds) => secondsIn(at(seconds)))).toEqual([
      100,
      100,
      200,
      200,
      200,
      undefined,
      undefined,
    ]);
  });

  it('never comes where its result would be no earlier than the next sweep', () => {
    expect([26, 40].map((seconds) => at(seconds, 2, 60))).toEqual([undefined, undefined]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 20, max: 900 }),
        (seconds, times, interval) => {
          const next = secondsIn(at(seconds, times, interval));
          if (next !== undefined) {
            expect(next).toBeGreaterThan(seconds);
            expect(next + 35).toBeLessThan(interval);
          }
        },
      ),
    );
  });

  it('never comes where the settings want none', () => {
    expect(at(30, 0)).toBeUndefined();
  });
});
