import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endHistory, foldResult, pauseHistory, repairClock, stateOf } from '../../src/history/node-history.ts';
import type { Limits } from '../../src/history/node-state.ts';
import { foldServed } from '../../src/history/served.ts';
import { emptyHistory, type NodeHistory, type ProbeResult, type ServedState } from '../../src/model/node-state.ts';
import type { Served } from '../../src/model/verdict.ts';

const INTERVAL = 300_000;
const limits: Limits = { failures: 2, recoveries: 1, flapWindowMs: 0, staleAfterMs: 3 * INTERVAL };
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString();

const served: Served = { ok: true };
const notServed = (reason: 'EtcdUnavailable' | 'ApiServerNotReady' = 'EtcdUnavailable'): Served => ({
  ok: false,
  reason,
  message: `${reason}: 500`,
});

/** What a probe may say: an answer to whether it is served, or no verdict of being reachable. */
type Said = Served | 'notAsked' | 'unreachable' | 'unknown';

function resultOf(said: Said, seconds: number): ProbeResult {
  const common = { message: '', nonce: `nonce of ${seconds}`, run: 'f', sweep: 's', at: at(seconds) };
  if (said === 'unreachable') return { verdict: 'unreachable', reason: 'DnsTimeout', ...common };
  if (said === 'unknown') return { verdict: 'unknown', reason: 'NoProof', ...common };
  return { verdict: 'reachable', reason: 'Reachable', ...common, ...(said !== 'notAsked' && { served: said }) };
}

const said: fc.Arbitrary<Said> = fc.constantFrom<Said>(
  served,
  notServed(),
  notServed('ApiServerNotReady'),
  'notAsked',
  'unreachable',
  'unknown',
);
const everyMinute = (all: readonly Said[]) => all.map((each, minute) => resultOf(each, minute * 60));
const play = (results: readonly ProbeResult[], from: NodeHistory = emptyHistory) =>
  results.reduce((history, result) => foldResult(history, result, limits, INTERVAL).history, from);
const servedAfter = (results: readonly ProbeResult[]) => stateOf(play(results), limits).served;

/** The same, written in another way: the run of equal answers that the conclusive results end with, none of them long after the one before. */
function expected(results: readonly ProbeResult[]): ServedState | undefined {
  const conclusive = results.filter(({ verdict }) => verdict !== 'unknown');
  const last = conclusive.at(-1)?.served;
  if (last === undefined) return undefined;
  const before = conclusive.findLastIndex((each) => each.served?.ok !== last.ok);
  const late = conclusive.findLastIndex(
    (each, n) => n > 0 && Date.parse(each.at) - Date.parse(conclusive[n - 1]!.at) > limits.staleAfterMs,
  );
  const run = conclusive.slice(Math.max(before + 1, late));
  return { ...last, since: run[0]!.at, times: run.length };
}

describe('what is known of a node being served', () => {
  it('is what its latest conclusive verdict says, since when that is so, and for how many results in a row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(said, fc.constantFrom(60, 60, 300, 1200)), { maxLength: 40, size: 'max' }), (all) => {
        let seconds = 0;
        const results = all.map(([each, gap]) => {
          seconds += gap;
          return resultOf(each, seconds);
        });
        expect(servedAfter(results)).toEqual(expected(results));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same in whatever order the results of the open window come, and however often', () => {
    const open = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 599 }), said), { selector: ([seconds]) => seconds, maxLength: 14 });
    const shuffled = open.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })));
    fc.assert(
      fc.property(shuffled, ([all, mixed]) => {
        const sorted = [...all].sort(([a], [b]) => a - b).map(([seconds, each]) => resultOf(each, seconds));
        expect(servedAfter(mixed.map(([seconds, each]) => resultOf(each, seconds)))).toEqual(expected(sorted));
      }),
      { numRuns: 1000 },
    );
  });

  it('is nothing after a node was unreachable or did not ask, and stays as it was where a probe gave no verdict', () => {
    const before = foldServed(undefined, resultOf(notServed(), 0));
    expect(foldServed(before, resultOf('unreachable', 60))).toBeUndefined();
    expect(foldServed(before, resultOf('notAsked', 60))).toBeUndefined();
    expect(foldServed(before, resultOf('unknown', 60))).toBe(before);
  });

  it('begins anew after more than three intervals without a conclusive verdict: nobody knows whether it was so in between', () => {
    const again = (seconds: number) => servedAfter([resultOf(notServed(), 0), resultOf('unknown', 800), resultOf(notServed(), seconds)]);
    expect(again(900)).toMatchObject({ since: at(0), times: 2 });
    expect(again(901)).toMatchObject({ since: at(901), times: 1 });
  });

  it('keeps its beginning while only the reason changes', () => {
    const state = servedAfter(everyMinute([served, notServed(), notServed('ApiServerNotReady')]));
    expect(state).toEqual({ ...notServed('ApiServerNotReady'), since: at(60), times: 2 });
  });

  it('is a reason to assess the cluster when it changes, and not when it goes on', () => {
    const worth = (first: Said, second: Said) =>
      foldResult(play([resultOf(first, 0)]), resultOf(second, 60), limits, INTERVAL).worthAssessing;
    expect([worth(served, notServed()), worth(notServed(), served), worth(notServed(), notServed('ApiServerNotReady'))]).toEqual(
      Array(3).fill(true),
    );
    expect([worth(served, served), worth(notServed(), notServed()), worth('notAsked', served)]).toEqual(Array(3).fill(false));
  });

  it('is forgotten once the node is stopped, reimaged or gone, and kept while it is only left out', () => {
    const state = stateOf(play([resultOf(notServed(), 0)]), limits);
    expect(pauseHistory(state, at(60), limits.staleAfterMs, true).settled.served).toBeUndefined();
    expect(endHistory(state, at(60), limits.staleAfterMs).settled.served).toBeUndefined();
    expect(pauseHistory(state, at(60), limits.staleAfterMs).settled.served).toEqual(state.served);
  });

  it('does not begin in the future after a clock that was ahead', () => {
    const wrong = play([resultOf(notServed(), 90_000)]);
    const { state } = foldResult(repairClock(wrong, new Date(at(60))), resultOf(notServed(), 120), limits, INTERVAL);
    expect(state.served).toMatchObject({ since: at(60), times: 2 });
  });
});
