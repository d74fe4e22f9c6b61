import { createHash } from 'node:crypto';
import { nodeResourceGroupOf } from './find-clashes.ts';
import type { Fleet, FleetCluster, FleetPool } from './fleet-schema.ts';

/** A subscription of the simulated Azure. */
export type SimulatedSubscription = { id: string; name: string; state: string; clusters: SimulatedCluster[] };

/** A managed cluster; `id` is `<subscription>.<resource group>.<name>` in lower case. */
export type SimulatedCluster = {
  id: string;
  subscriptionId: string;
  spec: FleetCluster;
  nodeResourceGroup: string;
  /** The eight digits that AKS puts into the names of all the cluster's scale sets. */
  suffix: string;
  fqdn: string;
  pools: SimulatedPool[];
};

/** A node pool; `scaleSet` is absent for a pool of single virtual machines. */
export type SimulatedPool = { cluster: SimulatedCluster; spec: FleetPool; scaleSet?: string; nodes: SimulatedNode[] };

/** A node; `instanceId` is a number for an instance of a scale set, the name for a virtual machine. */
export type SimulatedNode = {
  name: string;
  cluster: SimulatedCluster;
  pool: SimulatedPool;
  instanceId: string;
  vmId: string;
  zone?: string;
  powerState: 'running' | 'deallocated';
  provisioningState: string;
  timeCreated: Date;
};

/** All there is. */
export type World = { subscriptions: SimulatedSubscription[]; clusters: SimulatedCluster[]; nodes: SimulatedNode[] };

const threeDaysInMinutes = 3 * 24 * 60;

/**
 * Gives everything in a fleet its names and ids, the same on every start.
 *
 * @param now - from which the instances' ages are counted.
 */
export function layOutFleet(fleet: Fleet, now: Date): World {
  const suffixes = new Set<string>();
  const subscriptions = fleet.subscriptions.map(({ id, name, state, clusters }) => ({
    id,
    name,
    state,
    clusters: clusters.map((spec) => layOutCluster(id, spec, takeSuffix(`${id}/${spec.resourceGroup}/${spec.name}`, suffixes), now)),
  }));
  const clusters = subscriptions.flatMap((each) => each.clusters);
  return { subscriptions, clusters, nodes: clusters.flatMap((each) => each.pools).flatMap((each) => each.nodes) };
}

/** A GUID that depends on nothing but the text. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function layOutCluster(subscriptionId: string, spec: FleetCluster, suffix: string, now: Date): SimulatedCluster {
  const cluster: SimulatedCluster = {
    id: `${subscriptionId}.${spec.resourceGroup}.${spec.name}`.toLowerCase(),
    subscriptionId,
    spec,
    nodeResourceGroup: nodeResourceGroupOf(spec),
    suffix,
    fqdn: `${spec.name.toLowerCase().replaceAll('_', '-').slice(0, 40)}-${suffix}.${spec.private ? 'privatelink.' : 'hcp.'}${spec.location}.azmk8s.io`,
    pools: [],
  };
  cluster.pools = spec.pools.map((pool) => layOutPool(cluster, pool, now));
  return cluster;
}

function layOutPool(cluster: SimulatedCluster, spec: FleetPool, now: Date): SimulatedPool {
  const linuxBase = `aks-${spec.name}-${cluster.suffix}-vm`;
  const scaleSet = spec.type === 'VirtualMachines' ? undefined : spec.os === 'Windows' ? `aks${spec.name}` : `${linuxBase}ss`;
  const pool: SimulatedPool = { cluster, spec, scaleSet, nodes: [] };
  pool.nodes = Array.from({ length: spec.count }, (_, index): SimulatedNode => {
    const name = scaleSet === undefined ? `${linuxBase}s${index + 1}` : `${scaleSet}${index.toString(36).padStart(6, '0')}`;
    const own = spec.instances[String(index)] ?? {};
    return {
      name,
      cluster,
      pool,
      instanceId: scaleSet === undefined ? name : String(index),
      vmId: guidOf(`${cluster.id}/${name}`),
      zone: spec.zones[index % spec.zones.length],
      powerState: own.powerState ?? (cluster.spec.powerState === 'Stopped' ? 'deallocated' : 'running'),
      provisioningState: own.provisioningState ?? 'Succeeded',
      timeCreated: new Date(now.getTime() - (own.ageMinutes ?? threeDaysInMinutes) * 60_000),
    };
  });
  return pool;
}

function takeSuffix(text: string, taken: Set<string>): string {
  let suffix = 10_000_000 + (createHash('sha256').update(text.toLowerCase()).digest().readUInt32BE(0) % 90_000_000);
  while (taken.has(String(suffix))) suffix += 1;
  taken.add(String(suffix));
  return String(suffix);
}
