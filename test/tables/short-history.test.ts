import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldResult } from '../../src/history/node-history.ts';
import { limitsOf } from '../../src/history/node-state.ts';
import { emptyHistory, emptyState, type NodeHistory, type NodeState, type ProbeResult } from '../../src/model/node-state.ts';
import { readHistory, readState, writeHistory, writeState } from '../../src/tables/node-columns.ts';

const INTERVAL_MS = 300_000;
const limits = limitsOf({ failures: 2, recoveries: 2, flapWindowMs: 900_000 }, INTERVAL_MS, []);
const said = fc.constantFrom<Pick<ProbeResult, 'verdict' | 'reason' | 'message' | 'served'>>(
  { verdict: 'reachable', reason: 'Reachable', message: 'fine', served: { ok: true } },
  { verdict: 'reachable', reason: 'Reachable', message: 'fine' },
  { verdict: 'reachable', reason: 'Reachable', message: 'fine', served: { ok: false, reason: 'EtcdUnavailable', message: 'no leader' } },
  { verdict: 'unreachable', reason: 'DnsTimeout', message: 'no name' },
  { verdict: 'unknown', reason: 'NoProof', message: 'nothing' },
);
const steps = fc.array(fc.record({ said, late: fc.nat(INTERVAL_MS) }), { maxLength: 12 });

/** The history of a node that gave these results, one a sweep. */
function historyOf(given: readonly { said: Partial<ProbeResult>; late: number }[]): { history: NodeHistory; state: NodeState } {
  let folded = { history: emptyHistory, state: emptyState };
  for (const [n, each] of given.entries()) {
    const at = new Date(Date.parse('2026-11-21T09:35:02.000Z') + n * INTERVAL_MS + each.late).toISOString();
    const result = { ...each.said, nonce: String(n).padStart(16, '0'), run: 'r', sweep: 's', at } as ProbeResult;
    folded = foldResult(folded.history, result, limits, INTERVAL_MS);
  }
  return folded;
}

/** What is left of a history beside the state: no details of results but the latest. */
const without = ({ settled, recent }: NodeHistory): NodeHistory => {
  const silent = (result: ProbeResult): ProbeResult => {
    const { served, latencyMs: _, ...rest } = result;
    return { ...rest, message: '', run: '', sweep: '', ...(served && { served: served.ok ? served : { ...served, message: '' } }) };
  };
  const { served, latest } = settled;
  const own = served?.ok === false ? { ...served, message: '' } : served;
  return { settled: { ...settled, served: own, latest: latest && silent(latest) }, recent: recent.map(silent) };
};

it('the history of any results is restored from a row, and the next result goes on from it', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const { history, state } = historyOf(given);
      const row = { ...writeState(state), ...writeHistory(history, state) };
      const read = readHistory(row, readState(row));
      expect(without(read)).toEqual(without(history));
      const at = new Date(Date.parse('2026-11-21T09:35:02.000Z') + (given.length + 1) * INTERVAL_MS).toISOString();
      const next: ProbeResult = { verdict: 'unreachable', reason: 'DnsTimeout', message: '', nonce: 'f', run: 'r', sweep: 's', at };
      const [after, expected] = [read, history].map((each) => foldResult(each, next, limits, INTERVAL_MS));
      expect(after!.changed).toEqual(expected!.changed);
      expect(without(after!.history)).toEqual(without(expected!.history));
    }),
  );
});

it('a history that was stored in full is read as before', () => {
  const { state } = historyOf([]);
  const stored = {
    settled: {
      failures: 1,
      successes: 0,
      unknowns: 0,
      firstFailure: '2026-11-21T09:35:00.000Z',
      latest: { at: '2026-11-21T09:35:00.000Z', nonce: 'a', verdict: 'unreachable', reason: 'DnsTimeout' },
    },
    recent: [{ at: '2026-11-21T09:40:00.000Z', nonce: 'b', verdict: 'reachable', reason: 'Reachable', served: true }],
  };
  expect(readHistory({ window: JSON.stringify(stored) }, state)).toEqual({
    settled: {
      failures: 1,
      successes: 0,
      unknowns: 0,
      firstFailure: '2026-11-21T09:35:00.000Z',
      latest: { at: '2026-11-21T09:35:00.000Z', nonce: 'a', verdict: 'unreachable', reason: 'DnsTimeout', message: '', run: '', sweep: '' },
    },
    recent: [
      {
        at: '2026-11-21T09:40:00.000Z',
        nonce: 'b',
        verdict: 'reachable',
        reason: 'Reachable',
        served: { ok: true },
        message: '',
        run: '',
        sweep: '',
      },
    ],
  });
});

it('a settled node has a history without differences', () => {
  const { state } = historyOf([{ said: { verdict: 'reachable', reason: 'Reachable', message: '' }, late: 0 }]);
  expect(writeHistory({ settled: state, recent: [] }, state)).toEqual({ window: '{"s":{},"r":[]}' });
});
