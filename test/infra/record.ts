import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueClient } from '@azure/storage-queue';
import { askSimulator } from '../../local/ask-simulator.ts';
import { startAzurite } from '../../local/azurite.ts';
import { openBlobStore } from '../../local/host/blob-store.ts';
import { startHost } from '../../local/host/start-host.ts';
import { HOSTS_CONTAINER, lockPath } from '../../local/host/timer-status.ts';
import { findKubectl } from '../../local/kubectl.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { startSimulator } from '../../local/simulator/start-simulator.ts';
import { scheduleFor } from '../../local/sweep-schedule.ts';
import { buildApp } from '../../scripts/build.ts';
import { until } from '../host/until.ts';
import type { Recorded, Recording } from './recording.ts';

// Records what the real app sends to Application Insights in runs against the simulated Azure: "npm run record", or with the name of one run behind.
// By hand, where the telemetry has changed: it takes about eight minutes.

const SWEEP_SECONDS = 20;
const MOST_MS = 240_000;
const HOST_ID = 'recorded';
const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000008';
const UNREADABLE = 'bbbbbbbb-0000-4000-8000-000000000008';

const cluster = (name: string, location: string, count: number) => ({
  name,
  resourceGroup: `rg-${name}`,
  location,
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count, zones: ['1', '2', '3'] as ('1' | '2' | '3')[] }],
});
const idOf = (name: string) => `${SUBSCRIPTION}.rg-${name}.${name}`;

// Each in a region of its own, so that no pace is shared.
const calm = [cluster('calm', 'westeurope', 3), cluster('quiet', 'northeurope', 2)];
const troubled = [
  cluster('down', 'westeurope', 3),
  cluster('partly', 'northeurope', 4),
  cluster('unseen', 'eastus', 3),
  cluster('busy', 'westus', 2),
  cluster('wide', 'uksouth', 20),
  cluster('locked', 'eastus2', 2),
];

interface Run {
  envelopes(): Promise<Recorded[]>;
  set(target: string, fault: string): Promise<unknown>;
  clear(target: string): Promise<unknown>;
  nodes(name: string): Promise<string[]>;
  sendGarbage(): Promise<unknown>;
}

