import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { type Recording, writeRecording } from './recording.ts';
import { type Run, type RunOptions, runApp, sweeps } from './run-app.ts';

type ClusterFile = FleetFile['subscriptions'][number]['clusters'][number];

const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000008';
const OTHER = 'cccccccc-0000-4000-8000-000000000008';
const HUB = 'hub-fw';
const SWEEP_SECONDS = 20;
/** A search in Azure takes about 15 s, and words wait for a third of an interval: with shorter sweeps none would have its cause. */
const HUB_SWEEP_SECONDS = 60;
/** A sweep over 500 clusters takes 40 to 150 s on one machine of two cores that does nothing else. */
const FLEET_SWEEP_SECONDS = 180;
/** Sweeps before something breaks, while it is broken, and after it has healed. */
const SWEEPS = { before: 2, during: 4, after: 4 };
/** As few as it takes for a large fleet to be told of, and to be well again. */
const FLEET_SWEEPS = { before: 1, during: 2, after: 5 };
// Azure lets a node that comes and goes be one outage for 15 minutes, which are three intervals of five: so many here, too.
const FLAPS = { FLAP_WINDOW_MINUTES: '1' };

const regions = ['westeurope', 'northeurope', 'uksouth', 'eastus', 'westus', 'swedencentral'];
const cluster = (name: string, index: number, more: Partial<ClusterFile> = {}): ClusterFile => ({
  name,
  resourceGroup: `rg-${name}`,
  location: regions[index % regions.length]!,
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count: 3, zones: ['1', '2', '3'] }],
  ...more,
});
const clusters = (prefix: string, count: number, more: Partial<ClusterFile> = {}) =>
  Array.from({ length: count }, (_, index) => cluster(`${prefix}-${index + 1}`, index, more));
const idOf = (name: string, subscription = SUBSCRIPTION) => `${subscription}.rg-${name}.${name}`;

const small = [{ id: SUBSCRIPTION, name: 'Recorded', clusters: clusters('shop', 4) }];
const two = [...small, { id: OTHER, name: 'Other', clusters: clusters('lab', 3) }];
/** Twelve clusters whose nodes leave by the firewall of a hub, and fourteen that do not. */
const behindHub = [
  {
    id: SUBSCRIPTION,
    name: 'Recorded',
    hubs: [{ name: HUB, resourceGroup: 'rg-hub', firewall: { privateAddress: '10.0.0.4', publicAddress: '198.18.250.4' } }],
    clusters: clusters('spoke', 12).map((each) => ({
      ...each,
      network: {
        vnet: `vnet-${each.name}`,
        resourceGroup: `rg-net-${each.name}`,
        subnet: 'snet',
        hub: HUB,
        outboundType: 'userDefinedRouting' as const,
      },
    })),
  },
  { id: OTHER, name: 'Other', clusters: clusters('lab', 14, { pools: [{ name: 'web', count: 1 }] }) },
];
const spokes = Array.from({ length: 12 }, (_, index) => idOf(`spoke-${index + 1}`));
/** 500 clusters, a hundred in each of five subscriptions. */
const fleet = Array.from({ length: 5 }, (_, number) => ({
  id: `dddddddd-0000-4000-8000-00000000000${number + 1}`,
  name: `Fleet ${number + 1}`,
  clusters: clusters(`fleet-${number + 1}`, 100, { pools: [{ name: 'web', count: 2, zones: ['1', '2'] }] }),
}));
const everywhere = fleet.flatMap(({ id, clusters: of }) => of.map(({ name }) => idOf(name, id)));

const now = () => new Date().toISOString();

/** Records a run that is well at first, and in which something then breaks and heals: sweeps before, during and after. */
async function record(
  name: Recording['name'],
  { count = SWEEPS, ...options }: Omit<RunOptions, 'sweepSeconds'> & { sweepSeconds?: number; count?: typeof SWEEPS },
  scene: (run: Run, marks: Recording['marks']) => Promise<void>,
): Promise<void> {
  const { sweepSeconds = SWEEP_SECONDS } = options;
  const marks: Recording['marks'] = {};
  const rows = await runApp({ ...options, sweepSeconds }, async (run) => {
    await sweeps(run, count.before);
    await scene(run, marks);
    await sweeps(run, count.after);
  });
  await writeRecording({ name, sweepSeconds, marks, rows });
}

