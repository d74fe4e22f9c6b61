import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import type { Compute } from '../azure/arm.ts';
import { failureOf } from '../azure/failure.ts';
import type { NodeFacts } from '../model/node.ts';
import { formatTarget } from '../model/resource-id.ts';
import { factsOf, type InstanceView, type Machine, poolOf } from './machine-facts.ts';

const CONCURRENT_VIEWS = 8;
// Reads left to listings and polls, out of the 250 at once and 25 a second that a subscription grants:
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
const READS_FOR_OTHERS = 100;

/** A VM that is a node, or one that vanished while it was read. */
export type FoundMachine = { status: 'found'; facts: NodeFacts; machine: Machine } | { status: 'vanished' };

/**
 * Reads instance views until few reads are left, and returns empty views from then on. Without a view, a stopped VM is noticed only when its run
 * is refused; but a listing that starts over after each 429 would never end.
 *
 * @returns a function that reads the view of one VM; its result is undefined if the VM is gone.
 */
function viewReader(compute: Compute, resourceGroup: string): (vm: string) => Promise<InstanceView | undefined> {
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
      const { kind } = failureOf(error);
      if (kind === 'signIn') throw error;
      if (isRestError(error) && error.statusCode === 404) return undefined;
      if (kind === 'throttled') granted = false;
      // One view that cannot be read says nothing about its machine, and nothing about the others.
      return {};
    }
  };
}

/**
 * Lists the VMs of a node resource group that are nodes: those of `VirtualMachines` pools and of Flexible scale sets, and auto-provisioned ones.
 * Their list has no instance views, and the list of a Flexible set refuses them (azure-sdk-for-go#19707), so each VM's view is read separately.
 *
 * @param pools - pool names of the scale sets in the group, by their ids in lower case: VMs of a Flexible set may have no tags (azure-rest-api-specs#27441).
 * @param withViews - false if the instance views are not needed.
 * @throws RestError if a page cannot be read.
 */
export async function* listMachines(
  compute: Compute,
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
      // A VM without a pool, which somebody created in the node resource group, is not a node.
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
