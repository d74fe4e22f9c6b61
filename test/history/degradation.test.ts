import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DegradationState, foldDegradation } from '../../src/history/degradation.ts';
import { step } from '../../src/history/node-state.ts';
import type { JudgedNode } from '../../src/model/node.ts';
import { emptyState, type ProbeResult } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const INTERVAL = 300_000;
const BLIND_AFTER = 3;
const STALE = 3;
const half = { percent: 50, nodes: 2 };
const limits = { failures: 2, recoveries: 1, flapWindowMs: 0, staleAfterMs: STALE * INTERVAL };
const at = (sweep: number) => new Date(Date.UTC(2026, 10, 21, 10) + sweep * INTERVAL).toISOString();

/** The rules of an assessment at the end of a sweep. */
const assessedAt = (sweep: number, quorum = half) => {
  return { sweep: at(sweep), now: new Date(at(sweep)), intervalMs: INTERVAL, quorum, blindAfter: BLIND_AFTER };
};

type Kind = 'served' | 'not' | 'notAsked' | 'unreachable' | 'unknown';

const seen = (verdict: 'reachable' | 'unreachable' | 'unknown', reason: ReasonCode, sweep: number) => ({ verdict, reason, at: at(sweep) });

/** A node after some sweeps: what it came to in each, the last one being now; `times` are those of the sweeps, in intervals. */
function nodeOf(name: string, kinds: readonly Kind[], reason: ReasonCode = 'EtcdUnavailable', times: readonly number[] = []): JudgedNode {
  const state = kinds.reduce((before, kind, sweep) => {
    const served = kind === 'served' ? { ok: true as const } : kind === 'not' ? { ok: false as const, reason, message: '' } : undefined;
    const verdict = kind === 'unreachable' || kind === 'unknown' ? kind : 'reachable';
    const said = seen(
      verdict,
      verdict === 'reachable' ? 'Reachable' : verdict === 'unknown' ? 'NoProof' : 'DnsTimeout',
      times[sweep] ?? sweep,
    );
    return step(before, { ...said, served, message: '', nonce: `${sweep}`, run: '', sweep: '' } as ProbeResult, limits);
  }, emptyState);
  return { facts: { node: name, pool: 'web', os: 'Linux' }, state };
}

