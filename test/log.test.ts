import { setTimeout as sleep } from 'node:timers/promises';
import { InvocationContext } from '@azure/functions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inInvocation, log } from '../src/log.ts';

/** The context of an invocation with what its log got. */
function invocation(functionName: string) {
  const got: unknown[][] = [];
  return { got, context: new InvocationContext({ functionName, logHandler: (...entry) => got.push(entry) }) };
}

const failure = () => new Error('no announcement', { cause: new TypeError('no connection', { cause: 'the cable' }) });

afterEach(() => vi.restoreAllMocks());

describe('an entry within an invocation', () => {
  it('goes to its context with its severity, and to no other that runs at the same time', async () => {
    const [first, second] = [invocation('work'), invocation('prune')];
    const warnLater = (text: string) => async () => {
      await sleep(1);
      log.warn(text);
    };
    await Promise.all([inInvocation(first.context, warnLater('one')), inInvocation(second.context, warnLater('two'))]);
    inInvocation(first.context, () => log.error('three'));
    expect(first.got).toEqual([
      ['warning', 'one'],
      ['error', 'three'],
    ]);
    expect(second.got).toEqual([['warning', 'two']]);
  });

  it('goes to its context whichever of several began first and ends first, and to none once it has ended', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const contexts = [invocation('work'), invocation('work'), invocation('prune'), invocation('api')];
    // The first ends before the second, while which the third begins; the fourth fails.
    const spans = [
      [0, 30],
      [10, 60],
      [40, 20],
      [45, 30],
    ] as const;
    const runs = contexts.map(async ({ context }, n) => {
      await sleep(spans[n]![0]);
      await inInvocation(context, async () => {
        log.warn(`begin ${n}`);
        await sleep(spans[n]![1]);
        log.warn(`end ${n}`);
        if (n === 3) throw new Error('failed');
      }).catch(() => {});
    });
    await Promise.all(runs);
    for (const [n, { got }] of contexts.entries())
      expect(got).toEqual([
        ['warning', `begin ${n}`],
        ['warning', `end ${n}`],
      ]);
    log.warn('after all');
    expect(warn.mock.calls).toEqual([['warning: after all']]);
  });

  it('goes to its context after an invocation that failed at once', () => {
    const [first, second] = [invocation('work'), invocation('work')];
    const fail = () => {
      throw new Error('failed');
    };
    expect(() => inInvocation(first.context, fail)).toThrow('failed');
    inInvocation(second.context, () => log.warn('one'));
    expect([first.got, second.got]).toEqual([[], [['warning', 'one']]]);
  });

  it('is one entry with the stack of its error and of what caused that', () => {
    const { got, context } = invocation('work');
    inInvocation(context, () => log.warn('outages of a cluster could not be announced', failure()));
    expect(got).toEqual([
      [
        'warning',
        expect.stringMatching(
          /^outages of a cluster could not be announced: Error: no announcement\n {4}at failure .*log\.test\.ts.*\ncaused by: TypeError: no connection\n {4}at failure .*\ncaused by: the cable$/s,
        ),
      ],
    ]);
  });

  it('ends where an error is its own cause, and takes what is no error', () => {
    const { got, context } = invocation('work');
    const circle = new Error('round');
    circle.cause = circle;
    inInvocation(context, () => log.error('failed', circle));
    inInvocation(context, () => log.error('failed', 7));
    expect(String(got[0]![1]).match(/caused by/g)).toHaveLength(4);
    expect(got[1]).toEqual(['error', 'failed: 7']);
  });

  it('gives back what the work gives', async () => {
    expect(await inInvocation(invocation('api').context, async () => 204)).toBe(204);
  });
});

describe('an entry outside of any invocation', () => {
  it('is one line on stderr with the word that says how bad it is', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    log.warn('left a cluster out');
    log.error('it went wrong', failure());
    expect(warn.mock.calls).toEqual([['warning: left a cluster out']]);
    expect(error.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^error: it went wrong: Error: no announcement \| at failure .* \| caused by: TypeError: no connection \| at .* \| caused by: the cable$/,
        ),
      ],
    ]);
  });
});
