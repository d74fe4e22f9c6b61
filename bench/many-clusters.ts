import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import type { Execution } from './executions.ts';
import { farSchedule, halfADayLater } from './far-schedule.ts';
import { measureRoutes, type RouteCost } from './measure-routes.ts';
import { seedClusters } from './seed-clusters.ts';
import { startWorker } from './start-worker.ts';
import { startWorld } from './world.ts';

/** What it costs to look at a sweep once. */
interface Look {
  what: string;
  seconds: number;
  cpuMs: number;
  transactions: number;
}

/** What a fleet costs for its clusters, whatever their nodes. */
interface ClusterFigures {
  clusters: number;
  looks: Look[];
  routes: RouteCost[];
}

const SETTLE_MS = 3000;
const GIVE_UP_MS = 300_000;
const PATHS = ['/api/fleet', '/api/clusters', '/api/clusters?limit=1000'];

/** Measures looks at a sweep of many clusters in a worker that does nothing else, and then the routes that list them. */
async function measureClusters(clusters: number, appDir: string, log: (sentence: string) => void): Promise<ClusterFigures> {
  const over = halfADayLater();
  const settings = { SWEEP_SCHEDULE: farSchedule(over) };
  const executions: Execution[] = [];
  const start: Parameters<typeof startWorld>[3] = (given) =>
    startWorker({ ...given, onExecution: (each) => executions.push(each), oneAtATime: true });
  const world = await startWorld({ clusters: 1, nodesPerCluster: 1 }, appDir, settings, start);
  try {
    const queue = new QueueClient(world.connectionString, 'work');
    log('writing the clusters …');
    const { sweep, tally } = await seedClusters(world.connectionString, clusters, settings);
    const count = () => Object.entries(world.storage.read().byKind).reduce((sum, [kind, n]) => (kind === 'poll' ? sum : sum + n), 0);
    const look = async (what: string): Promise<Look> => {
      // What the look before asked for is not measured, and what of it had been delivered already is over by then.
      await queue.clearMessages();
      await sleep(SETTLE_MS);
      executions.length = 0;
      const before = count();
      const message = { v: 1, kind: 'close-sweep', sweep, deadline: over.toISOString() };
      await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
      for (const end = Date.now() + GIVE_UP_MS; executions.length === 0; await sleep(20))
        if (Date.now() > end) throw new Error(`expected a look at a sweep of ${clusters} clusters within ${GIVE_UP_MS / 1000} s`);
      const transactions = count() - before;
      const [{ kind, from, to, cpuMs }] = executions as [Execution];
      if (kind !== 'close-sweep') throw new Error(`expected a look at the sweep to be executed, got ${kind}`);
      log(`${what}: ${(to - from) / 1000} s`);
      return { what, seconds: (to - from) / 1000, cpuMs, transactions };
    };
    // The first loads what it needs.
    await look('a first look');
    const looks = [await look('no cluster has its results')];
    await tally();
    looks.push(await look('all of them have'));
    looks.push(await look('all are assessed: the completion'));
    // Written by that look, or it was none of a sweep that is complete.
    await TableClient.fromConnectionString(world.connectionString, 'sweeps', { allowInsecureConnection: true }).getEntity(
      sweep,
      'completed',
    );
    log('measuring routes …');
    const env = { ...world.simulator.env, ...settings, AzureWebJobsStorage: world.storage.connectionString };
    return { clusters, looks, routes: await measureRoutes(appDir, env, PATHS) };
  } finally {
    await world.stop();
  }
}

/** Prints what many clusters cost: nothing is required of it. */
export async function benchClusters(sizes: readonly number[], appDir: string): Promise<void> {
  const all: ClusterFigures[] = [];
  for (const size of sizes)
    all.push(await measureClusters(size, appDir, (sentence) => process.stderr.write(`${size} clusters: ${sentence}\n`)));
  const row = (name: string, cell: (figures: ClusterFigures) => string | number) =>
    name.padEnd(58) + all.map((figures) => String(cell(figures)).padStart(10)).join('');
  const lines = [
    row('clusters', ({ clusters }) => clusters),
    ...all[0]!.looks.flatMap(({ what }, n) => [
      row(`a look at a sweep, ${what}, s`, ({ looks }) => looks[n]!.seconds.toFixed(2)),
      row('  CPU time, ms', ({ looks }) => looks[n]!.cpuMs.toFixed(0)),
      row('  storage transactions', ({ looks }) => looks[n]!.transactions),
    ]),
    ...PATHS.flatMap((path, n) => [
      row(`GET ${path}, ms`, ({ routes }) => routes[n]!.milliseconds),
      row('  CPU time of the host, ms', ({ routes }) => routes[n]!.cpuMs),
      row('  kilobytes', ({ routes }) => routes[n]!.kilobytes),
    ]),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
