import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyState,
  type Fold,
  foldResult,
  type NodeState,
  type ProbeResult,
  statusOf,
  type Thresholds,
} from '../../src/history/node-state.ts';
import type { ReasonCode } from '../../src/probe/reasons.ts';

type Kind = ProbeResult['verdict'];

const reasonOf: Record<Kind, ReasonCode> = { reachable: 'Reachable', unreachable: 'ConnectionTimedOut', unknown: 'NoProof' };
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21) + minute * 60_000).toISOString();

/** The result of a probe that began in a minute of the day. */
const resultOf = (verdict: Kind, minute: number, reason = reasonOf[verdict]): ProbeResult => ({
  verdict,
  reason,
  message: `${verdict} at ${minute}`,
  nonce: minute.toString(16).padStart(16, '0'),
  flight: 'flight',
  sweep: at(minute),
  at: at(minute),
});

const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  recoveries: fc.integer({ min: 1, max: 3 }),
});
const kinds = fc.array(fc.constantFrom<Kind>('reachable', 'unreachable', 'unreachable', 'unknown'), { maxLength: 40, size: 'max' });
const asDefault: Thresholds = { failures: 2, recoveries: 1 };

/** Folds results of these verdicts, a minute apart, and gives every step. */
function play(verdicts: readonly Kind[], limits: Thresholds): Fold[] {
  const folds: Fold[] = [];
  let state: NodeState = emptyState;
  for (const [minute, verdict] of verdicts.entries()) {
    const fold = foldResult(state, resultOf(verdict, minute), limits);
    folds.push(fold);
    state = fold.state;
  }
  return folds;
}

/** The outages of a series of verdicts, as design §5 tells them in words: runs are of conclusive verdicts alone. */
function outagesOf(verdicts: readonly Kind[], { failures, recoveries }: Thresholds): { start: string; end?: string }[] {
  const told = verdicts.map((verdict, minute) => ({ verdict, minute })).filter(({ verdict }) => verdict !== 'unknown');
  const outages: { start: string; end?: string }[] = [];
  for (const [position, { verdict }] of told.entries()) {
    const open = outages.at(-1)?.end === undefined ? outages.at(-1) : undefined;
    const needed = open === undefined ? failures : recoveries;
    const run = told.slice(0, position + 1).slice(-needed);
    if (run.length < needed || run.some((each) => each.verdict !== verdict)) continue;
    if (verdict === 'reachable' && open !== undefined) open.end = at(run[0]!.minute);
    if (verdict === 'unreachable' && open === undefined) {
      const before = told.slice(0, position).findLastIndex((each) => each.verdict === 'reachable');
      outages.push({ start: at(told[before + 1]!.minute) });
    }
  }
  return outages;
}

