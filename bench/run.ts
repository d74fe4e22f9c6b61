import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildApp } from '../scripts/build.ts';
import { benchColdStart } from './bench-cold-start.ts';
import { benchCadence } from './cadence.ts';
import { type CompareSize, compare } from './compare.ts';
import { logRuns } from './count-runs.ts';
import { farSchedule } from './far-schedule.ts';
import { benchFirstPage } from './first-page.ts';
import { benchHotSpots } from './hot-spots.ts';
import { benchClusters } from './many-clusters.ts';
import { measure } from './measure.ts';
import { benchMemory } from './memory.ts';
import { layOutTable } from './print-table.ts';
import { keptRatios } from './ratios.ts';
import { type AllFigures, judgeFigures } from './required.ts';
import { judgeWays, layOutWays, ratiosOf, type Ways, worsened } from './required-of-ways.ts';
import { fullSizes, quickSizes, type Sizes } from './sizes.ts';
import { benchSteady, fullSteady, quickSteady } from './steady.ts';
import { anyDuration, compareTiming, judgeTiming } from './timing.ts';

const help = `Examples:
  npm run bench
  npm run bench -- --quick

Measures the cost of sweeps with real storage and the built app, over fleets whose nodes answer at once: 1,000 and 10,000 nodes end to end,
100,000 through expansion and pacing; then the first page of the nodes of a cluster of 5,000, over HTTP; then the memory of a worker over three
sweeps of 2,000 nodes; then what other ways to ask 1,000 nodes cost, and when results are asked for, and when ends are notified; then what grows over
24 sweeps, what 2,000 clusters cost, what a cold start costs, and where the CPU time of a sweep of 10,000 nodes goes. Prints tables, writes
bench/latest.json, and exits with status 1 where a required figure is missed. Takes some 55 minutes; needs Linux.

A comparison with --quick fails where a ratio is more than 20 % worse than the one kept in bench/ratios.ts.

  --quick       250, 750 and 2,000 nodes, all at once, within 90 s; with --compare, 250 nodes and a Run Command of 5 s
  --sweeps      the sweeps of the three fleets alone
  --first-page  the first page alone
  --memory      the memory alone
  --compare     the other ways alone
  --timing      when results are asked for, alone
  --cadence     when ends are notified, by sweeps alone and with rechecks, over three hours of faults of a stepped clock, alone; with --quick, one hour
  --steady      24 sweeps of 1,000 nodes alone, as many as in two hours, 30 s apart: what grows; with --quick, 7 of 200 nodes
  --clusters    200 and 2,000 clusters alone: what it costs to look at a sweep of them, and to list them; with --quick, 200
  --cold-start  what it costs to register all functions, and the first message, alone
  --hot-spots   where the CPU time of a worker goes in a sweep of 10,000 nodes, alone; with --quick, of 1,000
`;

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    quick: flag,
    sweeps: flag,
    'first-page': flag,
    memory: flag,
    compare: flag,
    timing: flag,
    cadence: flag,
    steady: flag,
    clusters: flag,
    'cold-start': flag,
    'hot-spots': flag,
    help: { ...flag, short: 'h' },
  },
});
/** What can be measured alone. */
const parts = ['sweeps', 'first-page', 'memory', 'compare', 'timing', 'cadence', 'steady', 'clusters', 'cold-start', 'hot-spots'] as const;
type Part = (typeof parts)[number];

/**
 * Measures the two that are compared at the same time, under the same load: most of a sweep is waiting. The biggest follows, or runs with them. What is
 * billed is counted of the smaller one alone, since executions take longer where another fleet is swept beside it.
 */
