import { createHash } from 'node:crypto';
import { nodeResourceGroupOf } from './find-clashes.ts';
import type { Fleet, FleetCluster, FleetPool } from './fleet-schema.ts';
import { guidOf } from './guid-of.ts';
import type { FleetHub } from './network/network-schema.ts';

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
  hub?: SimulatedHub;
  pools: SimulatedPool[];
};

/** A hub; `key` is `hub.<name>` in lower case. */
export type SimulatedHub = { key: string; subscriptionId: string; spec: FleetHub };

/** A node pool; `scaleSet`, Uniform or Flexible, is absent for a pool of single virtual machines. */
export type SimulatedPool = { cluster: SimulatedCluster; spec: FleetPool; scaleSet?: string; nodes: SimulatedNode[] };

/** A node; `instanceId` is a number for an instance of a Uniform scale set, the name for a virtual machine. */
export type SimulatedNode = {
  name: string;
  cluster: SimulatedCluster;
  pool: SimulatedPool;
  instanceId: string;
  vmId: string;
  zone?: string;
  powerState: PowerState;
  provisioningState: string;
  timeCreated: Date;
  /** The deleted instance whose name it took, where that is still listed. */
  deleted?: SimulatedNode;
};

/** Whether the machine of a node is running. */
export type PowerState = 'running' | 'stopped' | 'deallocated';

/** Everything that exists. */
export type World = {
  subscriptions: SimulatedSubscription[];
  clusters: SimulatedCluster[];
  nodes: SimulatedNode[];
  hubs: SimulatedHub[];
};

const threeDaysInMinutes = 3 * 24 * 60;

/**
 * Gives everything in a fleet its names and ids, which are the same on every start.
 *
 * @param now - from which the instances' ages are counted.
 */
export function layOutFleet(fleet: Fleet, now: Date): World {
  const suffixes = new Set<string>();
  const hubs = fleet.subscriptions.flatMap(({ id, hubs }) =>
    hubs.map((spec): SimulatedHub => ({ key: `hub.${spec.name.toLowerCase()}`, subscriptionId: id, spec })),
  );
  const hubOf = ({ network }: FleetCluster) => hubs.find(({ key }) => key === `hub.${network.hub?.toLowerCase()}`);
  const subscriptions = fleet.subscriptions.map(({ id, name, state, clusters }) => ({
    id,
    name,
    state,
    clusters: clusters.map((spec) => {
      const suffix = takeSuffix(`${id}/${spec.resourceGroup}/${spec.name}`, suffixes);
      return layOutCluster(id, spec, suffix, hubOf(spec), now);
    }),
  }));
  const clusters = subscriptions.flatMap((each) => each.clusters);
  return { subscriptions, clusters, nodes: clusters.flatMap((each) => each.pools).flatMap((each) => each.nodes), hubs };
}

function layOutCluster(
  subscriptionId: string,
  spec: FleetCluster,
  suffix: string,
  hub: SimulatedHub | undefined,
  now: Date,
): SimulatedCluster {
  const zone = spec.private && spec.network.privateDnsZone === 'system' ? 'privatelink' : 'hcp';
  const cluster: SimulatedCluster = {
    id: `${subscriptionId}.${spec.resourceGroup}.${spec.name}`.toLowerCase(),
    subscriptionId,
    spec,
    nodeResourceGroup: nodeResourceGroupOf(spec),
    suffix,
    fqdn: `${spec.name.toLowerCase().replaceAll('_', '-').slice(0, 40)}-${suffix}.${zone}.${spec.location}.azmk8s.io`,
    ...(hub && { hub }),
    pools: [],
  };
  cluster.pools = spec.pools.map((pool) => layOutPool(cluster, pool, now));
  return cluster;
}

function layOutPool(cluster: SimulatedCluster, spec: FleetPool, now: Date): SimulatedPool {
  const ofSystem = spec.os === 'Windows' ? `aks${spec.name}` : `aks-${spec.name}-${cluster.suffix}-vmss`;
  const scaleSet = spec.type === 'VirtualMachines' ? undefined : ofSystem;
  const pool: SimulatedPool = { cluster, spec, scaleSet, nodes: [] };
  pool.nodes = Array.from({ length: spec.count }, (_, index): SimulatedNode => {
    const { name, instanceId } = namesOf(pool, index);
    const own = spec.instances[String(index)] ?? {};
    const node: SimulatedNode = {
      name,
      cluster,
      pool,
      instanceId,
      vmId: guidOf(`${cluster.id}/${name}`),
      zone: spec.zones[index % spec.zones.length],
      powerState: own.powerState ?? (cluster.spec.powerState === 'Stopped' ? 'deallocated' : 'running'),
      provisioningState: own.provisioningState ?? 'Succeeded',
      timeCreated: new Date(now.getTime() - (own.ageMinutes ?? threeDaysInMinutes) * 60_000),
    };
    if (own.besideDeleted) node.deleted = deletedBefore(node);
    return node;
  });
  return pool;
}

/** The instance that had a node's name a day before it. */
function deletedBefore(node: SimulatedNode): SimulatedNode {
  const timeCreated = new Date(node.timeCreated.getTime() - 24 * 3_600_000);
  return { ...node, vmId: guidOf(`before ${node.vmId}`), provisioningState: 'Deleting', timeCreated };
}

/** What AKS and Azure call the machine at a pool's index. The endings in a Flexible set look random, and differ for VM and computer. */
function namesOf({ cluster, spec, scaleSet }: SimulatedPool, index: number): { name: string; instanceId: string } {
  if (scaleSet === undefined) {
    const name = `aks-${spec.name}-${cluster.suffix}-vms${index + 1}`;
    return { name, instanceId: name };
  }
  if (spec.type === 'VirtualMachineScaleSets')
    return { name: `${scaleSet}${index.toString(36).padStart(6, '0')}`, instanceId: String(index) };
  const random = guidOf(`${cluster.id} ${scaleSet} ${index}`);
  const [ofComputer, ofMachine] = [index.toString(36).padStart(4, '0'), index.toString(16).padStart(4, '0')];
  return { name: `${scaleSet}${random.slice(0, 2)}${ofComputer}`, instanceId: `${scaleSet}_${random.slice(2, 6)}${ofMachine}` };
}

function takeSuffix(text: string, taken: Set<string>): string {
  let suffix = 10_000_000 + (createHash('sha256').update(text.toLowerCase()).digest().readUInt32BE(0) % 90_000_000);
  while (taken.has(String(suffix))) suffix += 1;
  taken.add(String(suffix));
  return String(suffix);
}
