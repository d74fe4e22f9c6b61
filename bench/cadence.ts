import { startAzurite } from '../local/azurite.ts';
import type { FleetFile } from '../local/simulator/fleet-schema.ts';
import { INTERVAL_MINUTES, MINUTE_MS, openCampaignWorld } from '../test/chaos/campaign-world.ts';
import { type Dice, rollDice } from '../test/chaos/dice.ts';
import { gatherChronicle } from '../test/chaos/gather-chronicle.ts';
import type { FleetNames } from '../test/chaos/plan-campaign.ts';
import type { CampaignPlan, Trouble } from '../test/chaos/troubles.ts';
import { median } from './median.ts';
import type { Requirement } from './required.ts';

/** What one way of sweeping came to. */
export interface CadenceFigures {
  /** Runs from the first fault on. */
  runs: number;
  /** Seconds from the end of each fault until its end was notified. */
  nodes: number[];
  clusters: number[];
}

type CadenceRequirement = Pick<Requirement, 'holds' | 'sentence'>;

const CLUSTERS = 16;
const NODES = 10;
/** Only some of the clusters ever fail. */
const FAILING = 4;
/** Into so many parts of the interval the ends of faults fall in turn, so that few of them say as much as many. */
const PARTS = 6;
/** Nodes are long healthy after an hour. */
const WARM_MINUTES = 70;
const MOST_RUNS = 1.02;
const MOST_TIME = 0.5;

const fleet: FleetFile = {
  subscriptions: [
    {
      id: 'cccccccc-0000-4000-8000-000000000001',
      name: 'Cadence',
      clusters: Array.from({ length: CLUSTERS }, (_, n) => ({
        name: `c${n + 1}`,
        resourceGroup: 'rg-cadence',
        location: 'westeurope',
        kubernetesVersion: '1.33.5',
        pools: [{ name: 'web', count: NODES }],
      })),
    },
  ],
};

/** Faults one after the other in each of the clusters that fail, of a node or of the whole cluster, which end at any moment of a sweep. */
function planFaults(dice: Dice, names: FleetNames, hours: number): CampaignPlan {
  const end = WARM_MINUTES + hours * 60;
  const troubles: Trouble[] = [];
  const ended = { node: 0, cluster: 0 };
  for (const [n, { cluster, nodes }] of names.slice(0, FAILING).entries()) {
    const kind = n % 2 === 0 ? 'node' : 'cluster';
    for (let at = WARM_MINUTES + dice.between(0, 15); at + 25 < end; ) {
      const sweep = Math.ceil((at + dice.between(11, 16)) / INTERVAL_MINUTES) * INTERVAL_MINUTES;
      const until = sweep + (INTERVAL_MINUTES * ((ended[kind] % PARTS) + dice.next())) / PARTS;
      ended[kind] += 1;
      const target = kind === 'cluster' ? cluster : `${cluster}/${dice.pick(nodes)}`;
      troubles.push({ kind: 'fault', target, fault: 'refused', from: at, until });
      at = until + dice.between(16, 21);
    }
  }
  return { seed: 0, calmFrom: end, end: end + 15, troubles: troubles.sort((a, b) => a.from - b.from) };
}

async function sweepWith(settings: Record<string, string>, hours: number, seed: number): Promise<CadenceFigures> {
  const azurite = await startAzurite();
  try {
    const plan = (names: FleetNames) => planFaults(rollDice(seed, 'cadence'), names, hours);
    const own = { fleet, plan, settings: { ...settings, INCIDENT_CLUSTERS: '1000', FLAP_WINDOW_MINUTES: '0' } };
    const world = await openCampaignWorld(seed, azurite.connectionString, undefined, own);
    try {
      await world.run();
      const chronicle = await gatherChronicle({
        ...world,
        services: world.witness().services,
        intervalMs: INTERVAL_MINUTES * MINUTE_MS,
        calmSweeps: 2,
      });
      const { record, notices, start } = chronicle;
      const from = new Date(start + WARM_MINUTES * MINUTE_MS).toISOString();
      const ends = notices.filter(({ sink, name }) => sink === 'ingestion' && /^(Node|Cluster)OutageEnded$/.test(name));
      const secondsOf = (isCluster: boolean) =>
        world.plan.troubles.flatMap((trouble) => {
          if (trouble.kind !== 'fault' || trouble.target.includes('/') === isCluster) return [];
          const [cluster, node] = trouble.target.split('/');
          const over = start + trouble.until * MINUTE_MS;
          const end = ends.find(
            ({ time, properties }) => Date.parse(time) > over && properties.cluster === cluster && (isCluster || properties.node === node),
          );
          return end === undefined ? [Number.POSITIVE_INFINITY] : [(Date.parse(end.time) - over) / 1000];
        });
      const runs = record.runs.filter(({ beganAt }) => beganAt >= from).length;
      return { runs, nodes: secondsOf(false), clusters: secondsOf(true) };
    } finally {
      await world.stop();
    }
  } finally {
    await azurite.stop();
  }
}

/**
 * Compares sweeps by the schedule alone with sweeps that probe nodes in trouble more often and long healthy ones less often, over the same faults, by a
 * clock that is stepped.
 *
 * @param hours - for how long faults come, after an hour without any.
 */
async function compareCadence(hours: number, seed: number): Promise<{ even: CadenceFigures; adaptive: CadenceFigures }> {
  const even = await sweepWith({ RECHECKS_PER_SWEEP: '0' }, hours, seed);
  const adaptive = await sweepWith({ RECHECKS_PER_SWEEP: '2', MAX_AGE_MINUTES: String(2 * INTERVAL_MINUTES) }, hours, seed);
  return { even, adaptive };
}

const describe = (name: string, { runs, nodes, clusters }: CadenceFigures) =>
  `${name}: ${runs} runs; the end of an outage of a node is notified after ${median(nodes).toFixed(0)} s in the median of ${nodes.length}, of a cluster after ${median(clusters).toFixed(0)} s of ${clusters.length}`;

/** Compares both, prints what they came to, and returns a sentence for each required figure that is missed. */
export async function benchCadence(hours: number, seed: number): Promise<string[]> {
  // The app says what it notices, in this process.
  for (const way of ['log', 'warn', 'error', 'info'] as const) console[way] = () => {};
  const figures = await compareCadence(hours, seed);
  const judged = judgeCadence(figures);
  const lines = [describe('even', figures.even), describe('adaptive', figures.adaptive), ...judged.map(({ sentence }) => sentence)];
  process.stdout.write(`\nwhen ends are notified\n${lines.join('\n')}\n`);
  return judged.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
}

/** Checks that the time until an end is notified has halved, for the same number of runs. Pure. */
export function judgeCadence({ even, adaptive }: { even: CadenceFigures; adaptive: CadenceFigures }): CadenceRequirement[] {
  const runs = adaptive.runs / even.runs;
  const halved = (what: 'nodes' | 'clusters'): CadenceRequirement => {
    const [before, after] = [median(even[what]), median(adaptive[what])];
    const sentence = `expected the median time until the end of an outage of ${what} is notified to be at most half of ${before.toFixed(0)} s, got ${after.toFixed(0)} s`;
    return { holds: after <= MOST_TIME * before, sentence };
  };
  return [
    { holds: runs <= MOST_RUNS, sentence: `expected at most ${MOST_RUNS} times the ${even.runs} runs, got ${adaptive.runs}` },
    halved('nodes'),
    halved('clusters'),
  ];
}
