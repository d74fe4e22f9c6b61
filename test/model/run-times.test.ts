import { describe, expect, it } from 'vitest';
import { collectAfter, learnDelay } from '../../src/model/run-times.ts';

const settings = { FIRST_COLLECT_SECONDS: 25, PROBE_DEADLINE_SECONDS: 150 };

describe('the delay of first collections', () => {
  it('is the one of the settings until something is learned, and never less', () => {
    expect([collectAfter(settings, undefined), collectAfter(settings, 20), collectAfter(settings, 44.4)]).toEqual([25, 25, 44]);
  });

  it('is at most half of what a probe may take, unless the settings have it longer', () => {
    expect(collectAfter(settings, 500)).toBe(75);
    expect(collectAfter({ ...settings, FIRST_COLLECT_SECONDS: 100 }, 500)).toBe(100);
  });

  it('grows while too few runs have ended by then, by at most four seconds at once', () => {
    expect([learnDelay(25, { done: 0, of: 250 }), learnDelay(25, { done: 150, of: 250 })]).toEqual([29, 28]);
  });

  it('shrinks where nearly all have, and stays where about 70 % have', () => {
    expect(learnDelay(45, { done: 200, of: 250 })).toBeCloseTo(42);
    expect([learnDelay(45, { done: 175, of: 250 }), learnDelay(45, { done: 0, of: 0 })]).toEqual([45, 45]);
  });
});
