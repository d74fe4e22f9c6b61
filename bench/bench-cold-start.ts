import { type ColdStart, EVERY_MINUTE, measureColdStart, startOfThisMinute } from './cold-start.ts';
import { judgeColdStart } from './required-of-cold-start.ts';
import { startWorld } from './world.ts';

/** Prints what a cold start costs; returns a sentence for each figure that is too high. */
export async function benchColdStart(appDir: string): Promise<string[]> {
  let env: Record<string, string> = {};
  // No host: nothing runs but the processes that are measured.
  const world = await startWorld({ clusters: 1, nodesPerCluster: 1 }, appDir, { SWEEP_SCHEDULE: EVERY_MINUTE }, async (start) => {
    // Without options of Node, which would not be those of Azure; and without the count of requests to storage, which would take time.
    const { NODE_OPTIONS: _, ...settings } = start.env;
    env = settings;
    return { pid: process.pid, stop: async () => {} };
  });
  try {
    const cost = await measureColdStart(appDir, { ...env, AzureWebJobsStorage: world.connectionString }, startOfThisMinute);
    const judged = judgeColdStart(cost);
    const lines = judged.map(
      ({ figure, required, holds }) =>
        `${holds ? 'ok' : 'NO'}  ${figure}: ${cost[figure as keyof ColdStart].toFixed(2)}, required ${required}`,
    );
    process.stdout.write(`\na cold start, medians of several\n${lines.join('\n')}\n    ${JSON.stringify(cost)}\n`);
    return judged.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
  } finally {
    await world.stop();
  }
}
