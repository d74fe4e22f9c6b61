import type { Compute } from '../azure/arm.ts';
import type { NodeFacts } from '../model/node.ts';
import { nameOfInstance } from '../model/node-name.ts';
import { formatTarget } from '../model/resource-id.ts';
import { factsOf, type Machine } from './machine-facts.ts';

/**
 * Lists the instances of a Uniform scale set with their instance views, page by page.
 *
 * @param withViews - false to list them without their views, for a scale set whose views cannot be read.
 * @throws RestError if a page cannot be read.
 */
export async function* listInstances(
  compute: Compute,
  subscriptionId: string,
  resourceGroup: string,
  vmss: string,
  pool: string,
  withViews = true,
): AsyncGenerator<[NodeFacts, Machine]> {
  // Computed once and shared by the ids of all instances: thousands of them are in memory at once.
  const path = formatTarget({ kind: 'instance', subscriptionId, resourceGroup, vmss, instanceId: '' });
  for await (const instance of compute.virtualMachineScaleSetVMs.list(resourceGroup, vmss, withViews ? { expand: 'instanceView' } : {})) {
    const resourceId = path + (instance.instanceId ?? '');
    const [network] = instance.networkProfileConfiguration?.networkInterfaceConfigurations ?? [];
    const subnet = network?.ipConfigurations?.[0]?.subnet?.id;
    yield [
      factsOf(instance, nameOfInstance(vmss, instance.instanceId ?? ''), { resourceId, pool, size: instance.sku?.name, subnet }),
      instance,
    ];
  }
}