describe('foldResult', () => {
  it('opens after so many failures in a row, as of the first of them, and closes after so many successes, as of their first', () => {
    fc.assert(
      fc.property(kinds, thresholds, (verdicts, limits) => {
        const found: { start: string; end?: string }[] = [];
        for (const { opened, closed, state } of play(verdicts, limits)) {
          if (opened !== undefined) found.push({ start: opened });
          if (closed !== undefined) {
            expect(closed.start).toBe(found.at(-1)?.start);
            found.at(-1)!.end = closed.end;
          }
          expect(state.outageSince).toBe(found.at(-1)?.end === undefined ? found.at(-1)?.start : undefined);
        }
        expect(found).toEqual(outagesOf(verdicts, limits));
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing for a result that it has folded last', () => {
    fc.assert(
      fc.property(kinds, thresholds, (verdicts, limits) => {
        const last = play(verdicts, limits).at(-1);
        if (last === undefined) return;
        const again = foldResult(last.state, resultOf(verdicts.at(-1)!, verdicts.length - 1), limits);
        expect(again).toEqual({ state: last.state, confirm: false, worthTelling: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing for any result of before, delivered again', () => {
    fc.assert(
      fc.property(kinds, thresholds, fc.nat(), (verdicts, limits, pick) => {
        const { state } = play(verdicts, limits).at(-1) ?? { state: emptyState };
        if (verdicts.length === 0) return;
        const minute = pick % verdicts.length;
        expect(foldResult(state, resultOf(verdicts[minute]!, minute), limits)).toEqual({ state, confirm: false, worthTelling: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('lets unknown neither open nor close an outage, nor break a run of failures or successes', () => {
    fc.assert(
      fc.property(kinds, thresholds, (verdicts, limits) => {
        const { state } = play(verdicts, limits).at(-1) ?? { state: emptyState };
        const fold = foldResult(state, resultOf('unknown', verdicts.length), limits);
        const { failures, successes, firstFailure, outageSince } = state;
        expect(fold.state).toMatchObject({ failures, successes, unknowns: state.unknowns + 1 });
        expect([fold.state.firstFailure, fold.state.outageSince]).toEqual([firstFailure, outageSince]);
        expect([fold.opened, fold.closed, fold.confirm]).toEqual([undefined, undefined, false]);
        const known = verdicts.filter((verdict) => verdict !== 'unknown');
        const times = (folds: Fold[]) => folds.filter(({ opened, closed }) => opened ?? closed).length;
        expect(times(play(verdicts, limits))).toBe(times(play(known, limits)));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts results of one kind in a row', () => {
    const states = play(['unreachable', 'unknown', 'unknown', 'unreachable', 'reachable', 'reachable', 'unknown'], asDefault).map(
      ({ state }) => state,
    );
    expect(states.map(({ failures, successes, unknowns }) => [failures, successes, unknowns])).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 2],
      [2, 0, 0],
      [0, 1, 0],
      [0, 2, 0],
      [0, 2, 1],
    ]);
  });

  it('asks to confirm the first failure of a run, unless it opened an outage by itself or one is open', () => {
    const confirmed = (verdicts: Kind[], limits: Thresholds) => play(verdicts, limits).map(({ confirm }) => confirm);
    expect(confirmed(['unreachable', 'unreachable', 'reachable', 'unreachable'], asDefault)).toEqual([true, false, false, true]);
    expect(confirmed(['unreachable', 'unreachable', 'unreachable'], { failures: 3, recoveries: 1 })).toEqual([true, false, false]);
    expect(confirmed(['unreachable', 'reachable', 'unreachable'], { failures: 1, recoveries: 1 })).toEqual([false, false, false]);
    expect(confirmed(['unreachable', 'unreachable', 'reachable', 'unreachable'], { failures: 2, recoveries: 2 })).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('has a cluster assessed for a new status, a new reason, an opening and a closing, and for nothing else', () => {
    const told = (results: ProbeResult[]) => {
      let state = emptyState;
      return results.map((result) => {
        const fold = foldResult(state, result, asDefault);
        state = fold.state;
        return fold.worthTelling;
      });
    };
    expect(
      told([
        resultOf('reachable', 0),
        resultOf('reachable', 1),
        resultOf('unreachable', 2),
        resultOf('unreachable', 3),
        resultOf('unreachable', 4),
        resultOf('unreachable', 5, 'DnsTimeout'),
        resultOf('reachable', 6),
        resultOf('reachable', 7),
        resultOf('unknown', 8),
        resultOf('unknown', 9),
        resultOf('unknown', 10, 'NodeBusy'),
      ]),
    ).toEqual([true, false, true, true, false, true, true, false, true, false, true]);
  });

  it('has a cluster assessed when an outage closes, though the status turned before', () => {
    const folds = play(['unreachable', 'unreachable', 'reachable', 'reachable', 'reachable'], { failures: 2, recoveries: 2 });
    expect(folds.map(({ worthTelling }) => worthTelling)).toEqual([true, true, true, true, false]);
  });

  it('remembers since when the status is what it is', () => {
    const since = play(['unknown', 'unknown', 'reachable', 'reachable', 'unreachable', 'unknown', 'unreachable'], asDefault).map(
      ({ state }) => state.since,
    );
    expect(since).toEqual([at(0), at(0), at(2), at(2), at(4), at(5), at(6)]);
  });
});

describe('statusOf', () => {
  it('is unknown for whatever is no proof', () => {
    expect((['reachable', 'unreachable', 'unknown', undefined] as const).map(statusOf)).toEqual(['True', 'False', 'Unknown', 'Unknown']);
  });
});