async function inRun(
  clusters: FleetFile['subscriptions'][number]['clusters'],
  settings: Record<string, string>,
  act: (run: Run) => Promise<void>,
  prepare: (connectionString: string) => Promise<void> = async () => {},
) {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-record-'));
  await buildApp(join(dir, 'app'));
  const azurite = await startAzurite();
  await prepare(azurite.connectionString);
  const fleet = parseFleet({ subscriptions: [{ id: SUBSCRIPTION, name: 'Recorded', clusters }] }, 'The recorded fleet');
  const simulator = await startSimulator({ fleet, dir, runCommandSeconds: 1, kubectl: await findKubectl() });
  const ask = async (method: string, path: string, body?: object) =>
    JSON.parse((await askSimulator(simulator, method, path, body)).text || 'null');
  const host = await startHost({
    appDir: join(dir, 'app'),
    env: {
      AzureWebJobsStorage: azurite.connectionString,
      AzureFunctionsWebHost__hostid: HOST_ID,
      ...simulator.env,
      SWEEP_SCHEDULE: scheduleFor(SWEEP_SECONDS)!,
      FIRST_COLLECT_SECONDS: '2',
      COLLECT_AGAIN_SECONDS: '1',
      FLAP_WINDOW_MINUTES: '0',
      PAGE_URL: 'https://func-example.azurewebsites.net/api/status',
      SUBSCRIPTIONS: SUBSCRIPTION,
      ...settings,
    },
    onLog: (line) => process.stderr.write(`${line}\n`),
  });
  // A monitor, which asks whether sweeps complete.
  const monitor = setInterval(() => fetch(`${host.url}/api/health`).catch(() => undefined), 5_000);
  const run: Run = {
    async envelopes() {
      const all: { time: string; data: Omit<Recorded, 'time'> }[] = await ask('GET', '/control/telemetry');
      const kept = all.filter(({ data }) => data.baseType === 'EventData' || data.baseType === 'AvailabilityData');
      return kept.map(({ time, data }) => ({ time, baseType: data.baseType, baseData: data.baseData }));
    },
    set: (target, fault) => ask('PUT', `/control/faults/${encodeURIComponent(target)}`, { fault }),
    clear: (target) => ask('DELETE', `/control/faults/${encodeURIComponent(target)}`),
    async nodes(name) {
      const found: { cluster: string; nodes: { name: string }[] }[] = await ask('GET', '/control/fleet');
      return found.filter((each) => each.cluster.toLowerCase() === idOf(name)).flatMap(({ nodes }) => nodes.map((node) => node.name));
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

/** Waits for as many further sweeps as asked whose heartbeat satisfies. */
async function sweeps(run: Run, count: number, satisfies: (row: Recorded) => boolean = () => true): Promise<string> {
  const before = named(await run.envelopes(), 'SweepCompleted').length;
  const further = async () =>
    named(await run.envelopes(), 'SweepCompleted')
      .slice(before)
      .filter(satisfies);
  await until(`${count} further sweeps`, async () => (await further()).length >= count, MOST_MS);
  return (await further()).at(-1)!.time;
}

const sent = (run: Run, name: string) => until(name, async () => named(await run.envelopes(), name).length > 0, MOST_MS);

async function write(name: Recording['name'], marks: Recording['marks'], rows: Recorded[]): Promise<void> {
  const folder = new URL('recorded/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const head = JSON.stringify({ sweepSeconds: SWEEP_SECONDS, marks });
  await writeFile(new URL(`${name}.ndjson`, folder), `${[head, ...rows.map((row) => JSON.stringify(row))].join('\n')}\n`);
}

const scenes: Record<Recording['name'], () => Promise<void>> = {
  async healthy() {
    await write('healthy', {}, await inRun(calm, {}, async (run) => void (await sweeps(run, 4))));
  },

  async faulty() {
    const marks: Recording['marks'] = {};
    // A pace at which the widest cluster does not fit into a sweep, and a subscription that cannot be read.
    const tight = { STARTS_PER_MINUTE: '60', SUBSCRIPTIONS: `${SUBSCRIPTION},${UNREADABLE}` };
    const rows = await inRun(troubled, tight, async (run) => {
      await sweeps(run, 1);
      const [cutOff] = (await run.nodes('partly')) as [string];
      await run.set(idOf('down'), 'nsg-denies');
      await run.set(cutOff, 'name-not-found');
      await run.set(idOf('unseen'), 'no-output');
      await run.set(idOf('busy'), 'throttled');
      await run.set(idOf('locked'), 'cluster-locked');
      await run.sendGarbage();
      for (const name of ['ClusterOutageStarted', 'NodeOutageStarted', 'ClusterBlind', 'ProberError']) await sent(run, name);
      marks.faults = await sweeps(run, 3);
      for (const { name } of troubled) await run.clear(idOf(name));
      await run.clear(cutOff);
      for (const name of ['ClusterOutageEnded', 'NodeOutageEnded', 'ClusterSighted']) await sent(run, name);
      marks.healed = await sweeps(run, 2);
    });
    await write('faulty', marks, rows);
  },

  async blind() {
    const marks: Recording['marks'] = {};
    const rows = await inRun(calm, {}, async (run) => {
      await sweeps(run, 1);
      for (const { name } of calm) await run.set(idOf(name), 'no-output');
      marks.blind = await sweeps(run, 2, ({ baseData }) => baseData.properties.blind === 'true');
      for (const { name } of calm) await run.clear(idOf(name));
      marks.healed = await sweeps(run, 2, ({ baseData }) => baseData.properties.blind === 'false');
    });
    await write('blind', marks, rows);
  },

  async frozen() {
    const freeze = async (connectionString: string) => {
      const store = await openBlobStore(connectionString, HOSTS_CONTAINER);
      const lock = lockPath(HOST_ID, 'start-sweep');
      await store.write(lock, '');
      // For ever, as Azure names it.
      await store.acquireLease(lock, -1);
    };
    const act = async (run: Run) => void (await sweeps(run, 3));
    await write('frozen', {}, await inRun(calm, {}, act, freeze));
  },

  async unwatched() {
    await write('unwatched', {}, await inRun(calm, { EXCLUDE_CLUSTERS: '*' }, async (run) => void (await sweeps(run, 3))));
  },
};

for (const [name, scene] of Object.entries(scenes)) if (process.argv.length === 2 || process.argv.includes(name)) await scene();
