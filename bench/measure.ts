import { addUpExecutions, estimateSweep } from '../src/cli/estimate-sweep.ts';
import { formatSweepId } from '../src/model/schedule.ts';
import { readSettings } from '../src/settings.ts';
import type { Runs } from './count-runs.ts';
import { farSchedule, halfADayLater } from './far-schedule.ts';
import { type HostCost, readHostCost } from './host-cost.ts';
import { type OutsideLedger, readLedger } from './read-ledger.ts';
import type { Size } from './sizes.ts';
import { mostStarts } from './start-rate.ts';
import { useUpPace } from './use-up-pace.ts';
import { startWorld, type World } from './world.ts';

/** The figures of one sweep over a fleet. */
export interface Figures {
  nodes: number;
  clusters: number;
  /** Runs that were started. */
  probes: number;
  /** Whether it was a sweep like all others, over nodes that had been probed before. */
  isUsual: boolean;
  sweepSeconds: number;
  armRequestsPerProbe: number;
  /** ARM requests of lists, which belong to no probe. */
  inventoryRequests: number;
  /** Without the listener's polling. */
  storagePerProbe: number;
  storagePerNode: number;
  storageByKind: Record<string, number>;
  storageKilobytesPerNode: number;
  listenerPolls: number;
  /** Of the host's process since its start. */
  peakMegabytes: number;
  hostCpuMsPerNode: number;
  /** Executions of functions and their billed seconds: what the plan estimates, and what was counted. */
  executions: { planned: number; counted: number };
  billedSeconds: { planned: number; counted: number };
  /** In any 10 s, of the bucket with the most; and what its setting allows. */
  mostStartsIn10Seconds: number;
  allowedIn10Seconds: number;
  ledger: OutsideLedger;
  /** Refused because a run was under way: never without crashes. */
  conflicts: number;
}

const WINDOW_MS = 10_000;
const NODES_PER_SLICE = 100;
// The highest value allowed: nodes answer at once, and somebody is waiting for the bench.
const STARTS_PER_MINUTE = 1500;
const ALLOWED = (STARTS_PER_MINUTE * WINDOW_MS) / 60_000 + NODES_PER_SLICE;

const round = (value: number, digits: number) => Number(value.toFixed(digits));

interface Snapshot {
  at: number;
  cost: HostCost;
  storage: ReturnType<World['storage']['read']>;
  arm: Awaited<ReturnType<World['armRequests']>>;
  runs: Runs;
}

async function takeSnapshot(world: World): Promise<Snapshot> {
  return {
    at: Date.now(),
    cost: await readHostCost(world.hostPid),
    storage: world.storage.read(),
    arm: await world.armRequests(),
    runs: { ...world.runs },
  };
}