/** Plays sweeps, in each of which every node comes to something, and assesses after each. */
function play(sweeps: readonly (readonly Kind[])[], quorum = half, times: readonly number[] = sweeps.map((_, n) => n)): DegradationState[] {
  const states: DegradationState[] = [];
  for (const [sweep, kinds] of sweeps.entries()) {
    const until = sweeps.slice(0, sweep + 1);
    const nodes = kinds.map((_, n) => {
      const own = until.map((each) => each[n]!);
      return nodeOf(`n${n}`, own, undefined, times);
    });
    states.push(foldDegradation(states.at(-1) ?? {}, nodes, assessedAt(times[sweep]!, quorum)));
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
    const once = foldDegradation({}, nodes, assessedAt(1));
    // An early assessment of the next sweep, which has no result of it yet.
    expect([once, foldDegradation(once, nodes, { ...assessedAt(1), sweep: at(2) })]).toEqual([{}, {}]);
    expect(isDegraded(play([well, bad, well, bad, well]))).toEqual(Array(5).fill(false));
  });

  it('is not degraded by a moment that two sweeps soon after each other see, as where one is started by hand', () => {
    expect(isDegraded(play([well, bad, bad], half, [0, 1, 1.1]))).toEqual([false, false, false]);
    expect(isDegraded(play([well, bad, bad, bad], half, [0, 1, 1.1, 2]))).toEqual([false, false, false, true]);
  });

  it('is not degraded by two moments that are far apart, between which nobody knows how it was', () => {
    const blind: Kind[] = ['unknown', 'unknown', 'unknown', 'unknown'];
    expect(isDegraded(play([bad, blind, bad], half, [0, 36, 72]))).toEqual([false, false, false]);
    expect(play([bad, blind, bad, bad], half, [0, 36, 72, 73]).at(-1)).toMatchObject({ degraded: { since: at(72) } });
  });

  it('is degraded with fewer nodes than the quorum needs once all of them are not served, as often as makes a node blind', () => {
    const alone = (...kinds: Kind[]) => isDegraded(play(kinds.map((kind) => [kind])));
    expect(alone('served', 'not', 'not', 'not', 'not')).toEqual([false, false, false, true, true]);
    expect(alone('not', 'not', 'not', 'served', 'served')).toEqual([false, false, true, true, false]);
    expect(isDegraded(play(Array(5).fill(['not', 'served']), { percent: 50, nodes: 3 }))).toEqual(Array(5).fill(false));
    expect(isDegraded(play(Array(5).fill(['not', 'unreachable']), { percent: 50, nodes: 3 }))).toEqual(Array(5).fill(false));
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
    const states = play([bad, bad, few, few, few]);
    expect(isDegraded(states)).toEqual([false, true, true, false, false]);
    expect(states[2]).toMatchObject({ degraded: { notServed: 0, asked: 4 }, below: { sweep: at(2) } });
    expect(states.slice(3)).toEqual(Array(2).fill({ after: { notServed: 0, asked: 4 } }));
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
    const assess = (state: DegradationState, sweep: number) => foldDegradation(state, nodes, { ...assessedAt(2), sweep: at(sweep) });
    const once = assess(degraded!, 2);
    expect(isDegraded([once, assess(once, 2), assess(once, 1), assess(once, 3)])).toEqual([true, true, true, false]);
  });

  it('stays as it is while no node reaches it, since nothing is known then', () => {
    const states = play([bad, bad, ...Array(3).fill(['unreachable', 'unknown', 'unreachable', 'unknown'])]);
    expect(isDegraded(states)).toEqual([false, true, true, true, true]);
    expect(play([['unknown', 'unreachable']])).toEqual([{}]);
    expect(foldDegradation({}, [], assessedAt(0))).toEqual({});
  });

  it('stays as it is while its nodes are too slow to be asked: nothing is served again without proof', () => {
    const slow: Kind[] = ['notAsked', 'notAsked', 'notAsked', 'notAsked'];
    const states = play([bad, bad, slow, slow, slow]);
    expect(states.slice(2)).toEqual(Array(3).fill(states[1]));
  });

  it('is judged by no fewer than a quarter of its nodes, of those that are to be probed', () => {
    const [asks, others] = [
      nodeOf('a', ['not', 'not', 'served']),
      ['b', 'c', 'd', 'e'].map((name) => nodeOf(name, ['not', 'not', 'unreachable'])),
    ];
    const degraded = { degraded: { since: at(0), reason: 'EtcdUnavailable' as const, notServed: 5, asked: 5 } };
    const isEnding = (rest: JudgedNode[]) => foldDegradation(degraded, [asks, ...rest], assessedAt(2)).below !== undefined;
    expect([isEnding(others), isEnding(others.slice(1))]).toEqual([false, true]);
    const skipped = others.map((node): JudgedNode => ({ ...node, facts: { ...node.facts, skipped: 'Deallocated' } }));
    const gone = others.map((node): JudgedNode => ({ ...node, retiredAt: at(2) }));
    expect([isEnding(skipped), isEnding(gone)]).toEqual([true, true]);
  });

  it('keeps its reason as long as one of its nodes has it', () => {
    const [, begun] = play([bad, bad]);
    const judge = (...others: ReasonCode[]) =>
      foldDegradation(
        begun!,
        others.map((reason, n) => nodeOf(`n${n}`, ['not', 'not', 'not'], reason)),
        assessedAt(2),
      ).degraded?.reason;
    expect(judge('ApiServerNotReady', 'ApiServerNotReady', 'EtcdUnavailable')).toBe('EtcdUnavailable');
    expect(judge('ApiServerNotReady', 'ApiServerNotReady', 'NodeNotAuthorized')).toBe('ApiServerNotReady');
  });

  it('begins only with as many nodes as the quorum needs, each of which said so for long enough, and ends only with fewer than half', () => {
    const kind = fc.constantFrom<Kind>('served', 'not', 'not', 'notAsked', 'unreachable', 'unknown');
    const sweeps = fc
      .integer({ min: 1, max: 6 })
      .chain((nodes) => fc.array(fc.array(kind, { minLength: nodes, maxLength: nodes }), { minLength: 1, maxLength: 12 }));
    const quorum = fc.record({ percent: fc.integer({ min: 1, max: 100 }), nodes: fc.integer({ min: 1, max: 3 }) });
    // Between most sweeps one interval, but after a sweep by hand less, and where sweeps are missing more.
    const gaps = fc.array(fc.constantFrom(1, 1, 1, 1, 0.25, 2.5, 4), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(sweeps, quorum, gaps, (all, least, between) => {
        const times = all.map((_, sweep) => between.slice(0, sweep).reduce((sum, gap) => sum + gap, 0));
        const states = play(all, least, times);
        /** How often in a row a node was not served up to a sweep, and for how many intervals. */
        const run = (n: number, last: number): [number, number] => {
          let [often, from, next] = [0, times[last]!, times[last]!];
          for (let sweep = last; sweep >= 0; sweep--) {
            const own = all[sweep]![n]!;
            if (own === 'unknown') continue;
            if (own !== 'not' || next - times[sweep]! > STALE) break;
            [often, from, next] = [often + 1, times[sweep]!, times[sweep]!];
          }
          return [often, times[last]! - from];
        };
        for (const [sweep, { degraded }] of states.entries()) {
          const [kinds, before] = [all[sweep]!, states[sweep - 1] ?? {}];
          const asked = kinds.filter((each) => each === 'served' || each === 'not').length;
          if (asked === 0 || asked < kinds.length / 4) {
            expect(states[sweep]).toEqual(before);
            continue;
          }
          const isSmall = kinds.length < least.nodes;
          const needed = isSmall ? kinds.length : Math.max(Math.ceil((least.percent * asked) / 100), least.nodes);
          const not = kinds.flatMap((each, n) => (each === 'not' ? [n] : []));
          const lasting = not.filter((n) => {
            const [often, intervals] = run(n, sweep);
            return often >= (isSmall ? BLIND_AFTER : 2) && intervals >= 0.5;
          });
          if (before.degraded === undefined) expect(degraded !== undefined).toBe(lasting.length >= needed);
          else if (degraded === undefined) expect(not.length).toBeLessThan(needed / 2);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
