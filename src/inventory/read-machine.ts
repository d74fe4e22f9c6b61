import type { VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import type { Arm } from '../azure/arm.ts';
import type { Target } from '../model/resource-id.ts';

/** The machine does not exist; the message says which part of its resource ID was not found. */
export class NoSuchMachine extends Error {}

const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();

async function isNodeResourceGroup(arm: Arm, { subscriptionId, resourceGroup }: Target): Promise<boolean> {
  for await (const { nodeResourceGroup } of (await arm.clusters(subscriptionId)).managedClusters.list())
    if (same(nodeResourceGroup, resourceGroup)) return true;
  return false;
}

async function isScaleSetMissing(
  arm: Arm,
  { subscriptionId, resourceGroup, vmss }: Extract<Target, { kind: 'instance' }>,
): Promise<boolean> {
  try {
    await (await arm.compute(subscriptionId)).virtualMachineScaleSets.get(resourceGroup, vmss);
    return false;
  } catch (error) {
    return isRestError(error) && error.statusCode === 404;
  }
}

/** Which part of a machine's resource ID was not found; undefined if Azure's error means something else. */
async function explain(arm: Arm, target: Target, { code = '', statusCode = 0 }: RestError): Promise<string | undefined> {
  const { subscriptionId, resourceGroup } = target;
  const group = `"${resourceGroup}" in the subscription ${subscriptionId}`;
  if (code === 'SubscriptionNotFound') return `no subscription "${subscriptionId}" is readable`;
  if (code === 'ResourceGroupNotFound') return `no resource group ${group}`;
  // Without rights on the subscription, Azure answers 403 for a resource group that does not exist.
  if (statusCode === 403) {
    const isOne = await isNodeResourceGroup(arm, target).catch(() => true);
    return isOne ? undefined : `no readable resource group ${group}`;
  }
  if (statusCode !== 404 && code !== 'InvalidParameter') return undefined;
  if (target.kind === 'vm') return `no virtual machine "${target.vm}" in the resource group ${group}`;
  if (await isScaleSetMissing(arm, target)) return `no scale set "${target.vmss}" in the resource group ${group}`;
  return `no instance ${target.instanceId} of the scale set "${target.vmss}" in the resource group ${group}`;
}

/**
 * Reads a machine from Azure.
 *
 * @throws NoSuchMachine if it does not exist; RestError if Azure refuses for another reason.
 */
export async function readMachine(arm: Arm, target: Target): Promise<VirtualMachine | VirtualMachineScaleSetVM> {
  const compute = await arm.compute(target.subscriptionId);
  try {
    return target.kind === 'vm'
      ? await compute.virtualMachines.get(target.resourceGroup, target.vm)
      : await compute.virtualMachineScaleSetVMs.get(target.resourceGroup, target.vmss, target.instanceId);
  } catch (error) {
    const missing = isRestError(error) ? await explain(arm, target, error) : undefined;
    throw missing === undefined ? error : new NoSuchMachine(missing, { cause: error });
  }
}