function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const entries = Object.entries(after).map(([key, count]) => [key, count - (before[key] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/** What the plan says of a sweep over a fleet of the bench, whose nodes answer at once and whose sweeps are started by one message. */
function planSweep({ clusters, nodesPerCluster }: Size, settings: Record<string, string>): Runs {
  const cluster = { nodes: nodesPerCluster, slices: Math.ceil(nodesPerCluster / NODES_PER_SLICE) };
  const groups = Array.from({ length: clusters }, () => ({ clusters: [cluster] }));
  const read = readSettings({ ...settings, AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  const sweep = estimateSweep(groups, clusters, read, { post: 0, get: 0, run: 0 }, { timers: 0, messages: 1, looks: 0 });
  const { count, seconds } = addUpExecutions(sweep);
  return { count, billedSeconds: seconds };
}

/** Runs one sweep to its end and measures it. */
async function sweepOnce(
  world: World,
  { nodes, clusters, warmUp }: Size,
  planned: Runs,
  log: (sentence: string) => void,
): Promise<Figures> {
  world.starts.length = 0;
  const before = await takeSnapshot(world);
  const sweep = formatSweepId(new Date());
  await world.startSweep(sweep);
  const progress = setInterval(() => log(`${world.starts.length} nodes started`), 10_000);
  await world.waitFor(sweep, 'completed').finally(() => clearInterval(progress));
  const after = await takeSnapshot(world);

  const probes = world.starts.length;
  const arm = difference(after.arm.byOperation, before.arm.byOperation);
  const ofProbes = (arm.VirtualMachineScaleSetVMs_RunCommand ?? 0) + (arm.Operations_Get ?? 0);
  const { poll = 0, ...counted } = difference(after.storage.byKind, before.storage.byKind);
  return {
    nodes,
    clusters,
    probes,
    isUsual: warmUp === 'sweep',
    sweepSeconds: round((after.at - before.at) / 1000, 1),
    armRequestsPerProbe: round(ofProbes / probes, 3),
    inventoryRequests: sum(arm) - ofProbes,
    storagePerProbe: round(sum(counted) / probes, 3),
    storagePerNode: round(sum(counted) / nodes, 3),
    storageByKind: Object.fromEntries(Object.entries(counted).sort(([, a], [, b]) => b - a)),
    storageKilobytesPerNode: round((after.storage.bytesRead - before.storage.bytesRead) / 1024 / nodes, 1),
    listenerPolls: poll,
    peakMegabytes: Math.round(after.cost.peakMegabytes),
    hostCpuMsPerNode: round((after.cost.cpuMs - before.cost.cpuMs) / nodes, 2),
    executions: { planned: round(planned.count, 1), counted: after.runs.count - before.runs.count },
    billedSeconds: {
      planned: round(planned.billedSeconds, 1),
      counted: round(after.runs.billedSeconds - before.runs.billedSeconds, 1),
    },
    mostStartsIn10Seconds: mostStarts(world.starts, WINDOW_MS),
    allowedIn10Seconds: ALLOWED,
    ledger: await readLedger(world.connectionString, sweep),
    conflicts: after.arm.runCommand.conflicts,
  };
}

/**
 * Measures one sweep over a fleet in a world of its own, after the warm-up.
 *
 * @param appDir - the built app.
 * @param hostEnvironment - more for the host's process, e.g. `NODE_OPTIONS`.
 */
export async function measure(size: Size, appDir: string, hostEnvironment: Record<string, string> = {}): Promise<Figures> {
  const startedAt = Date.now();
  const log = (sentence: string) =>
    process.stderr.write(`${String(size.nodes).padStart(6)} nodes, ${Math.round((Date.now() - startedAt) / 1000)} s: ${sentence}\n`);
  const over = halfADayLater();
  const settings = {
    SWEEP_SCHEDULE: farSchedule(over),
    STARTS_PER_MINUTE: String(STARTS_PER_MINUTE),
    NODES_PER_SLICE: String(NODES_PER_SLICE),
    FIRST_COLLECT_SECONDS: '5',
    COLLECT_AGAIN_SECONDS: '5',
  };
  const planned = planSweep(size, settings);
  const world = await startWorld(size, appDir, { ...settings, ...hostEnvironment });
  try {
    const beyond = halfADayLater(over);
    if (size.warmUp !== 'none') {
      const restorePace = await useUpPace(world.connectionString, world.fleet, size.warmUp === 'sweep' ? size.paced : 0, beyond);
      log(`warming up with ${size.warmUp === 'sweep' ? 'a sweep' : 'an expansion'} …`);
      await sweepOnce(world, size, planned, log);
      await restorePace();
      // What is executed is held against the plan after a usual sweep alone.
      if (size.warmUp === 'sweep') await world.waitForQuiet();
    }
    await useUpPace(world.connectionString, world.fleet, size.paced, beyond);
    log('measuring a sweep …');
    const figures = await sweepOnce(world, size, planned, log);
    log(JSON.stringify(figures));
    return figures;
  } finally {
    await world.stop();
  }
}
