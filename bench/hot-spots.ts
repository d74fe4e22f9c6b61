import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSweepId } from '../src/model/schedule.ts';
import { farSchedule } from './far-schedule.ts';
import { LIKE_IN_AZURE, startWorker } from './start-worker.ts';
import { startWorld } from './world.ts';

/** What is read of a CPU profile of V8. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number } }[];
  /** The id of the node that ran at each sample. */
  samples: readonly number[];
  /** Microseconds between one sample and the one before. */
  timeDeltas: readonly number[];
}

/** A part of the CPU time of the main thread. */
export interface Spot {
  /** A package, one of our folders, a module of Node, or what V8 does by itself. */
  what: string;
  /** Of the time in which the thread did not wait. */
  share: number;
  /** The functions that take most of it, with their shares of the whole. */
  functions: string[];
}

const MOST_FUNCTIONS = 4;
const MOST_SPOTS = 12;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** Adds up the time that each place itself takes, without what it calls; the one that takes most comes first. Pure. */
export function findHotSpots(
  { nodes, samples, timeDeltas }: CpuProfile,
  placeOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
): Spot[] {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const byPlace = new Map<string, Map<string, number>>();
  let busy = 0;
  for (const [n, id] of samples.entries()) {
    const frame = byId.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    // A sample stands for the time until the next one.
    const time = timeDeltas[n + 1] ?? 0;
    const place = placeOf(frame);
    const name = frame.functionName || 'anonymous';
    const functions = byPlace.get(place) ?? new Map<string, number>();
    byPlace.set(place, functions.set(name, (functions.get(name) ?? 0) + time));
    busy += time;
  }
  const sum = (times: Iterable<number>) => [...times].reduce((total, time) => total + time, 0);
  return [...byPlace]
    .map(([what, functions]) => ({
      what,
      share: sum(functions.values()) / busy,
      functions: [...functions]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_FUNCTIONS)
        .map(([name, time]) => `${name} ${percent(time / busy)}`),
    }))
    .sort((a, b) => b.share - a.share);
}

/** Finds the source of a place in the bundle by its source maps: the package, or our folder. */
async function readPlaces(appDir: string, maps: string): Promise<Parameters<typeof findHotSpots>[1]> {
  const known = new Map<string, SourceMap>();
  for (const file of await readdir(maps, { recursive: true }))
    if (file.endsWith('.map'))
      known.set(file.slice(0, -4), new SourceMap(JSON.parse(await readFile(join(maps, file), 'utf8')) as SourceMapPayload));
  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (url.startsWith('node:')) return url;
    const entry = known.get(url.slice(url.indexOf(appDir) + appDir.length + 1))?.findEntry(lineNumber, columnNumber);
    const source = entry && 'originalSource' in entry ? entry.originalSource : undefined;
    if (source === undefined) return url === '' ? functionName : url.slice(url.lastIndexOf('/') + 1);
    const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source)?.[1];
    return inPackage ?? /(?:src|functions)(?=\/)(?:\/.*(?=\/))?/.exec(source)?.[0] ?? source;
  };
}

const CLUSTERS = 8;

/**
 * Profiles a worker that sweeps a fleet of as many nodes, at the highest pace, and prints what takes its CPU time.
 *
 * @param maps - the folder of the source maps of the app.
 */
export async function benchHotSpots(nodes: number, appDir: string, maps: string): Promise<void> {
  const profiles = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-profile-'));
  try {
    const settings = { SWEEP_SCHEDULE: farSchedule(), STARTS_PER_MINUTE: '1500' };
    const NODE_OPTIONS = `${LIKE_IN_AZURE.NODE_OPTIONS} --cpu-prof --cpu-prof-dir=${profiles}`;
    const world = await startWorld(
      { clusters: CLUSTERS, nodesPerCluster: nodes / CLUSTERS },
      appDir,
      { ...settings, NODE_OPTIONS },
      startWorker,
    );
    try {
      const sweep = formatSweepId(new Date());
      await world.startSweep(sweep);
      await world.waitFor(sweep, 'completed');
    } finally {
      await world.stop();
    }
    const [profile] = await readdir(profiles);
    const spots = findHotSpots(JSON.parse(await readFile(join(profiles, profile!), 'utf8')), await readPlaces(appDir, maps));
    process.stdout.write(`\nCPU time of a worker, a sweep of ${nodes.toLocaleString('en')} nodes\n`);
    for (const { what, share, functions } of spots.slice(0, MOST_SPOTS))
      process.stdout.write(`${percent(share).padStart(8)}  ${what}: ${functions.join(', ')}\n`);
  } finally {
    await rm(profiles, { recursive: true, force: true });
  }
}
