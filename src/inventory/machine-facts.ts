import type { VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { NodeFacts, NodeOs } from '../model/node.ts';

type Statuses = { code?: string }[];

/** What the instance views of scale set instances and of VMs have in common. */
export interface InstanceView {
  statuses?: Statuses;
  vmAgent?: { statuses?: Statuses };
}

/** What scale set instances and plain VMs have in common. */
export type Machine = Pick<
  VirtualMachineScaleSetVM & VirtualMachine,
  'provisioningState' | 'timeCreated' | 'vmId' | 'zones' | 'storageProfile' | 'osProfile' | 'name'
> & { instanceView?: InstanceView };

/**
 * The node pool that tags name, if any. Old scale sets have the tag without its prefix (azure-cli#14714), auto-provisioned VMs have Karpenter's
 * (https://github.com/Azure/karpenter-provider-azure).
 */
export function poolOf(tags: Readonly<Record<string, string>> | undefined): string | undefined {
  const byName = new Map(Object.entries(tags ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return byName.get('aks-managed-poolname') ?? byName.get('poolname') ?? byName.get('karpenter.sh_nodepool');
}

// The code is used because `displayStatus` is localized: `ProvisioningState/succeeded` or `ProvisioningState/Unavailable`.
// https://learn.microsoft.com/rest/api/compute/virtual-machines/instance-view
function agentOf(view: InstanceView | undefined): NodeFacts['agent'] {
  const codes = (view?.vmAgent?.statuses ?? []).map(({ code = '' }) => code.toLowerCase());
  if (codes.includes('provisioningstate/succeeded')) return 'ready';
  return codes.includes('provisioningstate/unavailable') ? 'notReady' : undefined;
}

/** The operating system of a machine, by its disk. */
export const osOf = (profile: Machine['storageProfile']): NodeOs => (profile?.osDisk?.osType === 'Windows' ? 'Windows' : 'Linux');

/**
 * Converts what Azure says about a machine to the facts of its node.
 *
 * @param name - the node name to use if the machine has no `osProfile` yet because it is still being created.
 */
export function factsOf(machine: Machine, name: string, more: Pick<NodeFacts, 'resourceId' | 'pool' | 'size' | 'subnet'>): NodeFacts {
  const image = machine.storageProfile?.imageReference;
  return {
    node: (machine.osProfile?.computerName ?? name).toLowerCase(),
    vmId: machine.vmId ?? '',
    os: osOf(machine.storageProfile),
    zone: machine.zones?.[0],
    image: image?.id?.split('/').slice(-3).join('/') ?? image?.version,
    created: machine.timeCreated?.toISOString(),
    agent: agentOf(machine.instanceView),
    ...more,
  };
}
