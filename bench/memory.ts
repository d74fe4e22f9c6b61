import { formatSweepId } from '../src/model/schedule.ts';
import { farSchedule } from './far-schedule.ts';
import { readHostCost } from './host-cost.ts';
import { LIKE_IN_AZURE, startWorker } from './start-worker.ts';
import { startWorld } from './world.ts';

/** The peak resident memory of a worker, in MB: without work, and by the end of each sweep. */
export interface WorkerMemory {
  idle: number;
  bySweep: number[];
}

/** In MB, over sweeps of 2,000 nodes: an instance of 512 MB, the default, also runs the host. */
export const MOST_MEGABYTES = 200;
const SWEEPS = 3;

/** Measures the memory of one worker in whole sweeps over eight clusters of 250 nodes that answer at once, at the default pace. */
export async function measureMemory(appDir: string, sweeps: number, log: (sentence: string) => void): Promise<WorkerMemory> {
  const settings = { SWEEP_SCHEDULE: farSchedule(), ...LIKE_IN_AZURE };
  const world = await startWorld({ clusters: 8, nodesPerCluster: 250 }, appDir, settings, startWorker);
  try {
    const peak = async () => Math.round((await readHostCost(world.hostPid)).peakMegabytes);
    const idle = await peak();
    log(`${idle} MB without work`);
    const bySweep: number[] = [];
    for (let n = 0; n < sweeps; n++) {
      const sweep = formatSweepId(new Date());
      await world.startSweep(sweep);
      await world.waitFor(sweep, 'completed');
      bySweep.push(await peak());
      log(`${bySweep.at(-1)} MB at most by the end of sweep ${n + 1}`);
    }
    return { idle, bySweep };
  } finally {
    await world.stop();
  }
}

/** Prints the memory that a worker uses; returns a sentence where that is too much. */
export async function benchMemory(appDir: string): Promise<string[]> {
  const { idle, bySweep } = await measureMemory(appDir, SWEEPS, (sentence) => process.stderr.write(`a worker: ${sentence}\n`));
  process.stdout.write(`\nmemory of a worker, 2,000 nodes: ${idle} MB idle, at most ${bySweep.join(', ')} MB by the end of each sweep\n`);
  const most = Math.max(...bySweep);
  return most <= MOST_MEGABYTES ? [] : [`expected a worker to use at most ${MOST_MEGABYTES} MB, got ${most}`];
}
