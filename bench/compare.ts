import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { QueueClient } from '@azure/storage-queue';
import { build } from 'esbuild';
import { askSimulator } from '../local/ask-simulator.ts';
import { formatSweepId } from '../src/model/schedule.ts';
import { composeScript } from '../src/probe/script.ts';
import { type Execution, secondsAlone, secondsShared } from './executions.ts';
import { readHostCost } from './host-cost.ts';
import { INSTANCE_GB } from './prices.ts';
import { startWorker } from './start-worker.ts';
import { startWorld, type World } from './world.ts';

/** The cost of one way to ask nodes, for each probe. */
export interface WayFigures {
  way: string;
  probes: number;
  armRequests: number;
  executions: number;
  /** Time in which functions are executed, or a tool runs. */
  wallSeconds: number;
  cpuMs: number;
  /** If no executions share an instance, and if one instance does them all. */
  gbSecondsAlone: number;
  gbSecondsShared: number;
  queueOperations: number;
  tableTransactions: number;
  ingestedBytes: number;
  /** Peak memory of the process, for all probes. */
  megabytes: number;
  /** Seconds of execution for each probe, by the kind of message. */
  secondsByKind: Record<string, number>;
  /** Storage transactions by kind, for all probes. */
  storageByKind: Record<string, number>;
}

/** How much is asked, and how long Run Command takes. */
export interface CompareSize {
  /** Nodes of the fleet, all of which the app asks. */
  nodes: number;
  /** How many of these the waiting worker asks, and the tool in each of its two loops. */
  waited: number;
  inTurn: number;
  tenWays: number;
  runSeconds: number;
  /** How much faster than in Azure all waiting is. */
  scale: number;
  schedule: string;
  startsPerMinute: number;
}

