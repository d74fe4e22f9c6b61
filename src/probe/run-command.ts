import { type ComputeManagementClient, type RunCommandResult, restorePoller } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import type { NodeOs } from '../model/node.ts';
import { parseTarget, type Target } from '../model/resource-id.ts';
import type { RunCommandStatus } from './parse.ts';

/** The state of a run, as one poll found it. */
export type RunState =
  | { status: 'running' }
  | { status: 'done'; statuses: RunCommandStatus[] }
  | { status: 'failed'; error: unknown }
  /** Azure no longer knows the operation. */
  | { status: 'gone' }
  /** The poller cannot be restored: another version of the SDK wrote it. */
  | { status: 'lost' };

/**
 * Starts a script on a node with an action Run Command and does not wait for its end.
 *
 * @param compute - a client that never retries: if the first request had started a run, a second one would lose its operation.
 * @param onRemaining - called with the header `x-ms-ratelimit-remaining-resource` of Azure's response: the calls that are left in this region.
 * @returns the serialized poller, which any process can restore.
 * @throws RestError if Azure refuses the run.
 */
export async function startRun(
  compute: ComputeManagementClient,
  target: Target,
  os: NodeOs,
  script: string[],
  onRemaining: (remaining: string | undefined) => void = () => {},
): Promise<string> {
  const input = { commandId: os === 'Windows' ? 'RunPowerShellScript' : 'RunShellScript', script };
  const onResponse = ({ headers }: { headers: { get(name: string): string | undefined } }) =>
    onRemaining(headers.get('x-ms-ratelimit-remaining-resource'));
  const poller =
    target.kind === 'instance'
      ? compute.virtualMachineScaleSetVMs.runCommand(target.resourceGroup, target.vmss, target.instanceId, input, { onResponse })
      : compute.virtualMachines.runCommand(target.resourceGroup, target.vm, input, { onResponse });
  return poller.serialize();
}

type RunOperation =
  | ComputeManagementClient['virtualMachines']['runCommand']
  | ComputeManagementClient['virtualMachineScaleSetVMs']['runCommand'];

// Errors that pass without help: the next poll succeeds, or the deadline ends the wait.
function passes(error: unknown): boolean {
  if (error instanceof Error && error.name === 'AbortError') return true;
  if (!isRestError(error)) return false;
  const status = error.statusCode;
  return status === undefined || status === 401 || status === 408 || status === 429 || status >= 500;
}

const text = z.string().optional().catch(undefined);
const entry = z.object({ code: text, level: text, displayStatus: text, message: text });
const entries = z.array(z.unknown()).transform((all) => all.flatMap((each) => entry.safeParse(each).data ?? []));
const lastAnswer = z
  .object({
    value: entries.optional().catch(undefined),
    properties: z
      .object({ output: z.object({ value: entries }) })
      .optional()
      .catch(undefined),
    error: z.object({ code: text, message: text }).optional().catch(undefined),
  })
  .catch({});

/** Extracts the result of an operation from Azure's answer. The SDK fails on an answer without a result, and does not say why a run was canceled. */
function readAnswer(body: unknown): { result: RunCommandResult; why: string } {
  const { value, properties, error } = lastAnswer.parse(body);
  const result = { value: value ?? properties?.output.value ?? [] } as RunCommandResult;
  return { result, why: error === undefined ? '' : `. ${error.code ?? ''}. ${error.message ?? ''}` };
}

function restore(compute: ComputeManagementClient, serialized: string, operation: RunOperation, onReason: (why: string) => void) {
  try {
    return restorePoller(compute, serialized, operation as ComputeManagementClient['virtualMachines']['runCommand'], {
      async processResponseBody({ body }) {
        const { result, why } = readAnswer(body);
        onReason(why);
        return result;
      },
    });
  } catch {
    return undefined;
  }
}

/** Polls a run once: one request, and one more for its result when it has ended. */
export async function pollRun(compute: ComputeManagementClient, resourceId: string, serialized: string): Promise<RunState> {
  const operation =
    parseTarget(resourceId)?.kind === 'vm' ? compute.virtualMachines.runCommand : compute.virtualMachineScaleSetVMs.runCommand;
  let why = '';
  const poller = restore(compute, serialized, operation, (said) => {
    why = said;
  });
  if (poller === undefined) return { status: 'lost' };
  try {
    const state = await poller.poll();
    if (state.status === 'succeeded') return { status: 'done', statuses: poller.result?.value ?? [] };
    if (state.status === 'failed' || state.status === 'canceled')
      return { status: 'failed', error: state.error ?? new Error('Operation was canceled') };
    return { status: 'running' };
  } catch (error) {
    if (passes(error)) return { status: 'running' };
    // A 404 here is about the operation, not about the node; a 204 is a success without a result.
    if (isRestError(error) && error.statusCode === 404) return { status: 'gone' };
    if (isRestError(error) && error.statusCode === 204) return { status: 'done', statuses: [] };
    return { status: 'failed', error: why === '' ? error : new Error(`Operation was canceled${why}`) };
  }
}
