import type { ComputeManagementClient, RunCommandResult } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import type { Compute } from '../azure/arm.ts';
import { FailedOperation } from '../azure/failure.ts';
import type { NodeOs } from '../model/node.ts';
import { parseTarget, type Target } from '../model/resource-id.ts';
import * as z from '../zod.ts';
import type { RunCommandStatus } from './parse.ts';

/** The state of a run, as one poll found it. */
export type RunState =
  | { status: 'running' }
  | { status: 'done'; statuses: RunCommandStatus[] }
  | { status: 'failed'; error: FailedOperation }
  /** Azure no longer knows the operation. */
  | { status: 'gone' }
  /** Nothing is known of the run: the request failed. Only an answer of Azure ends a run, never that it could not be asked. */
  | { status: 'unread'; error: unknown }
  /** The poller cannot be restored: another version of the SDK wrote it. */
  | { status: 'lost' };

/**
 * Starts a script on a node with an action Run Command and does not wait for its end.
 *
 * @param compute - a client that never retries: if the first request had started a run, a second one would lose its operation.
 * @param requestId - the ID under which Azure's Activity Log keeps the request.
 * @param onRemaining - called with the header `x-ms-ratelimit-remaining-resource` of Azure's response: the calls that are left in this region.
 * @returns the serialized poller, which any process can restore.
 * @throws RestError if Azure refuses the run.
 */
export async function startRun(
  compute: Compute,
  target: Target,
  os: NodeOs,
  script: string[],
  requestId: string,
  onRemaining: (remaining: string | undefined) => void = () => {},
): Promise<string> {
  const input = { commandId: os === 'Windows' ? 'RunPowerShellScript' : 'RunShellScript', script };
  const onResponse = ({ headers }: { headers: { get(name: string): string | undefined } }) =>
    onRemaining(headers.get('x-ms-ratelimit-remaining-resource'));
  const options = { onResponse, requestOptions: { headers: { 'x-ms-client-request-id': requestId } } };
  const poller =
    target.kind === 'instance'
      ? compute.virtualMachineScaleSetVMs.runCommand(target.resourceGroup, target.vmss, target.instanceId, input, options)
      : compute.virtualMachines.runCommand(target.resourceGroup, target.vm, input, options);
  return poller.serialize();
}

type RunOperation = Compute['virtualMachines']['runCommand'] | Compute['virtualMachineScaleSetVMs']['runCommand'];

const text = z.catch(z.optional(z.string()), undefined);
const entry = z.object({ code: text, level: text, displayStatus: text, message: text });
const entries = z.pipe(
  z.array(z.unknown()),
  z.transform((all) => all.flatMap((each) => entry.safeParse(each).data ?? [])),
);
const lastAnswer = z.catch(
  z.object({
    value: z.catch(z.optional(entries), undefined),
    properties: z.catch(z.optional(z.object({ output: z.object({ value: entries }) })), undefined),
    error: z.catch(z.optional(z.object({ code: text, message: text })), undefined),
  }),
  {},
);

const CANCELED = 'Operation was canceled';

/** Extracts the result of an operation from Azure's answer. The SDK fails on an answer without a result, and does not say why a run was canceled. */
function readAnswer(body: unknown): { result: RunCommandResult; why?: FailedOperation } {
  const { value, properties, error } = lastAnswer.parse(body);
  const result = { value: value ?? properties?.output.value ?? [] } as RunCommandResult;
  const canceled = `${CANCELED}. ${error?.code ?? ''}. ${error?.message ?? ''}`;
  return { result, why: error && new FailedOperation(error.code ?? '', canceled) };
}

/** A failed operation as the SDK tells of it: `The long-running operation has failed. <code>. <message>`. */
function failedBy({ message }: Error): FailedOperation {
  const { code = '' } = /^The long-running operation has failed\. (?<code>\w+)\. /.exec(message)?.groups ?? {};
  return new FailedOperation(code, message);
}

// Codes that only a run that has ended can have, which Azure may also give as an error of the request for its result.
const ENDED = /^(VMExtension\w+|VMAgentStatus\w+|OperationPreempted)$/;

/** What a request for the state of a run says of the run, where it failed. */
function stateOf(error: unknown): RunState {
  if (!isRestError(error)) return { status: 'unread', error };
  // A 404 here is about the operation, not about the node; a 204 is a success without a result.
  if (error.statusCode === 204) return { status: 'done', statuses: [] };
  if ((error.statusCode === 404 && error.code !== 'SubscriptionNotFound') || error.statusCode === 410) return { status: 'gone' };
  const { code = '', message } = error;
  return ENDED.test(code) ? { status: 'failed', error: new FailedOperation(code, message) } : { status: 'unread', error };
}

function restore(
  { restorePoller }: typeof import('../azure/sdk/compute.ts'),
  compute: Compute,
  serialized: string,
  operation: RunOperation,
  onReason: (why: FailedOperation | undefined) => void,
) {
  try {
    // It uses no more of the client than there is.
    return restorePoller(compute as ComputeManagementClient, serialized, operation as Compute['virtualMachines']['runCommand'], {
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
export async function pollRun(compute: Compute, resourceId: string, serialized: string): Promise<RunState> {
  const operation =
    parseTarget(resourceId)?.kind === 'vm' ? compute.virtualMachines.runCommand : compute.virtualMachineScaleSetVMs.runCommand;
  let why: FailedOperation | undefined;
  // Not restored in an async function: a poller can be awaited, which would poll to the end.
  const poller = restore(await import('../azure/sdk/compute.ts'), compute, serialized, operation, (said) => {
    why = said;
  });
  if (poller === undefined) return { status: 'lost' };
  try {
    const state = await poller.poll();
    return state.status === 'succeeded' ? { status: 'done', statuses: poller.result?.value ?? [] } : { status: 'running' };
  } catch (error) {
    // The SDK throws a plain error for an operation that failed, and notes in its state that it did.
    const ended = isRestError(error) ? undefined : poller.operationState?.status;
    if (ended === 'canceled') return { status: 'failed', error: why ?? new FailedOperation('', CANCELED) };
    if (ended === 'failed' && error instanceof Error) return { status: 'failed', error: failedBy(error) };
    return stateOf(error);
  }
}
