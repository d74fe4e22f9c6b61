import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { scheduleFor } from '../local/sweep-schedule.ts';
import { formatSweepId } from '../src/model/schedule.ts';
import type { FleetShape } from './bench-fleet.ts';
import { countRows } from './count-rows.ts';
import { countDescriptors, readHostCost } from './host-cost.ts';
import { median } from './median.ts';
import { judgeSteady, layOutSteady, type SteadySample } from './required-of-steady.ts';
import { startWorld } from './world.ts';

/** A fleet that is swept again and again. */
export interface SteadySize extends FleetShape {
  sweeps: number;
  /** From one sweep to the next, in real time. */
  intervalSeconds: number;
}

/** 1,000 nodes and what would be two hours of sweeps every five minutes. A cluster is one slice, so that a sweep is over in time. */
export const fullSteady: SteadySize = { clusters: 10, nodesPerCluster: 100, sweeps: 24, intervalSeconds: 30 };
export const quickSteady: SteadySize = { clusters: 4, nodesPerCluster: 50, sweeps: 7, intervalSeconds: 30 };

const RUN_SECONDS = 2;
/** What follows the completion of a sweep, such as the deletion of its last messages. */
const SETTLE_MS = 1500;
const MEMORY_EVERY_MS = 500;

/** Measures a host through many sweeps by the schedule, after each of which it is looked at. */
export async function measureSteady(size: SteadySize, appDir: string, log: (sentence: string) => void): Promise<SteadySample[]> {
  const settings = {
    SWEEP_SCHEDULE: scheduleFor(size.intervalSeconds)!,
    STARTS_PER_MINUTE: '1500',
    FIRST_COLLECT_SECONDS: String(RUN_SECONDS + 1),
    COLLECT_AGAIN_SECONDS: '2',
  };
  const world = await startWorld(size, appDir, settings, undefined, RUN_SECONDS);
  const memory: number[] = [];
  // One reading may catch the heap just before a collection of garbage, or just after.
  const watch = setInterval(
    () => void readHostCost(world.hostPid).then(({ residentMegabytes }) => memory.push(residentMegabytes), log),
    MEMORY_EVERY_MS,
  );
  try {
    const queue = new QueueClient(world.connectionString, 'work');
    const samples: SteadySample[] = [];
    const intervalMs = size.intervalSeconds * 1000;
    let due = Math.ceil(Date.now() / intervalMs) * intervalMs;
    let { cpuMs: before } = await readHostCost(world.hostPid);
    for (let n = 1; n <= size.sweeps; n++, due += intervalMs) {
      await world.waitFor(formatSweepId(new Date(due)), 'completed');
      const seconds = (Date.now() - due) / 1000;
      await sleep(SETTLE_MS);
      const [{ cpuMs }, descriptors, { approximateMessagesCount: queued = 0 }, rows] = await Promise.all([
        readHostCost(world.hostPid),
        countDescriptors(world.hostPid),
        queue.getProperties(),
        countRows(world.connectionString),
      ]);
      const looked = { sweep: n, inTime: Date.now() < due + intervalMs, seconds };
      samples.push({ ...looked, residentMegabytes: median(memory.splice(0)), descriptors, queued, cpuMs: cpuMs - before, rows });
      before = cpuMs;
      log(`sweep ${n} of ${size.sweeps}: ${JSON.stringify(samples.at(-1))}`);
    }
    return samples;
  } finally {
    clearInterval(watch);
    await world.stop();
  }
}

/** Prints what two hours of sweeps leave behind; returns a sentence for each that grows and must not. */
export async function benchSteady(size: SteadySize, appDir: string): Promise<string[]> {
  const samples = await measureSteady(size, appDir, (sentence) => process.stderr.write(`steady: ${sentence}\n`));
  const nodes = size.clusters * size.nodesPerCluster;
  const requirements = judgeSteady(samples, nodes);
  const left = samples.filter(({ inTime }) => !inTime).length;
  process.stdout.write(
    `\n${samples.length} sweeps of ${nodes} nodes, without the first tenth and ${left} that were not over when the next was due\n${layOutSteady(samples, requirements)}\n`,
  );
  return requirements.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
}
