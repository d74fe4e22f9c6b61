import { openBlobStore } from '../../local/host/blob-store.ts';
import { HOSTS_CONTAINER, lockPath } from '../../local/host/timer-status.ts';
import { incidentScenes } from './record-incidents.ts';
import { type Recording, writeRecording } from './recording.ts';
import { HOST_ID, type Run, runApp, sent, sweeps } from './run-app.ts';

// Records what the real app sends to Application Insights in runs against the simulated Azure: "npm run record", or with the names of runs behind.
// By hand, where the telemetry has changed: it takes about an hour.

const SWEEP_SECONDS = 20;
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

const of = (clusters: ReturnType<typeof cluster>[]) => ({
  subscriptions: [{ id: SUBSCRIPTION, name: 'Recorded', clusters }],
  sweepSeconds: SWEEP_SECONDS,
});
const write = (name: Recording['name'], marks: Recording['marks'], rows: Recording['rows']) =>
  writeRecording({ name, sweepSeconds: SWEEP_SECONDS, marks, rows });

const scenes: Partial<Record<Recording['name'], () => Promise<void>>> = {
  async healthy() {
    await write('healthy', {}, await runApp(of(calm), async (run) => void (await sweeps(run, 4))));
  },

  async faulty() {
    const marks: Recording['marks'] = {};
    // A pace at which the widest cluster does not fit into a sweep, and a subscription that cannot be read.
    const settings = { STARTS_PER_MINUTE: '60', SUBSCRIPTIONS: `${SUBSCRIPTION},${UNREADABLE}` };
    const rows = await runApp({ ...of(troubled), settings }, async (run) => {
      await sweeps(run, 1);
      const [cutOff] = (await run.nodes(idOf('partly'))) as [string];
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
    const rows = await runApp(of(calm), async (run) => {
      await sweeps(run, 1);
      for (const { name } of calm) await run.set(idOf(name), 'no-output');
      marks.blind = await sweeps(run, 2, ({ baseData }) => baseData.properties.blind === 'true');
      for (const { name } of calm) await run.clear(idOf(name));
      marks.healed = await sweeps(run, 2, ({ baseData }) => baseData.properties.blind === 'false');
    });
    await write('blind', marks, rows);
  },

  async frozen() {
    const prepare = async (connectionString: string) => {
      const store = await openBlobStore({ connectionString }, HOSTS_CONTAINER);
      const lock = lockPath(HOST_ID, 'start-sweep');
      await store.write(lock, '');
      // For ever, as Azure names it.
      await store.acquireLease(lock, -1);
    };
    const act = async (run: Run) => void (await sweeps(run, 3));
    await write('frozen', {}, await runApp({ ...of(calm), prepare }, act));
  },

  async unwatched() {
    const settings = { EXCLUDE_CLUSTERS: '*' };
    await write('unwatched', {}, await runApp({ ...of(calm), settings }, async (run) => void (await sweeps(run, 3))));
  },

  ...incidentScenes,
};

for (const [name, scene] of Object.entries(scenes)) if (process.argv.length === 2 || process.argv.includes(name)) await scene();
