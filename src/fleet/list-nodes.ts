import type { ComputeManagementClient, VirtualMachine, VirtualMachineScaleSet, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import type { ReasonCode } from '../probe/reasons.ts';
import { redact } from '../probe/redact.ts';
import type { NodeFacts } from '../tables/node-rows.ts';
import type { ClusterFacts } from './list-managed-clusters.ts';
import { isNodeName } from './node-name.ts';
import { formatTarget, type Target } from './resource-id.ts';

type Tags = Readonly<Record<string, string>> | undefined;

/** What scale set instances and plain VMs have in common. */
type Machine = Pick<
  VirtualMachineScaleSetVM & VirtualMachine,
  'provisioningState' | 'timeCreated' | 'vmId' | 'zones' | 'storageProfile' | 'osProfile' | 'name'
> & {
  instanceView?: { statuses?: { code?: string }[] };
};

/** Why a machine is not probed now, if it is not. `Updating` is set by our own runs and is no reason. */
export function skipReason(machine: Machine, now: Date, graceMinutes: number): ReasonCode | undefined {
  const state = (machine.provisioningState ?? '').toLowerCase();
  if (state === 'deleting') return 'Deleting';
  if (state === 'creating') return 'Creating';
  const power = machine.instanceView?.statuses?.map((status) => status.code ?? '').find((code) => /^PowerState\//i.test(code));
  if (power !== undefined && /deallocat/i.test(power)) return 'Deallocated';
  if (power !== undefined && !/running/i.test(power)) return 'NotRunning';
  const age = machine.timeCreated === undefined ? undefined : now.getTime() - machine.timeCreated.getTime();
  return age !== undefined && age < graceMinutes * 60_000 ? 'TooYoung' : undefined;
}

// The pool stands in a tag; old scale sets have it without its prefix (azure-cli#14714).
function poolOf(tags: Tags): string | undefined {
  const byName = new Map(Object.entries(tags ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return byName.get('aks-managed-poolname') ?? byName.get('poolname');
}

function toNode(machine: Machine, target: Target, pool: string, more: Pick<NodeFacts, 'size' | 'subnet'>): NodeFacts {
  const image = machine.storageProfile?.imageReference;
  return {
    node: (machine.osProfile?.computerName ?? machine.name ?? '').toLowerCase(),
    resourceId: formatTarget(target),
    vmId: machine.vmId ?? '',
    pool,
    os: machine.storageProfile?.osDisk?.osType === 'Windows' ? 'Windows' : 'Linux',
    zone: machine.zones?.[0],
    image: image?.id?.split('/').slice(-3).join('/') ?? image?.version,
    created: machine.timeCreated?.toISOString(),
    ...more,
  };
}

async function* listInstances(
  compute: ComputeManagementClient,
  subscriptionId: string,
  resourceGroup: string,
  { name: vmss = '', tags }: VirtualMachineScaleSet,
): AsyncGenerator<[NodeFacts, Machine]> {
  for await (const instance of compute.virtualMachineScaleSetVMs.list(resourceGroup, vmss, { expand: 'instanceView' })) {
    const target = { kind: 'instance', subscriptionId, resourceGroup, vmss, instanceId: instance.instanceId ?? '' } as const;
    const [network] = instance.networkProfileConfiguration?.networkInterfaceConfigurations ?? [];
    const subnet = network?.ipConfigurations?.[0]?.subnet?.id?.split('/').at(-1);
    yield [toNode(instance, target, poolOf(tags) ?? vmss, { size: instance.sku?.name, subnet }), instance];
  }
}

// The list of VMs has no power states: a stopped one answers the run with 409, which says so.
async function* listMachines(
  compute: ComputeManagementClient,
  subscriptionId: string,
  resourceGroup: string,
): AsyncGenerator<[NodeFacts, Machine]> {
  for await (const machine of compute.virtualMachines.list(resourceGroup)) {
    const pool = poolOf(machine.tags);
    // A VM that somebody put into the node resource group is no node.
    if (pool === undefined) continue;
    const target = { kind: 'vm', subscriptionId, resourceGroup, vm: machine.name ?? '' } as const;
    yield [toNode(machine, target, pool, { size: machine.hardwareProfile?.vmSize }), machine];
  }
}

/** The nodes of a cluster, each name once. */
export interface Listing {
  nodes: NodeFacts[];
  /** False where a scale set vanished while it was read: what is not listed may be there all the same. */
  complete: boolean;
}

/**
 * Lists every node of a cluster, page by page: the instances of the scale sets in its node resource group with their power states,
 * and the VMs of `VirtualMachines` pools and Flexible sets.
 *
 * @param graceMinutes - nodes younger than this are listed and not probed.
 * @throws RestError where a page fails: an incomplete listing must not look like a complete one.
 */
export async function listNodes(
  compute: ComputeManagementClient,
  subscriptionId: string,
  cluster: ClusterFacts,
  now: Date,
  graceMinutes: number,
): Promise<Listing> {
  const nodes = new Map<string, NodeFacts>();
  let complete = true;
  const add = (node: NodeFacts, machine: Machine) => {
    // A list may hold deleted instances beside those that took their names (azure-sdk-for-net#36946).
    const known = nodes.get(node.node);
    if (known !== undefined && (known.created ?? '') >= (node.created ?? '')) return;
    if (!isNodeName(node.node)) {
      console.warn(`left a machine of ${cluster.cluster} out: expected a Kubernetes node name, got "${redact(node.node, 80)}"`);
      return;
    }
    const excluded = cluster.excludedPools.includes(node.pool) ? 'Excluded' : undefined;
    nodes.set(node.node, { ...node, skipped: cluster.recordOnly ?? excluded ?? skipReason(machine, now, graceMinutes) });
  };
  for await (const scaleSet of compute.virtualMachineScaleSets.list(cluster.nodeResourceGroup)) {
    // The instances of a Flexible set are plain VMs, and listed as such.
    if (scaleSet.orchestrationMode === 'Flexible') continue;
    try {
      for await (const [node, machine] of listInstances(compute, subscriptionId, cluster.nodeResourceGroup, scaleSet)) add(node, machine);
    } catch (error) {
      if (!isRestError(error) || error.statusCode !== 404) throw error;
      complete = false;
    }
  }
  for await (const [node, machine] of listMachines(compute, subscriptionId, cluster.nodeResourceGroup)) add(node, machine);
  return { nodes: [...nodes.values()], complete };
}
