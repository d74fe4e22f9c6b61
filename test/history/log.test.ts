import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToLog, emptyLog, type NodeLog } from '../../src/history/log.ts';
import type { ProbeResult } from '../../src/model/node-state.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21) + minute * 60_000).toISOString();

// Few minutes, so that some results began at the same time; the nonce tells them apart.
const result = fc
  .record({
    verdict: fc.constantFrom('reachable', 'unreachable', 'unknown'),
    minute: fc.nat(30),
    nonce: fc.integer({ min: 0, max: 0xffff }),
  })
  .map(
    ({ verdict, minute, nonce }): ProbeResult => ({
      verdict,
      reason: verdict === 'reachable' ? 'Reachable' : 'DnsTimeout',
      message: `${verdict} ${nonce}`,
      latencyMs: nonce,
      nonce: nonce.toString(16).padStart(16, '0'),
      run: 'f',
      sweep: 'sweep',
      at: at(minute),
    }),
  );
const results = fc.uniqueArray(result, { selector: ({ nonce }) => nonce, maxLength: 40, size: 'max' });
const logOf = (all: readonly ProbeResult[]) => all.reduce<NodeLog>(addToLog, emptyLog);

describe('addToLog', () => {
  it('gives the same log in whatever order results come, and however often', () => {
    const shuffled = results.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, ([all, order]) => {
        expect(logOf(order)).toEqual(logOf(all));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the newest ten of each kind, newest first', () => {
    fc.assert(
      fc.property(results, (all) => {
        const newest = (verdict: ProbeResult['verdict']) =>
          all
            .filter((each) => each.verdict === verdict)
            .map((each) => `${each.at} ${each.nonce}`)
            .sort()
            .reverse()
            .slice(0, 10);
        const { successes, failures } = logOf(all);
        expect(successes.map(({ time, nonce }) => `${time} ${nonce}`)).toEqual(newest('reachable'));
        expect(failures.map(({ time, nonce }) => `${time} ${nonce}`)).toEqual(newest('unreachable'));
        expect(successes.every(({ success }) => success) && failures.every(({ success }) => !success)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves the log it was given as it is', () => {
    fc.assert(
      fc.property(results, result, (all, another) => {
        const log = logOf(all);
        const before = structuredClone(log);
        addToLog(log, another);
        expect(log).toEqual(before);
      }),
    );
  });

  it('writes an entry with what people need of a result', () => {
    const told: ProbeResult = {
      verdict: 'unreachable',
      reason: 'DnsTimeout',
      message: 'x'.repeat(400),
      latencyMs: 8004,
      nonce: '0123456789abcdef',
      run: 'f',
      sweep: 's',
      at: at(5),
    };
    expect(addToLog(emptyLog, told)).toEqual({
      successes: [],
      failures: [
        { nonce: '0123456789abcdef', time: at(5), success: false, reason: 'DnsTimeout', message: 'x'.repeat(300), latencyMs: 8004 },
      ],
    });
  });
});
