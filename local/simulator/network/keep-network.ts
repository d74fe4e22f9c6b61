import type { NetworkFaultId } from '../faults/network.ts';
import type { SimulatedCluster, World } from '../lay-out-fleet.ts';
import { Problem } from '../problem.ts';
import { buildResources } from './build-resources.ts';
import { type Author, type ChangeLog, keepChangeLog } from './change-log.ts';
import { find } from './change-resources.ts';
import { principalOf } from './describe-access.ts';
import type { Reach } from './faults/network-fault.ts';
import { changesOfFaults } from './network-faults.ts';
import { placeOf } from './place-cluster.ts';
import type { Resources } from './resource.ts';

/** A fault of the network in force. */
export type ActiveNetworkFault = { fault: NetworkFaultId; clusters: readonly SimulatedCluster[]; reach: Reach; since: string };

/** Azure's configuration as it is now, and what became of it. */
export type Network = {
  /** As Azure Resource Manager shows it. */
  resources(): Resources;
  /** As Resource Graph has it, which is behind. */
  inventory(): Resources;
  log: ChangeLog;
  /** The DNS server that the VNet of a cluster has of its own. */
  dnsServerOf(cluster: SimulatedCluster): string | undefined;
  /** Whether a fault keeps the prober from reading what has that id: the right to read NSGs and route tables is a cluster's. */
  isHidden(id: string): boolean;
  /** Whether a cluster can have a fault: whether its network has what the fault breaks. */
  canHave(fault: NetworkFaultId, cluster: SimulatedCluster): boolean;
  /** Throws a `Problem` where none of the clusters can have the fault. */
  check(fault: NetworkFaultId, clusters: readonly SimulatedCluster[], target: string): void;
  /** Brings the configuration into the state that these faults make, and logs what that changes. */
  show(active: readonly ActiveNetworkFault[]): void;
};

/** How late Resource Graph shows things. */
export type Lags = { changeLagMs: number; inventoryLagMs: number };

const person: Author = { name: 'ana@contoso.com', type: 'User', client: 'Azure Portal' };
const canHave: Network['canHave'] = (fault, cluster) => changesOfFaults[fault].appliesTo(placeOf(cluster));

/** Keeps the configuration of a fleet. It is built when it is first asked for: most benches never ask. */
export function keepNetwork(world: World, { changeLagMs, inventoryLagMs }: Lags, now = () => new Date()): Network {
  let base: Resources | undefined;
  const states: { from: number; resources: Resources; active: readonly ActiveNetworkFault[] }[] = [];
  const atFirst = () => {
    base ??= buildResources(world);
    return base;
  };
  const current = () => states.at(-1)?.resources ?? atFirst();
  const log = keepChangeLog(changeLagMs, now);

  return {
    log,
    canHave,
    resources: current,
    isHidden(id) {
      if (!/\/(networkSecurityGroups|routeTables)\//i.test(id)) return false;
      return world.clusters.map(placeOf).some(({ roleAssignment, nicNsg, subnetNsg, routeTable, integrated }) => {
        const guarded = [nicNsg, subnetNsg, routeTable, integrated?.nsg].map((each) => each?.toLowerCase());
        return guarded.includes(id.toLowerCase()) && !current().has(roleAssignment.toLowerCase());
      });
    },
    dnsServerOf(cluster) {
      const { dhcpOptions } = find(current(), placeOf(cluster).vnet).properties as { dhcpOptions?: { dnsServers: string[] } };
      return dhcpOptions?.dnsServers[0];
    },
    inventory() {
      const shown = states.findLast(({ from }) => from + inventoryLagMs <= now().getTime());
      return shown?.resources ?? atFirst();
    },
    check(fault, clusters, target) {
      if (clusters.some((cluster) => canHave(fault, cluster))) return;
      const possible = world.clusters.filter((cluster) => canHave(fault, cluster)).map(({ spec }) => `${spec.resourceGroup}/${spec.name}`);
      const where = possible.length === 0 ? 'this fleet has none.' : `for example ${possible.slice(0, 5).join(', ')}.`;
      throw new Problem(
        409,
        'Fault does not apply',
        `${target} cannot have "${fault}". Only ${changesOfFaults[fault].only} can: ${where}`,
        { possible },
      );
    },
    show(active) {
      const before = current();
      const after = active.reduce(withFault, atFirst());
      if (after === before) return;
      const last = states.at(-1)?.active ?? [];
      states.push({ from: now().getTime(), resources: after, active });
      log.record(before, after, ({ resource }) => authorOf(resource.id, [...active, ...last]));
      // Only the latest that is old enough, and those after it, are still shown anywhere.
      const oldest = states.findLastIndex(({ from }) => from + inventoryLagMs <= now().getTime());
      states.splice(0, Math.max(0, oldest));
    },
  };
}

function withFault(resources: Resources, { fault, clusters, reach, since }: ActiveNetworkFault): Resources {
  return clusters
    .filter((cluster) => canHave(fault, cluster))
    .reduce((before, cluster) => changesOfFaults[fault].change(before, placeOf(cluster), reach, since), resources);
}

/** AKS itself changes what a fault that is of its making changes; everything else was done by a person. */
function authorOf(resourceId: string, faults: readonly ActiveNetworkFault[]): Author {
  const byAks = faults
    .filter(({ fault }) => changesOfFaults[fault].by === 'AKS')
    .flatMap(({ clusters }) => clusters)
    .find((cluster) => isOf(cluster, resourceId));
  return byAks === undefined ? person : { name: principalOf(byAks), type: 'Application', client: 'Unspecified' };
}

function isOf({ nodeResourceGroup, subscriptionId }: SimulatedCluster, resourceId: string): boolean {
  return resourceId.toLowerCase().startsWith(`/subscriptions/${subscriptionId}/resourcegroups/${nodeResourceGroup}/`.toLowerCase());
}
