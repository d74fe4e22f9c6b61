import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildApp } from '../scripts/build.ts';
import { logRuns } from './count-runs.ts';
import { benchFirstPage } from './first-page.ts';
import { measure } from './measure.ts';
import { benchMemory } from './memory.ts';
import { layOutTable } from './print-table.ts';
import { type AllFigures, judgeFigures } from './required.ts';
import { fullSizes, quickSizes, type Sizes } from './sizes.ts';

const help = `Examples:
  npm run bench
  npm run bench -- --quick

Measures the cost of sweeps with real storage and the built app, over fleets whose nodes answer at once: 1,000 and 10,000 nodes end to end,
100,000 through expansion and pacing; then the first page of the nodes of a cluster of 5,000, over HTTP; then the memory of a worker over three
sweeps of 2,000 nodes. Prints tables, writes bench/latest.json, and exits with status 1 where a required figure is missed. Takes some
minutes; needs Linux.

  --quick       250, 750 and 2,000 nodes, all at once, within 90 s
  --first-page  the first page alone
  --memory      the memory alone
`;

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: { quick: flag, 'first-page': flag, memory: flag, help: { ...flag, short: 'h' } },
});
if (values.help) process.stdout.write(help);
else
  await bench(
    values.quick ? quickSizes : fullSizes,
    values.quick,
    values['first-page'] ? 'first page' : values.memory ? 'memory' : undefined,
  );

/** Measures the two that are compared at the same time, under the same load: most of a sweep is waiting. The biggest follows, or runs with them. */
async function measureAll([small, big, biggest]: Sizes, appDir: string, atOnce: boolean): Promise<AllFigures> {
  if (atOnce) return Promise.all([measure(small, appDir), measure(big, appDir), measure(biggest, appDir)]);
  const compared = await Promise.all([measure(small, appDir), measure(big, appDir)]);
  return [...compared, await measure(biggest, appDir)];
}

/** Measures the sizes, and returns a sentence for each required figure that is missed. */
async function benchSweeps(sizes: Sizes, quick: boolean, appDir: string): Promise<string[]> {
  const startedAt = Date.now();
  const all = await measureAll(sizes, appDir, quick);
  const requirements = judgeFigures(all);
  process.stdout.write(`${layOutTable(all, requirements)}\n`);
  const machine = { cores: cpus().length, node: process.version, seconds: Math.round((Date.now() - startedAt) / 1000) };
  const latest = join(dirname(fileURLToPath(import.meta.url)), 'latest.json');
  await writeFile(latest, `${JSON.stringify({ quick, machine, fleets: all, requirements }, null, 2)}\n`);
  return requirements.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
}

async function bench(sizes: Sizes, quick: boolean, alone?: 'first page' | 'memory'): Promise<void> {
  const appDir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-app-'));
  try {
    process.stderr.write('Building the app …\n');
    await buildApp(appDir);
    await logRuns(appDir);
    const ofSweeps = alone === undefined ? await benchSweeps(sizes, quick, appDir) : [];
    const ofPage = quick || alone === 'memory' ? [] : await benchFirstPage(appDir);
    const ofMemory = quick || alone === 'first page' ? [] : await benchMemory(appDir);
    const broken = [...ofSweeps, ...ofPage, ...ofMemory];
    for (const sentence of broken) process.stderr.write(`${sentence}\n`);
    if (broken.length > 0) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    await rm(appDir, { recursive: true, force: true });
  }
}
