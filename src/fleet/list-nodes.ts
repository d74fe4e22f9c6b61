import type { ComputeManagementClient, VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { ReasonCode } from '../probe/reasons.ts';
import type { NodeFacts } from '../tables/node-rows.ts';
import type { ClusterFacts } from './list-managed-clusters.ts';
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

async function* listScaleSetNodes(
  compute: ComputeManagementClient,
  subscriptionId: string,
  resourceGroup: string,
): AsyncGenerator<[NodeFacts, Machine]> {
  for await (const scaleSet of compute.virtualMachineScaleSets.list(resourceGroup)) {
    // The instances of a Flexible set are plain VMs, and listed as such.
    if (scaleSet.orchestrationMode === 'Flexible') continue;
    const vmss = scaleSet.name ?? '';
    for await (const instance of compute.virtualMachineScaleSetVMs.list(resourceGroup, vmss, { expand: 'instanceView' })) {
      const target = { kind: 'instance', subscriptionId, resourceGroup, vmss, instanceId: instance.instanceId ?? '' } as const;
      const subnet = instance.networkProfileConfiguration?.networkInterfaceConfigurations?.[0]?.ipConfigurations?.[0]?.subnet?.id
        ?.split('/')
        .at(-1);
      yield [toNode(instance, target, poolOf(scaleSet.tags) ?? vmss, { size: instance.sku?.name, subnet }), instance];
    }
  }
}

// The list of VMs has no power states: a stopped one answers the run with 409, which says so.
async function* listMachineNodes(
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
): Promise<NodeFacts[]> {
  const nodes: NodeFacts[] = [];
  const add = ([node, machine]: [NodeFacts, Machine]) => {
    const excluded = cluster.excludedPools.includes(node.pool) ? 'Excluded' : undefined;
    const unsupported = node.os === 'Windows' ? 'NotSupported' : undefined;
    nodes.push({ ...node, skipped: cluster.recordOnly ?? excluded ?? unsupported ?? skipReason(machine, now, graceMinutes) });
  };
  for await (const listed of listScaleSetNodes(compute, subscriptionId, cluster.nodeResourceGroup)) add(listed);
  for await (const listed of listMachineNodes(compute, subscriptionId, cluster.nodeResourceGroup)) add(listed);
  return nodes;
}
