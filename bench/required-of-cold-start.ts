import { type ColdStart, EVERY_MINUTE, measureColdStart, startOfThisMinute } from './cold-start.ts';
import type { Requirement } from './required.ts';
import { startWorld } from './world.ts';

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
    const got = Number(cost[figure].toFixed(2));
    return { figure, required: `≤ ${most}`, holds: got <= most, sentence: `expected at most ${most} ${what}, got ${got}` };
  });
}

/** Prints what a cold start costs; returns a sentence for each figure that is too high. */
export async function benchColdStart(appDir: string): Promise<string[]> {
  let settings: Record<string, string> = {};
  // No host: nothing runs but the processes that are measured.
  const world = await startWorld({ clusters: 1, nodesPerCluster: 1 }, appDir, { SWEEP_SCHEDULE: EVERY_MINUTE }, async ({ env }) => {
    settings = env;
    return { pid: process.pid, stop: async () => {} };
  });
  try {
    const { NODE_OPTIONS: _, ...all } = settings;
    const env = { ...all, AzureWebJobsStorage: world.connectionString };
    const cost = await measureColdStart(appDir, env, startOfThisMinute);
    const judged = judgeColdStart(cost);
    const lines = judged.map(
      ({ figure, required, holds }) =>
        `${holds ? 'ok' : 'NO'}  ${figure}: ${cost[figure as keyof ColdStart].toFixed(2)}, required ${required}`,
    );
    process.stdout.write(`\na cold start, medians of seven\n${lines.join('\n')}\n    ${JSON.stringify(cost)}\n`);
    return judged.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
  } finally {
    await world.stop();
  }
}
