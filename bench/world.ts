import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { askSimulator } from '../local/ask-simulator.ts';
import { startAzurite } from '../local/azurite.ts';
import { type Host, type HostStart, startHost } from '../local/host/start-host.ts';
import type { Fleet } from '../local/simulator/fleet-schema.ts';
import { type Simulator, startSimulator } from '../local/simulator/start-simulator.ts';
import { toLongJson } from '../src/tables/long-json.ts';
import { benchFleet, type FleetShape, healthyAnswer } from './bench-fleet.ts';
import { countRun, type Runs } from './count-runs.ts';
import { countStorage, type StorageCounter } from './count-storage.ts';
import type { Start } from './start-rate.ts';

/** Storage, Azure and a host for one size, so that nothing of one size is left in another. */
export interface World {
  fleet: Fleet;
  hostPid: number;
  storage: StorageCounter;
  /** Where the simulator answers, and what its telemetry has taken in. */
  simulator: Simulator;
  /** Bypasses the count. */
  connectionString: string;
  /** The executions of the app so far, where the host logs them. */
  runs: Runs;
  /** Every run that was started, as the simulator saw it. */
  starts: Start[];
  armRequests(): Promise<ArmRequests>;
  /** Starts a sweep, as the timer does. */
  startSweep(sweep: string): Promise<void>;
  /** Waits until no function has run for a while: what a sweep leaves behind, such as its last assessments, would count with the next one. */
  waitForQuiet(): Promise<void>;
  /** Waits for a row of a sweep; `sweep` and `completed` are its first and its last. */
  waitFor(sweep: string, rowKey: string): Promise<void>;
  stop(): Promise<void>;
}

/** What `GET /control/requests` answers. */
export interface ArmRequests {
  byOperation: Record<string, number>;
  runCommand: { started: number; conflicts: number; mostAtOncePerNode: number };
}

type ProcessStart = Pick<HostStart, 'appDir' | 'env'> & { onLog(line: string): void };

// About as many instances with their views as Azure puts on a page.
const PAGES = { subscriptions: 100, clusters: 100, scaleSets: 100, instances: 120 };
// V8 sizes its heap by the machine, at a quarter of its memory: this is what the host would use on an instance of 2 GB.
const LIKE_IN_AZURE = { NODE_OPTIONS: '--max-old-space-size=512' };
const GIVE_UP_MS = 600_000;
const QUIET_MS = 15_000;

/**
 * Starts a world.
 *
 * @param appDir - the built app.
 * @param settings - the app's, beside those of the simulator.
 * @param startProcess - what runs the app: the host, or a worker alone.
 * @param runCommandSeconds - how long a run takes.
 */
export async function startWorld(
  shape: FleetShape,
  appDir: string,
  settings: Record<string, string>,
  startProcess: (start: ProcessStart) => Promise<Pick<Host, 'pid' | 'stop'>> = startHost,
  runCommandSeconds = 0,
): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const azurite = await startAzurite();
    stops.push(azurite.stop);
    const storage = await countStorage(azurite.connectionString);
    stops.push(storage.stop);
    const fleet = benchFleet(shape);
    const starts: Start[] = [];
    const runs: Runs = { count: 0, billedSeconds: 0 };
    const simulator = await startSimulator({
      fleet,
      dir,
      runCommandSeconds,
      kubectl: '/nowhere/kubectl',
      instantNodes: true,
      answer({ cluster }, script) {
        starts.push({ bucket: `${cluster.subscriptionId}|${cluster.spec.location}`, at: Date.now() });
        return healthyAnswer(script);
      },
      pageSizes: PAGES,
    });
    stops.push(simulator.stop);
    const host = await startProcess({
      appDir,
      env: { ...LIKE_IN_AZURE, ...simulator.env, ...settings, AzureWebJobsStorage: storage.connectionString },
      onLog: (line) => void (countRun(runs, line) || process.stderr.write(`${line}\n`)),
    });
    stops.push(host.stop);
    const queue = new QueueClient(azurite.connectionString, 'work');
    await queue.createIfNotExists();
    const sweeps = TableClient.fromConnectionString(azurite.connectionString, 'sweeps', { allowInsecureConnection: true });
    return {
      fleet,
      hostPid: host.pid,
      simulator,
      storage,
      runs,
      connectionString: azurite.connectionString,
      starts,
      armRequests: async () => JSON.parse((await askSimulator(simulator, 'GET', '/control/requests')).text),
      async startSweep(sweep) {
        // The schedule has no such occurrence: without a row of the sweep, its message would count as forged.
        await sweeps.createTable();
        const subscriptions = toLongJson(
          'subscriptions',
          fleet.subscriptions.map(({ id }) => id),
        );
        await sweeps.createEntity({ partitionKey: sweep, rowKey: 'sweep', startedAt: new Date().toISOString(), ...subscriptions });
        const message = { v: 1, kind: 'start-sweep', sweep, deadline: new Date(Date.now() + GIVE_UP_MS).toISOString() };
        await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
      },
      async waitForQuiet() {
        for (let before = -1; before !== runs.count; await sleep(QUIET_MS)) before = runs.count;
      },
      async waitFor(sweep, rowKey) {
        const deadline = Date.now() + GIVE_UP_MS;
        while (!(await sweeps.getEntity(sweep, rowKey).then(Boolean, () => false))) {
          if (Date.now() > deadline) throw new Error(`expected the row ${rowKey} of sweep ${sweep} within ${GIVE_UP_MS / 1000} s`);
          await sleep(250);
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
