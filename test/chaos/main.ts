import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startAzurite } from '../../local/azurite.ts';
import { buildApp } from '../../scripts/build.ts';
import { type HostResult, runOnHosts } from './run-on-hosts.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

const help = `Examples:
  npm run chaos -- --seed 7
  npm run chaos -- --seeds 1..1000 --record chaos.jsonl
  npm run chaos -- --seed 7 --minutes 21

Runs the campaigns of some seeds, each in a world of its own: an hour of a small fleet, by a clock that is stepped, while Azure, the sinks, storage,
the queue, the clocks and the instances of the app fail as the seed says, and nodes and clusters too. An independent checker then compares what the
app said with what was so. Exits with status 1 where it found something wrong.

With --minutes the seeds run one after the other on two real hosts with the built app, in real time with sweeps of a minute: hosts are killed and
stopped, and Azurite is stopped and started. A seed takes ten and a half minutes.

  --seed N       one seed
  --seeds A..B   all of them (1..20)
  --minutes M    as many seeds from the first on as take so long, on real hosts
  --at-once N    how many at the same time (2)
  --record FILE  appends a line of JSON for each seed
  --verbose      says what is done to the world, and what the app makes of it
`;

/** Storage in memory is started anew after so many seeds. */
const SEEDS_PER_STORAGE = 40;
const MINUTES_PER_SEED = 10.5;

function readSeeds({ seed, seeds }: { seed?: string; seeds: string }): number[] {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(seed === undefined ? seeds : `${seed}..${seed}`) ?? [];
  if (from === undefined || Number(to) < Number(from)) throw new Error(`expected --seed 7 or --seeds 1..20, got ${seed ?? seeds}`);
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n);
}

/** What is kept of a seed. */
function lineOf({ seed, problems, chronicle, counts }: SeedResult | HostResult, ms: number): object {
  const { plan, sweeps, outages, notices, poisoned, record } = chronicle;
  const troubles = Object.fromEntries([...Map.groupBy(plan.troubles, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length]));
  const faults = plan.troubles.flatMap((each) => (each.kind === 'fault' ? [each.fault] : []));
  return {
    ...{ seed, ms, problems, troubles, faults, ...counts, sweeps: sweeps.length, outages: outages.length, runs: record.runs.length },
    ...{ notices: notices.length, poisoned: poisoned.length },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1..20' },
      'at-once': { type: 'string', default: '2' },
      minutes: { type: 'string' },
      record: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const seeds = readSeeds(values);
  // The app says a lot while everything fails around it.
  if (!values.verbose) for (const way of ['log', 'warn', 'error', 'info'] as const) console[way] = () => {};
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let failed = 0;
  const told = async (run: () => Promise<SeedResult | HostResult>): Promise<void> => {
    const begun = Date.now();
    const result = await run();
    const ms = Date.now() - begun;
    if (result.problems.length > 0) failed += 1;
    say(
      `seed ${result.seed}: ${result.problems.length === 0 ? 'well' : `${result.problems.length} problems`}, ${(ms / 1000).toFixed(1)} s`,
    );
    for (const problem of result.problems) say(`  ${problem}`);
    if (values.record !== undefined) await appendFile(values.record, `${JSON.stringify(lineOf(result, ms))}\n`);
  };
  const onLine = values.verbose ? say : () => {};
  if (values.minutes !== undefined)
    await runSome(seeds[0]!, Number(values.minutes), (seed, appDir) => told(() => runOnHosts(seed, appDir, onLine)));
  else
    while (seeds.length > 0) {
      const some = seeds.splice(0, SEEDS_PER_STORAGE);
      const azurite = await startAzurite({ accounts: some.map((seed) => `seed${seed}`) });
      const next = async (): Promise<void> => {
        for (let seed = some.shift(); seed !== undefined; seed = some.shift()) {
          const own = seed;
          await told(() => runSeed(own, azurite.connectionStringFor(`seed${own}`), onLine));
        }
      };
      await Promise.all(Array.from({ length: Number(values['at-once']) }, next)).finally(() => azurite.stop());
    }
  if (failed > 0) process.exitCode = 1;
}

/** Builds the app, and runs seeds until the time is up. */
async function runSome(first: number, minutes: number, run: (seed: number, appDir: string) => Promise<void>): Promise<void> {
  if (!(minutes > 0)) throw new Error(`expected --minutes with a number above 0, got "${minutes}"`);
  const appDir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-chaos-app-'));
  try {
    await buildApp(appDir);
    const until = Date.now() + minutes * 60_000;
    for (let seed = first; seed === first || Date.now() + MINUTES_PER_SEED * 60_000 <= until; seed++) await run(seed, appDir);
  } finally {
    await rm(appDir, { recursive: true, force: true });
  }
}

await main();
