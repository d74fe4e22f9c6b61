import { describe, expect, it } from 'vitest';
import { decideStart } from '../../../src/sweep/run/acquire-start-slot.ts';

const now = new Date('2026-11-21T09:35:00.000Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const decide = (seconds: number, paused = false) => decideStart({ at: later(seconds), paused }, later(300), now);

describe('a slot', () => {
  it('that has come is for now', () => {
    expect([decide(0), decide(-5)]).toEqual([{ when: 'now' }, { when: 'now' }]);
  });

  it('that is near is waited for', () => {
    expect(decide(2)).toEqual({ when: 'soon', waitMs: 2000 });
  });

  it('that is further away has its message back when it has come, in whole seconds', () => {
    expect(decide(2.5)).toEqual({ when: 'later', slot: later(2.5).toISOString(), delaySeconds: 3 });
    expect(decide(60)).toEqual({ when: 'later', slot: later(60).toISOString(), delaySeconds: 60 });
  });

  it('that is too late has no start, for want of pace or because Azure throttles', () => {
    expect([decide(300), decide(300, true)]).toEqual([
      { when: 'never', reason: 'OverBudget' },
      { when: 'never', reason: 'Throttled' },
    ]);
  });
});
