import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStandIn, mustYield, type Starter, starter, starterOf, timerMissedSince } from '../../src/model/starter.ts';

const anyStarter = fc.constantFrom(...starter.options);
const someStarters = fc.uniqueArray(anyStarter).map((list) => new Set(list));

describe('a start', () => {
  it('goes on where its own starter has begun the sweep, since its process may have died', () => {
    for (const by of ['timer', 'person'] as const) expect(mustYield(by, { requested: new Set(), begunBy: by })).toBe(false);
  });

  it('is left to the starter that was faster, and by a stand-in to a timer that has fired', () => {
    fc.assert(
      fc.property(anyStarter, someStarters, fc.option(anyStarter, { nil: undefined }), (by, requested, begunBy) => {
        const yields = mustYield(by, { requested, begunBy });
        if (begunBy !== undefined && begunBy !== by) expect(yields).toBe(true);
        if (isStandIn(by)) expect(yields).toBe(begunBy !== undefined || requested.has('timer'));
      }),
    );
  });

  it('is sent again for the timer wherever that has asked, and where nobody is known to have', () => {
    expect(starterOf(new Set())).toBe('timer');
    expect(starterOf(new Set(['close-sweep', 'timer']))).toBe('timer');
    expect(starterOf(new Set(['request', 'close-sweep']))).toBe('close-sweep');
    expect(starterOf(new Set(['person', 'close-sweep']))).toBe('person');
  });
});

describe('the first sweep that the timer did not start', () => {
  const at = (minute: number) => `2026-11-21T09:${String(minute).padStart(2, '0')}:00Z`;
  const next = (sweep: string) => at(Number(sweep.slice(14, 16)) + 5);
  const by = (minute: number, who: Starter, since?: number) => ({
    sweep: at(minute),
    starter: who,
    timerMissedSince: since === undefined ? undefined : at(since),
  });

  it('is the one after the last that it did start, whatever a person started meanwhile', () => {
    expect(timerMissedSince(at(10), [by(5, 'timer')], next)).toBe(at(10));
    expect(timerMissedSince(at(10), [by(7, 'person'), by(5, 'timer')], next)).toBe(at(10));
    expect(timerMissedSince(at(30), [by(5, 'timer')], next)).toBe(at(10));
  });

  it('stays the same from one stand-in to the next', () => {
    expect(timerMissedSince(at(20), [by(15, 'close-sweep', 10)], next)).toBe(at(10));
    expect(timerMissedSince(at(20), [by(15, 'request')], next)).toBe(at(15));
  });

  it('is the sweep itself where there was none before', () => {
    expect(timerMissedSince(at(10), [], next)).toBe(at(10));
    expect(timerMissedSince(at(10), [by(15, 'timer')], next)).toBe(at(10));
  });
});
