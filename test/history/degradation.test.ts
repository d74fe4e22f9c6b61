import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DegradationState, foldDegradation } from '../../src/history/degradation.ts';
import { foldServed } from '../../src/history/served.ts';
import type { JudgedNode } from '../../src/model/node.ts';
import type { ServedState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const INTERVAL = 300_000;
const half = { percent: 50, nodes: 2 };
const at = (sweep: number) => new Date(Date.UTC(2026, 10, 21, 10) + sweep * INTERVAL).toISOString();

type Kind = 'served' | 'not' | 'notAsked' | 'unreachable' | 'unknown';

const seen = (verdict: 'reachable' | 'unreachable' | 'unknown', reason: ReasonCode, sweep: number) => ({ verdict, reason, at: at(sweep) });

/** A node after some sweeps: what it came to in each, the last one being now. */
function nodeOf(name: string, kinds: readonly Kind[], reason: ReasonCode = 'EtcdUnavailable'): JudgedNode {
  let served: ServedState | undefined;
  let latest: JudgedNode['state']['latest'];
  for (const [sweep, kind] of kinds.entries()) {
    const own = kind === 'served' ? { ok: true as const } : kind === 'not' ? { ok: false as const, reason, message: '' } : undefined;
    const verdict = kind === 'unreachable' || kind === 'unknown' ? kind : 'reachable';
    latest = seen(verdict, verdict === 'reachable' ? 'Reachable' : verdict === 'unknown' ? 'NoProof' : 'DnsTimeout', sweep);
    served = foldServed(served, { verdict, served: own, at: at(sweep) });
  }
  return { facts: { node: name, pool: 'web', os: 'Linux' }, state: { latest, served, unknowns: 0 } };
}

/** Plays sweeps, in each of which every node comes to something, and assesses after each. */
function play(sweeps: readonly (readonly Kind[])[], from: DegradationState = {}, quorum = half): DegradationState[] {
  const states: DegradationState[] = [];
  for (const [sweep, kinds] of sweeps.entries()) {
    const nodes = kinds.map((_, n) =>
      nodeOf(
        `n${n}`,
        sweeps.slice(0, sweep + 1).map((each) => each[n]!),
      ),
    );
    states.push(
      foldDegradation(states.at(-1) ?? from, nodes, { sweep: at(sweep), now: new Date(at(sweep)), intervalMs: INTERVAL, quorum }),
    );
  }
  return states;
}
const isDegraded = (states: readonly DegradationState[]) => states.map(({ degraded }) => degraded !== undefined);

const well: Kind[] = ['served', 'served', 'served', 'served'];
const bad: Kind[] = ['not', 'not', 'served', 'served'];

describe('a cluster', () => {
  it('is degraded once a quorum of its nodes is not served in two results in a row, as of when they first were not', () => {
    const states = play([well, bad, bad]);
    expect(isDegraded(states)).toEqual([false, false, true]);
    expect(states.at(-1)).toEqual({ degraded: { since: at(1), reason: 'EtcdUnavailable', notServed: 2, asked: 4 } });
  });

  it('is not degraded by one bad moment, however often it is assessed', () => {
    const nodes = bad.map((kind, n) => nodeOf(`n${n}`, ['served', kind]));
    const moment = { now: new Date(at(1)), intervalMs: INTERVAL, quorum: half };
    const once = foldDegradation({}, nodes, { sweep: at(1), ...moment });
    // An early assessment of the next sweep, which has no result of it yet.
    expect([once, foldDegradation(once, nodes, { sweep: at(2), ...moment })]).toEqual([{}, {}]);
    expect(isDegraded(play([well, bad, well, bad, well]))).toEqual(Array(5).fill(false));
  });

  it('needs the percentage of those that reach it and asked, and the number of nodes', () => {
    expect(isDegraded(play(Array(2).fill(['not', 'served', 'served']))).at(-1)).toBe(false);
    expect(isDegraded(play(Array(2).fill(['not', 'notAsked', 'unreachable']))).at(-1)).toBe(false);
    expect(isDegraded(play(Array(2).fill(['not', 'not', 'notAsked', 'notAsked', 'unreachable', 'unreachable', 'unknown']))).at(-1)).toBe(
      true,
    );
    expect(isDegraded(play(Array(2).fill(['not', 'not', 'served', 'served', 'served']))).at(-1)).toBe(false);
  });

  it('is over below half the quorum in assessments of two sweeps in a row', () => {
    const few: Kind[] = ['served', 'served', 'served', 'served'];
    const states = play([bad, bad, few, few]);
    expect(isDegraded(states)).toEqual([false, true, true, false]);
    expect(states[2]).toMatchObject({ degraded: { notServed: 0, asked: 4 }, below: { sweep: at(2) } });
    // The quorum is 2, and one node is not below half of it.
    expect(isDegraded(play([bad, bad, ['not', 'served', 'served', 'served'], ['not', 'served', 'served', 'served']]))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(isDegraded(play([bad, bad, few, bad, few]))).toEqual([false, true, true, true, true]);
  });

  it('is not over by a second assessment of the same sweep', () => {
    const [, degraded] = play([bad, bad]);
    const nodes = well.map((kind, n) => nodeOf(`n${n}`, [kind, kind, kind]));
    const assess = (state: DegradationState, sweep: number) =>
      foldDegradation(state, nodes, { sweep: at(sweep), now: new Date(at(2)), intervalMs: INTERVAL, quorum: half });
    const once = assess(degraded!, 2);
    expect(isDegraded([once, assess(once, 2), assess(once, 1), assess(once, 3)])).toEqual([true, true, true, false]);
  });

  it('stays as it is while no node reaches it, since nothing is known then', () => {
    const states = play([bad, bad, ...Array(3).fill(['unreachable', 'unknown', 'unreachable', 'unknown'])]);
    expect(isDegraded(states)).toEqual([false, true, true, true, true]);
    expect(play([['unknown', 'unreachable']])).toEqual([{}]);
  });

  it('is no longer degraded where nobody asks any more', () => {
    const unasked: Kind[] = ['notAsked', 'notAsked', 'notAsked', 'notAsked'];
    expect(isDegraded(play([bad, bad, unasked, unasked]))).toEqual([false, true, true, false]);
  });

  it('keeps its reason as long as one of its nodes has it', () => {
    const [, begun] = play([bad, bad]);
    const judge = (...others: ReasonCode[]) =>
      foldDegradation(
        begun!,
        others.map((reason, n) => nodeOf(`n${n}`, ['not', 'not', 'not'], reason)),
        { sweep: at(2), now: new Date(at(2)), intervalMs: INTERVAL, quorum: half },
      ).degraded?.reason;
    expect(judge('ApiServerNotReady', 'ApiServerNotReady', 'EtcdUnavailable')).toBe('EtcdUnavailable');
    expect(judge('ApiServerNotReady', 'ApiServerNotReady', 'NodeNotAuthorized')).toBe('ApiServerNotReady');
  });

  it('begins only with as many nodes as the quorum needs, each of which said so twice, and ends only with fewer than half', () => {
    const kind = fc.constantFrom<Kind>('served', 'not', 'not', 'notAsked', 'unreachable', 'unknown');
    const sweeps = fc
      .integer({ min: 1, max: 6 })
      .chain((nodes) => fc.array(fc.array(kind, { minLength: nodes, maxLength: nodes }), { minLength: 1, maxLength: 12 }));
    const quorum = fc.record({ percent: fc.integer({ min: 1, max: 100 }), nodes: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(sweeps, quorum, (all, least) => {
        const degraded = isDegraded(play(all, {}, least));
        for (const [sweep, is] of degraded.entries()) {
          const was = degraded[sweep - 1] ?? false;
          const asked = all[sweep]!.filter((each) => each === 'served' || each === 'not').length;
          const needed = Math.max(Math.ceil((least.percent * asked) / 100), least.nodes);
          const not = all[sweep]!.flatMap((each, n) => (each === 'not' ? [n] : []));
          const twice = not.filter((n) => {
            const before = all.slice(0, sweep).findLast((kinds) => kinds[n] !== 'unknown')?.[n];
            return before === 'not';
          });
          if (is && !was) expect(twice.length).toBeGreaterThanOrEqual(needed);
          if (!is && twice.length >= needed) expect.fail('a quorum of nodes said so twice, and the cluster is not degraded');
          if (was && !is) expect(not.length).toBeLessThan(needed / 2);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
