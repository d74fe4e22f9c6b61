import { type ComputeManagementClient, restorePoller } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import { parseTarget, type Target } from '../fleet/resource-id.ts';
import type { RunCommandStatus } from './parse.ts';

/** What one look at a run told. */
export type RunState = { status: 'running' } | { status: 'done'; statuses: RunCommandStatus[] } | { status: 'failed'; error: unknown };

/**
 * Starts a script on a node with action Run Command and does not wait for it.
 *
 * @param compute - a client that sends the request once, whatever comes back: if the first had started, a second would lose its operation.
 * @returns the serialized poller, which any process may restore.
 * @throws RestError as Azure answered.
 */
export async function startRun(compute: ComputeManagementClient, target: Target, script: string[]): Promise<string> {
  const input = { commandId: 'RunShellScript', script };
  const poller =
    target.kind === 'instance'
      ? compute.virtualMachineScaleSetVMs.runCommand(target.resourceGroup, target.vmss, target.instanceId, input)
      : compute.virtualMachines.runCommand(target.resourceGroup, target.vm, input);
  return poller.serialize();
}

// What passes by itself: the next look, or the deadline, settles it.
function passes(error: unknown): boolean {
  if (!isRestError(error)) return false;
  const status = error.statusCode;
  return status === undefined || status === 401 || status === 408 || status === 429 || status >= 500;
}

/** Looks once at a run: one request, and one more for its result when it has ended. */
export async function pollRun(compute: ComputeManagementClient, resourceId: string, serialized: string): Promise<RunState> {
  const operation =
    parseTarget(resourceId)?.kind === 'vm' ? compute.virtualMachines.runCommand : compute.virtualMachineScaleSetVMs.runCommand;
  try {
    const poller = restorePoller(compute, serialized, operation);
    const state = await poller.poll();
    if (state.status === 'succeeded') return { status: 'done', statuses: poller.result?.value ?? [] };
    if (state.status === 'failed' || state.status === 'canceled')
      return { status: 'failed', error: state.error ?? new Error('Operation was canceled') };
    return { status: 'running' };
  } catch (error) {
    return passes(error) ? { status: 'running' } : { status: 'failed', error };
  }
}