async function measureAll([small, big, biggest]: Sizes, appDir: string, atOnce: boolean): Promise<AllFigures> {
  if (atOnce) return Promise.all([measure(small, appDir), measure(big, appDir), measure(biggest, appDir)]);
  const { executions, billedSeconds } = await measure(small, appDir);
  const [smaller, bigger] = await Promise.all([measure(small, appDir), measure(big, appDir)]);
  return [{ ...smaller, executions, billedSeconds }, bigger, await measure(biggest, appDir)];
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

const fullWays: CompareSize = {
  nodes: 1000,
  waited: 128,
  inTurn: 5,
  tenWays: 60,
  runSeconds: 25,
  scale: 1,
  schedule: farSchedule(),
  startsPerMinute: 250,
};
const quickWays: CompareSize = {
  ...fullWays,
  nodes: 250,
  waited: 32,
  inTurn: 3,
  tenWays: 40,
  runSeconds: 5,
  scale: 5,
  startsPerMinute: 1500,
};

/** Compares the app with other ways, and returns a sentence for each required figure that is missed, or with `quick` for each that has worsened. */
async function benchWays(quick: boolean, appDir: string): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-ways-'));
  try {
    const log = (sentence: string) => process.stderr.write(`comparing: ${sentence}\n`);
    const ways = (await compare(quick ? quickWays : fullWays, appDir, dir, log)) as unknown as Ways;
    const requirements = judgeWays(ways);
    const ratios = ratiosOf(ways);
    process.stdout.write(
      `\n${layOutWays(ways, requirements)}\n${JSON.stringify({ ratios, seconds: ways[3].secondsByKind, storage: ways[3].storageByKind })}\n`,
    );
    return quick ? worsened(ratios, keptRatios) : requirements.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Compares the fixed and the learned delay, and returns a sentence for each required figure that is missed. */
function benchTiming(): string[] {
  const figures = compareTiming(1000, 1, anyDuration);
  const describe = (name: string, { pollsPerProbe, medianSeconds, delay }: (typeof figures)['fixed']) =>
    `${name}: first asked for after ${delay} s, ${pollsPerProbe.toFixed(2)} polls a probe, read after ${medianSeconds.toFixed(1)} s in the median`;
  const judged = judgeTiming(figures);
  const lines = [
    describe('fixed delay', figures.fixed),
    describe('learned delay', figures.learned),
    ...judged.map(({ sentence }) => sentence),
  ];
  process.stdout.write(`\nruns of 15 to 60 s\n${lines.join('\n')}\n`);
  return judged.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
}

async function bench(sizes: Sizes, quick: boolean, alone?: Part): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-app-'));
  const [appDir, maps] = [join(dir, 'app'), join(dir, 'maps')];
  try {
    process.stderr.write('Building the app …\n');
    await buildApp(appDir, { maps });
    await logRuns(appDir);
    const ofSweeps = alone === undefined || alone === 'sweeps' ? await benchSweeps(sizes, quick, appDir) : [];
    const isWanted = (part: Part) => alone === part || (alone === undefined && !quick);
    const ofPage = isWanted('first-page') ? await benchFirstPage(appDir) : [];
    const ofMemory = isWanted('memory') ? await benchMemory(appDir) : [];
    const ofWays = isWanted('compare') ? await benchWays(quick, appDir) : [];
    const ofTiming = isWanted('timing') ? benchTiming() : [];
    const ofCadence = isWanted('cadence') ? await benchCadence(quick ? 1 : 3, 1) : [];
    const ofSteady = isWanted('steady') ? await benchSteady(quick ? quickSteady : fullSteady, appDir) : [];
    if (isWanted('clusters')) await benchClusters(quick ? [200] : [200, 2000], appDir);
    const ofColdStart = isWanted('cold-start') ? await benchColdStart(appDir) : [];
    if (isWanted('hot-spots')) await benchHotSpots(quick ? 1000 : 10_000, appDir, maps);
    const broken = [...ofSweeps, ...ofPage, ...ofMemory, ...ofWays, ...ofTiming, ...ofCadence, ...ofSteady, ...ofColdStart];
    for (const sentence of broken) process.stderr.write(`${sentence}\n`);
    if (broken.length > 0) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

if (values.help) process.stdout.write(help);
else
  await bench(
    values.quick ? quickSizes : fullSizes,
    values.quick,
    parts.find((part) => values[part]),
  );