const WAITING = fileURLToPath(new URL('alternatives/waiting-worker.ts', import.meta.url));
const TOOL = fileURLToPath(new URL('alternatives/laptop-tool.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const POLL_MS = 2000;
const FIRST_COLLECT_SECONDS = 25;
const COLLECT_AGAIN_SECONDS = 10;
const run = promisify(execFile);

interface Instance {
  vmss: string;
  instanceId: string;
}

interface Job {
  subscription: string;
  resourceGroup: string;
  nodes: readonly Instance[];
  script: readonly string[];
  ways: number;
  pollMs: number;
}

async function runTool<T>(world: World, dir: string, job: Job): Promise<T> {
  const env = { PATH: process.env.PATH, ...world.simulator.env };
  const { stdout } = await run(process.execPath, [join(dir, 'tool.js'), JSON.stringify(job)], { env, maxBuffer: 1e8 });
  return JSON.parse(stdout);
}

interface Reading {
  arm: number;
  storage: Record<string, number>;
  ingested: number;
  cpuMs: number;
  executions: number;
}

async function read(world: World, executions: readonly Execution[]): Promise<Reading> {
  const { byOperation } = await world.armRequests();
  const telemetry = await askSimulator(world.simulator, 'GET', '/control/telemetry');
  const { cpuMs } = world.hostPid === 0 ? { cpuMs: 0 } : await readHostCost(world.hostPid);
  const arm = Object.values(byOperation).reduce((sum, count) => sum + count, 0);
  return { arm, storage: world.storage.read().byKind, ingested: telemetry.text.length, cpuMs, executions: executions.length };
}

function figuresOf(
  way: string,
  probes: number,
  [before, after]: [Reading, Reading],
  executions: readonly Execution[],
  megabytes: number,
  addedSeconds: number,
): WayFigures {
  const own = executions.slice(before.executions).map((each) => ({ ...each, to: each.to + addedSeconds * 1000 }));
  // The listener polls for either alike, at a pace that has nothing to do with the number of probes.
  const kinds = Object.entries(after.storage).filter(([kind]) => kind !== 'poll');
  const count = (is: (kind: string) => boolean) =>
    kinds.reduce((sum, [kind, total]) => sum + (is(kind) ? total - (before.storage[kind] ?? 0) : 0), 0) / probes;
  return {
    way,
    probes,
    armRequests: (after.arm - before.arm) / probes,
    executions: own.length / probes,
    wallSeconds: own.reduce((sum, { from, to }) => sum + to - from, 0) / 1000 / probes,
    cpuMs: (after.cpuMs - before.cpuMs) / probes,
    gbSecondsAlone: (secondsAlone(own) * INSTANCE_GB) / probes,
    gbSecondsShared: (secondsShared(own) * INSTANCE_GB) / probes,
    queueOperations: count((kind) => kind.startsWith('queue ')),
    tableTransactions: count((kind) => !kind.startsWith('queue ')),
    ingestedBytes: (after.ingested - before.ingested) / probes,
    megabytes,
    storageByKind: Object.fromEntries(
      kinds.map(([kind, total]) => [kind, total - (before.storage[kind] ?? 0)] as const).sort(([, a], [, b]) => b - a),
    ),
    secondsByKind: Object.fromEntries(
      [...Map.groupBy(own, ({ kind }) => kind)].map(([kind, group]) => [
        `${kind} × ${group.length}`,
        group.reduce((sum, { from, to }) => sum + to - from, 0) / 1000 / probes,
      ]),
    ),
  };
}

/** Bundles an alternative like the app itself, so that neither is slower to load. */
async function bundleAlternative(dir: string, from: string, name: string): Promise<void> {
  await build({
    entryPoints: { [name]: from },
    outdir: dir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    external: ['@azure/functions-core'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    logLevel: 'error',
  });
}

export async function compareApp(size: CompareSize, appDir: string, log: (sentence: string) => void): Promise<WayFigures> {
  const executions: Execution[] = [];
  const settings = {
    SWEEP_SCHEDULE: size.schedule,
    STARTS_PER_MINUTE: String(size.startsPerMinute),
    FIRST_COLLECT_SECONDS: String(Math.max(1, Math.round(FIRST_COLLECT_SECONDS / size.scale))),
    COLLECT_AGAIN_SECONDS: String(Math.max(1, Math.round(COLLECT_AGAIN_SECONDS / size.scale))),
  };
  const start: Parameters<typeof startWorld>[3] = (given) => startWorker({ ...given, onExecution: (each) => executions.push(each) });
  const world = await startWorld({ clusters: 1, nodesPerCluster: size.nodes }, appDir, settings, start, size.runSeconds);
  try {
    // The first sweep makes rows and names, which later ones find.
    for (const nth of ['first', 'second']) {
      log(`the ${nth} sweep …`);
      const sweep = formatSweepId(new Date());
      world.starts.length = 0;
      const before = await read(world, executions);
      await world.startSweep(sweep);
      await world.waitFor(sweep, 'completed');
      if (nth === 'first') continue;
      const after = await read(world, executions);
      const { peakMegabytes } = await readHostCost(world.hostPid);
      return figuresOf('this app', world.starts.length, [before, after], executions, peakMegabytes, 0);
    }
    throw new Error('expected two sweeps');
  } finally {
    await world.stop();
  }
}

async function compareOthers(size: CompareSize, dir: string, log: (sentence: string) => void): Promise<WayFigures[]> {
  await bundleAlternative(dir, WAITING, 'main');
  await bundleAlternative(dir, TOOL, 'tool');
  await copyFile(join(ROOT, 'host.json'), join(dir, 'host.json'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module", "main": "main.js" }\n');
  const executions: Execution[] = [];
  const pollMs = POLL_MS / size.scale;
  const start: Parameters<typeof startWorld>[3] = (given) => startWorker({ ...given, onExecution: (each) => executions.push(each) });
  const world = await startWorld({ clusters: 1, nodesPerCluster: size.nodes }, dir, { POLL_MS: String(pollMs) }, start, size.runSeconds);
  try {
    const [subscription] = world.fleet.subscriptions;
    const [cluster] = subscription!.clusters;
    const { name, resourceGroup, location } = cluster!;
    const place = { subscription: subscription!.id, resourceGroup: `MC_${resourceGroup}_${name}_${location}` };
    const script = composeScript('0123456789abcdef', [], 'Linux', 'on');
    const job = { ...place, nodes: [], script, ways: 1, pollMs };
    const instances = await runTool<Instance[]>(world, dir, job);
    const take = (from: number, count: number) => instances.slice(from, from + count);
    log('a waiting worker …');
    const queue = new QueueClient(world.storage.connectionString, 'work');
    const before = await read(world, executions);
    for (const instance of take(0, size.waited)) {
      const message = { ...place, ...instance, script };
      await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
    }
    while (executions.length < size.waited) await new Promise((resolve) => setTimeout(resolve, 200));
    const after = await read(world, executions);
    const { peakMegabytes } = await readHostCost(world.hostPid);
    // What the run takes in Azure beyond what it took here.
    const added = size.runSeconds * (size.scale - 1);
    const waiting = figuresOf('a waiting worker', size.waited, [before, after], executions, peakMegabytes, added);

    const loop = async (way: string, nodes: Instance[], ways: number): Promise<WayFigures> => {
      log(`${way} …`);
      const first = await read(world, executions);
      const cost = await runTool<{ ms: number; cpuMs: number; megabytes: number }>(world, dir, { ...job, nodes, ways });
      const { ms, cpuMs, megabytes } = cost;
      const last = await read(world, executions);
      const figures = figuresOf(way, nodes.length, [first, last], [], megabytes, 0);
      const waves = Math.ceil(nodes.length / ways);
      return { ...figures, wallSeconds: (ms / 1000 + waves * added) / nodes.length, cpuMs: cpuMs / nodes.length };
    };
    const inTurn = await loop('a tool, one node after the other', take(size.waited, size.inTurn), 1);
    const tenWays = await loop('a tool, ten nodes at a time', take(size.waited + size.inTurn, size.tenWays), 10);
    return [waiting, inTurn, tenWays];
  } finally {
    await world.stop();
  }
}

/**
 * Measures the app, a worker that waits, and a tool in a loop, over the same nodes of the same simulator.
 *
 * @param dir - a folder for the bundles of the others.
 */
export async function compare(size: CompareSize, appDir: string, dir: string, log: (sentence: string) => void): Promise<WayFigures[]> {
  // At the same time, since most of it is waiting.
  const [own, others] = await Promise.all([compareApp(size, appDir, log), compareOthers(size, dir, log)]);
  return [...others, own];
}
