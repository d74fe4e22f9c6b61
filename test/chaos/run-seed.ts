import { INTERVAL_MINUTES, MINUTE_MS, openCampaignWorld } from './campaign-world.ts';
import type { Chronicle } from './chronicle.ts';
import { gatherChronicle } from './gather-chronicle.ts';
import { judge } from './judge.ts';

/** What became of a seed. */
export interface SeedResult {
  seed: number;
  problems: string[];
  chronicle: Chronicle;
  counts: ReturnType<Awaited<ReturnType<typeof openCampaignWorld>>['counts']>;
}

/** Runs the campaign of a seed in a storage account of its own, and judges it. */
export async function runSeed(seed: number, connectionString: string, onLine?: (line: string) => void): Promise<SeedResult> {
  const world = await openCampaignWorld(seed, connectionString, onLine);
  try {
    await world.run();
    const { services } = world.witness();
    const intervalMs = INTERVAL_MINUTES * MINUTE_MS;
    const chronicle = await gatherChronicle({ ...world, services, intervalMs, calmSweeps: 2 });
    return { seed, problems: judge(chronicle), chronicle, counts: world.counts() };
  } finally {
    await world.stop();
  }
}
