import type { FleetFile } from '../local/simulator/fleet-schema.ts';
import type { SimulatedNode } from '../local/simulator/lay-out-fleet.ts';

/** What fails: one node, or all nodes of a cluster. */
export type Fault = 'node' | 'cluster';

/** A subscription and region starts the runs of so many clusters at a time without much waiting. */
const CLUSTERS_PER_SUBSCRIPTION = 20;

/** Clusters that are alike, `shop-1` and so on, twenty in a subscription. */
export function detectionFleet(clusters: number, nodes: number): FleetFile {
  const one = (n: number): FleetFile['subscriptions'][number]['clusters'][number] => ({
    name: `shop-${n + 1}`,
    resourceGroup: 'rg-detection',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'web', count: nodes }],
  });
  const all = Array.from({ length: clusters }, (_, n) => one(n));
  return {
    subscriptions: Array.from({ length: Math.ceil(clusters / CLUSTERS_PER_SUBSCRIPTION) }, (_, n) => ({
      id: `dddddddd-0000-4000-8000-${String(n + 1).padStart(12, '0')}`,
      name: `Detection ${n + 1}`,
      clusters: all.slice(n * CLUSTERS_PER_SUBSCRIPTION, (n + 1) * CLUSTERS_PER_SUBSCRIPTION),
    })),
  };
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function createDice(seed: number): { next(): number } {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** What a node prints without running the script; `down` holds those that cannot reach their API server, as `<cluster>/<node>`. */
export function answerNode({ cluster, name }: Pick<SimulatedNode, 'cluster' | 'name'>, script: string, down: ReadonlySet<string>): string {
  const nonce = /^\$?NONCE ?= ?'([0-9a-f]{16})'/im.exec(script)?.[1];
  const [said, code] = down.has(`${cluster.id}/${name}`) ? ['dns=ok\ntcp=refused', 1] : ['ms=20\nserver=v1.33.5\nkubeconfig=ok', 0];
  return `\nAFP1 begin ${nonce}\n${said}\nAFP1 end ${nonce} rc=${code}\n`;
}

/** Whether nodes of a cluster are cut off, as of a time. */
export interface ClusterState {
  cluster: string;
  cut: boolean;
  time: string;
}

/** What a request to the ingestion endpoint says. */
export interface Told {
  /** Its availability results: whether nodes of a cluster are cut off, and as of when. */
  states: ClusterState[];
  /** The clusters of its events that begin an outage of a node, or of all of them. */
  outages: string[];
}

/** Reads the body of a request to the ingestion endpoint. Pure. */
export function toldIn(body: string): Told {
  const items: { time: string; data: { baseType: string; baseData: { name: string; properties: Record<string, string> } } }[] =
    JSON.parse(body);
  const of = (baseType: string) =>
    items.filter(({ data }) => data.baseType === baseType).map(({ time, data }) => ({ time, ...data.baseData }));
  return {
    states: of('AvailabilityData')
      .filter(({ properties }) => properties.cluster !== undefined)
      .map(({ time, properties: { cluster, clusterOutage, openNodeOutages } }) => ({
        cluster: cluster!,
        time,
        cut: clusterOutage === 'true' || Number(openNodeOutages) > 0,
      })),
    outages: of('EventData')
      .filter(({ name }) => name === 'NodeOutageStarted' || name === 'ClusterOutageStarted')
      .map(({ properties }) => properties.cluster!),
  };
}

/** The value below which a share of some values lies: the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
