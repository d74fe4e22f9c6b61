import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { runSeed } from './run-seed.ts';

/** The first twenty, and each seed that has found a mistake of the prober; `npm run chaos` runs any others. */
const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1);

// Two use the processor and wait for storage in turn.
vi.setConfig({ maxConcurrency: 2 });
let azurite: Azurite;
beforeAll(async () => {
  // The app says a lot while everything fails around it.
  for (const way of ['log', 'warn', 'error', 'info'] as const) vi.spyOn(console, way).mockImplementation(() => {});
  azurite = await startAzurite({ accounts: SEEDS.map((seed) => `seed${seed}`) });
});
afterAll(() => azurite.stop());

describe.concurrent('while Azure, the sinks, storage, the queue, clocks and instances fail, and nodes and clusters too', () => {
  it.each(SEEDS)('what the prober says and does is right, and soon after all is whole: seed %i', { timeout: 120_000 }, async (seed) => {
    const { problems } = await runSeed(seed, azurite.connectionStringFor(`seed${seed}`));
    expect(problems).toEqual([]);
  });
});
