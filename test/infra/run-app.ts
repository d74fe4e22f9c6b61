import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueClient } from '@azure/storage-queue';
import { healthyAnswer } from '../../bench/bench-fleet.ts';
import { askSimulator } from '../../local/ask-simulator.ts';
import { startAzurite } from '../../local/azurite.ts';
import { startHost } from '../../local/host/start-host.ts';
import { findKubectl } from '../../local/kubectl.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { startSimulator } from '../../local/simulator/start-simulator.ts';
import { scheduleFor } from '../../local/sweep-schedule.ts';
import { buildApp } from '../../scripts/build.ts';
import { until } from '../host/until.ts';
import type { Recorded } from './recording.ts';

export const HOST_ID = 'recorded';

/** What a run is of. */
export interface RunOptions {
  subscriptions: FleetFile['subscriptions'];
  sweepSeconds: number;
  settings?: Record<string, string>;
  /** Clusters, by id, whose nodes get no answer of their API server, as of now. Where it is given no script runs: nodes answer at once. */
  cutOff?: ReadonlySet<string>;
  /** Runs before the app starts. */
  prepare?: (connectionString: string) => Promise<void>;
}

/** The app as it runs against the simulated Azure. */
export interface Run {
  sweepSeconds: number;
  envelopes(): Promise<Recorded[]>;
  set(target: string, fault: string): Promise<unknown>;
  clear(target: string): Promise<unknown>;
  /** Names of the nodes of a cluster, by its id. */
  nodes(cluster: string): Promise<string[]>;
  sendGarbage(): Promise<unknown>;
}

/** What the script of a node prints that gets no answer of its API server. */
function cutOffAnswer(script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\nms=5000\nkubeconfig=ok\ndns=198.18.1.1\ntcp=timeout\nAFP1 end ${nonce} rc=1\n`;
}

/** Runs the app while `act` acts on it. Resolves with everything that it sent to Application Insights. */
export async function runApp({ subscriptions, sweepSeconds, settings, cutOff, prepare }: RunOptions, act: (run: Run) => Promise<void>) {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-record-'));
  await buildApp(join(dir, 'app'));
  const azurite = await startAzurite();
  await prepare?.(azurite.connectionString);
  const instant = cutOff && {
    instantNodes: true,
    answer: ({ cluster }: { cluster: { id: string } }, script: string) => (cutOff.has(cluster.id) ? cutOffAnswer : healthyAnswer)(script),
    pageSizes: { subscriptions: 100, clusters: 100, scaleSets: 100, instances: 120 },
  };
  const simulator = await startSimulator({
    fleet: parseFleet({ subscriptions }, 'The recorded fleet'),
    dir,
    runCommandSeconds: cutOff ? 0 : 1,
    kubectl: cutOff ? '/nowhere/kubectl' : await findKubectl(),
    ...instant,
  });
  const ask = async (method: string, path: string, body?: object) =>
    JSON.parse((await askSimulator(simulator, method, path, body)).text || 'null');
  const host = await startHost({
    appDir: join(dir, 'app'),
    env: {
      AzureWebJobsStorage: azurite.connectionString,
      AzureFunctionsWebHost__hostid: HOST_ID,
      ...simulator.env,
      SWEEP_SCHEDULE: scheduleFor(sweepSeconds)!,
      FIRST_COLLECT_SECONDS: '2',
      COLLECT_AGAIN_SECONDS: '1',
      FLAP_WINDOW_MINUTES: '0',
      PAGE_URL: 'https://func-example.azurewebsites.net/api/status',
      SUBSCRIPTIONS: subscriptions.map(({ id }) => id).join(),
      ...settings,
    },
    onLog: (line) => process.stderr.write(`${line}\n`),
  });
  // A monitor, which asks whether sweeps complete.
  const monitor = setInterval(() => fetch(`${host.url}/api/health`).catch(() => undefined), 5_000);
  const run: Run = {
    sweepSeconds,
    async envelopes() {
      const all: { time: string; data: Omit<Recorded, 'time'> }[] = await ask('GET', '/control/telemetry');
      const kept = all.filter(({ data }) => data.baseType === 'EventData' || data.baseType === 'AvailabilityData');
      return kept.map(({ time, data }) => ({ time, baseType: data.baseType, baseData: data.baseData }));
    },
    set: (target, fault) => ask('PUT', `/control/faults/${encodeURIComponent(target)}`, { fault }),
    clear: (target) => ask('DELETE', `/control/faults/${encodeURIComponent(target)}`),
    async nodes(cluster) {
      const found: { cluster: string; nodes: { name: string }[] }[] = await ask('GET', '/control/fleet');
      return found.filter((each) => each.cluster.toLowerCase() === cluster).flatMap(({ nodes }) => nodes.map((node) => node.name));
    },
    sendGarbage: () => new QueueClient(azurite.connectionString, 'work').sendMessage(Buffer.from('{"kind":"none"}').toString('base64')),
  };
  try {
    await act(run);
    return await run.envelopes();
  } finally {
    clearInterval(monitor);
    await host.stop();
    await simulator.stop();
    await azurite.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const named = (rows: readonly Recorded[], name: string) => rows.filter(({ baseData }) => baseData.name === name);
/** How long a sweep is waited for; one of many clusters may take more than its interval. */
const mostMs = ({ sweepSeconds }: Run) => 12 * sweepSeconds * 1000;

/** Waits for as many further sweeps as asked whose heartbeat satisfies. Resolves with the time of the last. */
export async function sweeps(run: Run, count: number, satisfies: (row: Recorded) => boolean = () => true): Promise<string> {
  const before = named(await run.envelopes(), 'SweepCompleted').length;
  const further = async () =>
    named(await run.envelopes(), 'SweepCompleted')
      .slice(before)
      .filter(satisfies);
  await until(`${count} further sweeps`, async () => (await further()).length >= count, count * mostMs(run));
  return (await further()).at(-1)!.time;
}

/** Waits for an event. */
export const sent = (run: Run, name: string) => until(name, async () => named(await run.envelopes(), name).length > 0, mostMs(run));
