import { type ComputeManagementClient, restorePoller } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import { parseTarget, type Target } from '../fleet/resource-id.ts';
import type { RunCommandStatus } from './parse.ts';

/** What one look at a run told. */
export type RunState =
  | { status: 'running' }
  | { status: 'done'; statuses: RunCommandStatus[] }
  | { status: 'failed'; error: unknown }
  /** The poller cannot be restored: another version of the SDK made it. */
  | { status: 'lost' };

/**
 * Starts a script on a node with action Run Command and does not wait for it.
 *
 * @param compute - a client that sends the request once, whatever comes back: if the first had started, a second would lose its operation.
 * @param told - is given `x-ms-ratelimit-remaining-resource` of Azure's answer: what others may still do in this region.
 * @returns the serialized poller, which any process may restore.
 * @throws RestError as Azure answered.
 */
export async function startRun(
  compute: ComputeManagementClient,
  target: Target,
  os: 'Linux' | 'Windows',
  script: string[],
  told: (remaining: string | undefined) => void = () => {},
): Promise<string> {
  const input = { commandId: os === 'Windows' ? 'RunPowerShellScript' : 'RunShellScript', script };
  const onResponse = ({ headers }: { headers: { get(name: string): string | undefined } }) =>
    told(headers.get('x-ms-ratelimit-remaining-resource'));
  const poller =
    target.kind === 'instance'
      ? compute.virtualMachineScaleSetVMs.runCommand(target.resourceGroup, target.vmss, target.instanceId, input, { onResponse })
      : compute.virtualMachines.runCommand(target.resourceGroup, target.vm, input, { onResponse });
  return poller.serialize();
}

type RunOperation =
  | ComputeManagementClient['virtualMachines']['runCommand']
  | ComputeManagementClient['virtualMachineScaleSetVMs']['runCommand'];

// What passes by itself: the next look, or the deadline, settles it.
function passes(error: unknown): boolean {
  if (error instanceof Error && error.name === 'AbortError') return true;
  if (!isRestError(error)) return false;
  const status = error.statusCode;
  return status === undefined || status === 401 || status === 408 || status === 429 || status >= 500;
}

function restore(compute: ComputeManagementClient, serialized: string, operation: RunOperation) {
  try {
    return restorePoller(compute, serialized, operation as ComputeManagementClient['virtualMachines']['runCommand']);
  } catch {
    return undefined;
  }
}

/** Looks once at a run: one request, and one more for its result when it has ended. */
export async function pollRun(compute: ComputeManagementClient, resourceId: string, serialized: string): Promise<RunState> {
  const operation =
    parseTarget(resourceId)?.kind === 'vm' ? compute.virtualMachines.runCommand : compute.virtualMachineScaleSetVMs.runCommand;
  const poller = restore(compute, serialized, operation);
  if (poller === undefined) return { status: 'lost' };
  try {
    const state = await poller.poll();
    if (state.status === 'succeeded') return { status: 'done', statuses: poller.result?.value ?? [] };
    if (state.status === 'failed' || state.status === 'canceled')
      return { status: 'failed', error: state.error ?? new Error('Operation was canceled') };
    return { status: 'running' };
  } catch (error) {
    if (passes(error)) return { status: 'running' };
    // A 404 here is about the operation, not about the node.
    if (isRestError(error) && error.statusCode === 404)
      return { status: 'failed', error: new Error('Azure does not know the operation any more') };
    return { status: 'failed', error };
  }
}
