import type { ColdStart } from './cold-start.ts';
import type { Requirement } from './required.ts';

/** What a cold start may cost, and what each figure is. */
const limits = {
  registerMs: [90, 'ms to register all functions'],
  cpuRatio: [2.5, 'times the CPU time of Node alone, with all functions registered'],
  memoryRatio: [1.45, 'times the memory of Node alone, with all functions registered'],
  megabytes: [70, 'MB, with all functions registered'],
  firstWorkMs: [150, 'ms for the first message of `work` after that'],
} as const satisfies Partial<Record<keyof ColdStart, readonly [most: number, what: string]>>;

/** Checks a cold start against what it may cost: on a quiet machine, since two of the figures are elapsed time. Pure. */
export function judgeColdStart(cost: ColdStart): Requirement[] {
  return (Object.keys(limits) as (keyof typeof limits)[]).map((figure) => {
    const [most, what] = limits[figure];
    const sentence = `expected at most ${most} ${what}, got ${Number(cost[figure].toFixed(2))}`;
    return { figure, required: `≤ ${most}`, holds: cost[figure] <= most, sentence };
  });
}
