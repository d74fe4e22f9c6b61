import type { ComputeManagementClient } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import type { NodeFacts } from '../model/node.ts';
import { formatTarget } from '../model/resource-id.ts';
import { factsOf, type InstanceView, type Machine, poolOf } from './machine-facts.ts';

const CONCURRENT_VIEWS = 8;
// Of the 250 that a subscription grants at once, and 25 a second: listings and polls need them more.
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
const READS_FOR_OTHERS = 100;

/** A VM that is a node, or one that vanished while it was read. */
export type FoundMachine = { status: 'found'; facts: NodeFacts; machine: Machine } | { status: 'vanished' };

/**
 * Reads instance views for as long as Azure grants reads, and answers with empty ones from then on: a stopped VM then says so when it is started on,
 * while a listing that starts over at each 429 would never end.
 *
 * @returns what reads the view of one VM; undefined where the VM is gone.
 */
function viewReader(compute: ComputeManagementClient, resourceGroup: string): (vm: string) => Promise<InstanceView | undefined> {
  let granted = true;
  const onResponse = ({ headers }: { headers: { get(name: string): string | undefined } }) => {
    const left = headers.get('x-ms-ratelimit-remaining-subscription-reads');
    if (left !== undefined && Number(left) < READS_FOR_OTHERS) granted = false;
  };
  return async (vm) => {
    if (!granted) return {};
    try {
      return await compute.virtualMachines.instanceView(resourceGroup, vm, { onResponse });
    } catch (error) {
      if (!isRestError(error)) throw error;
      if (error.statusCode === 404) return undefined;
      if (error.statusCode !== 429) throw error;
      granted = false;
      return {};
    }
  };
}

/**
 * Lists the VMs of a node resource group that are nodes: those of `VirtualMachines` pools and of Flexible scale sets, and auto-provisioned ones.
 * Their list has no instance views, and that of a Flexible set refuses them (azure-sdk-for-go#19707): each VM is asked for its own.
 *
 * @param pools - of the scale sets in the group, by their ids in lower case: VMs of a Flexible set may have no tags (azure-rest-api-specs#27441).
 * @param withViews - false where nothing of an instance view would be used.
 * @throws RestError where a page cannot be read, or an instance view for another reason than throttling.
 */
export async function* listMachines(
  compute: ComputeManagementClient,
  subscriptionId: string,
  resourceGroup: string,
  pools: ReadonlyMap<string, string>,
  withViews: boolean,
): AsyncGenerator<FoundMachine> {
  const limit = pLimit(CONCURRENT_VIEWS);
  const readView = viewReader(compute, resourceGroup);
  for await (const page of compute.virtualMachines.list(resourceGroup).byPage()) {
    const nodes = page.flatMap((vm) => {
      const pool = poolOf(vm.tags) ?? pools.get(vm.virtualMachineScaleSet?.id?.toLowerCase() ?? '');
      // A VM that somebody put into the node resource group is no node.
      return pool === undefined ? [] : [{ vm, pool, name: vm.name ?? '' }];
    });
    const views = nodes.map(({ name }) => limit(async () => (withViews ? readView(name) : {})));
    const found = await Promise.all(views).finally(() => limit.clearQueue());
    for (const [n, { vm, pool, name }] of nodes.entries()) {
      const machine = { ...vm, instanceView: found[n] };
      const resourceId = formatTarget({ kind: 'vm', subscriptionId, resourceGroup, vm: name });
      const facts = factsOf(machine, name, { resourceId, pool, size: vm.hardwareProfile?.vmSize });
      yield found[n] === undefined ? { status: 'vanished' } : { status: 'found', facts, machine };
    }
  }
}
