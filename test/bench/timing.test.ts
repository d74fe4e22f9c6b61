import { describe, expect, it } from 'vitest';
import { anyDuration, compareTiming, judgeTiming } from '../../bench/timing.ts';

const SLICES = 400;

describe('the learned delay of first collections', () => {
  it.each([1, 2, 3])('saves 30 %% of the polls at no more than 3 s where runs take anything from 15 to 60 s (seed %i)', (seed) => {
    const figures = compareTiming(SLICES, seed, anyDuration);
    expect(judgeTiming(figures).filter(({ holds }) => !holds)).toEqual([]);
    expect(figures.fixed.delay).toBe(25);
  });

  it('stays where the settings have it while runs end before', () => {
    const { fixed, learned } = compareTiming(SLICES, 1, (random) => 15 + random() * 8);
    expect(learned).toEqual(fixed);
  });

  it('comes back when runs are quick again', () => {
    let slices = 0;
    const { learned } = compareTiming(SLICES, 1, (random) => (slices++ < 10_000 ? 50 : 18) + random() * 5);
    expect(learned.delay).toBe(25);
  });

  it('never waits longer than half of what a probe may take', () => {
    expect(compareTiming(SLICES, 1, () => 140).learned.delay).toBe(75);
  });

  it('is judged by what it saves and what it costs', () => {
    const timing = { pollsPerProbe: 2, medianSeconds: 40, delay: 25 };
    const judged = judgeTiming({ fixed: timing, learned: { pollsPerProbe: 1.5, medianSeconds: 43.5, delay: 45 } });
    expect(judged.map(({ holds }) => holds)).toEqual([false, false]);
  });
});