/** Something breaks, stays so for some sweeps, and heals. */
const broken =
  (breakIt: (run: Run) => Promise<unknown>, heal: (run: Run) => Promise<unknown>, during = SWEEPS.during) =>
  async (run: Run, marks: Recording['marks']) => {
    marks.fault = now();
    await breakIt(run);
    await sweeps(run, during);
    marks.healed = now();
    await heal(run);
  };

/** A fault of the whole fleet, by subscription. */
const onAll = (fault: string) =>
  broken(
    async (run) => {
      for (const { id } of two) await run.set(id, fault);
    },
    async (run) => {
      for (const { id } of two) await run.clear(id);
    },
  );

/** Twelve clusters fail together, and as many of them as given are well after each part. */
async function healInParts(name: 'parts' | 'left', parts: readonly number[]): Promise<void> {
  const cutOff = new Set<string>();
  await record(name, { subscriptions: behindHub, cutOff, sweepSeconds: HUB_SWEEP_SECONDS }, async (run, marks) => {
    marks.fault = now();
    for (const id of spokes) cutOff.add(id);
    await run.set(HUB, 'default-route-to-appliance');
    await sweeps(run, 2);
    marks.healed = now();
    for (const until of parts) {
      for (const id of spokes.slice(0, until)) cutOff.delete(id);
      if (until === spokes.length) await run.clear(HUB);
      await sweeps(run, 3);
    }
  });
}

/** Runs in which something happens that people must be told of once, and each of which is expected to wake somebody once. */
export const incidentScenes: Partial<Record<Recording['name'], () => Promise<void>>> = {
  node: () =>
    record('node', { subscriptions: small }, async (run, marks) => {
      const [first] = (await run.nodes(idOf('shop-1'))) as [string];
      await broken(
        () => run.set(first, 'name-not-found'),
        () => run.clear(first),
      )(run, marks);
    }),

  flapping: () =>
    record('flapping', { subscriptions: small, settings: FLAPS }, async (run, marks) => {
      const [first] = (await run.nodes(idOf('shop-1'))) as [string];
      marks.fault = now();
      for (let time = 0; time < 4; time++) {
        await run.set(first, 'name-not-found');
        await sweeps(run, 1);
        await run.clear(first);
        if (time === 3) marks.healed = now();
        await sweeps(run, 1);
      }
    }),

  cluster: () =>
    record(
      'cluster',
      { subscriptions: small },
      broken(
        (run) => run.set(idOf('shop-1'), 'nsg-denies'),
        (run) => run.clear(idOf('shop-1')),
      ),
    ),

  async hub() {
    const cutOff = new Set<string>();
    const breakIt = async (run: Run) => {
      for (const id of spokes) cutOff.add(id);
      await run.set(HUB, 'default-route-to-appliance');
    };
    const heal = async (run: Run) => {
      cutOff.clear();
      await run.clear(HUB);
    };
    await record('hub', { subscriptions: behindHub, cutOff, sweepSeconds: HUB_SWEEP_SECONDS }, broken(breakIt, heal));
  },

  parts: () => healInParts('parts', [4, 8, 12]),
  left: () => healInParts('left', [4, 10, 12]),

  async fleet() {
    const cutOff = new Set<string>();
    const breakIt = async () => {
      for (const id of everywhere) cutOff.add(id);
    };
    const heal = async () => cutOff.clear();
    await record(
      'fleet',
      { subscriptions: fleet, cutOff, sweepSeconds: FLEET_SWEEP_SECONDS, count: FLEET_SWEEPS, settings: { STARTS_PER_MINUTE: '1500' } },
      broken(breakIt, heal, FLEET_SWEEPS.during),
    );
  },

  rights: () => record('rights', { subscriptions: two, cutOff: new Set() }, onAll('access-denied')),
  // A silent node is waited for until its probe's deadline: half an interval, as with sweeps of five minutes.
  firewall: () =>
    record(
      'firewall',
      { subscriptions: two, cutOff: new Set(), sweepSeconds: HUB_SWEEP_SECONDS, settings: { PROBE_DEADLINE_SECONDS: '30' } },
      onAll('agent-silent'),
    ),
  refusal: () => record('refusal', { subscriptions: two, cutOff: new Set() }, onAll('extensions-disallowed')),
};
