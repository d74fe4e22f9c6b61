import { z } from 'zod';
import { type ArmReply, armError, throttledReply } from './arm-reply.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { FaultBoard } from './switch-faults.ts';

const inputSchema = z.object({
  commandId: z.string(),
  script: z.array(z.string()).optional(),
  parameters: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

/** The input of a run command. Without a script, Azure runs a sample of its own. */
export type RunCommandInput = z.output<typeof inputSchema>;

const shellOf = { Linux: 'RunShellScript', Windows: 'RunPowerShellScript' } as const;
const action = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action';

/**
 * Decides whether a run command may begin, in Azure's order: rights, locks, throttling, the request, the machine's state.
 *
 * @param node - `undefined` when no instance has the id that was asked for.
 * @param retryAfterSeconds - how long a throttled caller is asked to wait.
 * @returns the refusal, or the node and the input when the run may begin.
 */
export function refuseRunCommand(
  board: FaultBoard,
  node: SimulatedNode | undefined,
  instanceId: string,
  body: unknown,
  retryAfterSeconds: number,
): { refusal: ArmReply } | { input: RunCommandInput; node: SimulatedNode } {
  const refuse = (refusal: ArmReply) => ({ refusal });
  if (node === undefined)
    return refuse(
      armError(400, 'InvalidParameter', `The provided instanceId ${instanceId} is not an active Virtual Machine Scale Set VM instanceId.`, {
        target: 'instanceIds',
      }),
    );
  const fault = board.ofNode(node, 'arm');
  const client = `The client with object id '${node.vmId}'`;
  const scope = `/subscriptions/${node.cluster.subscriptionId}/resourceGroups/${node.cluster.nodeResourceGroup}`;
  if (fault === 'access-denied')
    return refuse(
      armError(403, 'AuthorizationFailed', `${client} does not have authorization to perform action '${action}' over scope '${scope}'.`),
    );
  if (board.ofNode(node, 'model') === 'cluster-locked' || node.cluster.spec.restrictionLevel === 'ReadOnly')
    return refuse(
      armError(
        403,
        'DenyAssignmentAuthorizationFailed',
        `${client} has permission to perform action '${action}' on scope '${scope}'; however, the access is denied because of the deny assignment with name 'Deny assignment for AKS managed resource group'.`,
      ),
    );
  if (fault === 'scope-locked')
    return refuse(
      armError(
        409,
        'ScopeLocked',
        `The scope '${scope}' cannot perform write operation because following scope(s) are locked: '${scope}'. Please remove the lock and try again.`,
      ),
    );
  if (fault === 'subscription-disabled')
    return refuse(
      armError(
        409,
        'ReadOnlyDisabledSubscription',
        `The subscription '${node.cluster.subscriptionId}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
      ),
    );
  if (fault === 'throttled') return refuse(throttledReply('UpdateVM', retryAfterSeconds));

  const parsed = inputSchema.safeParse(body);
  if (!parsed.success)
    return refuse(armError(400, 'InvalidRequestContent', `The request content was invalid: ${z.prettifyError(parsed.error)}`));
  const { commandId } = parsed.data;
  const known = Object.values(shellOf).find((id) => id.toLowerCase() === commandId.toLowerCase());
  if (known === undefined) return refuse(armError(404, 'NotFound', `The entity ${commandId} was not found in this Azure location.`));
  const { os } = node.pool.spec;
  if (known !== shellOf[os]) {
    const asked = os === 'Linux' ? 'Windows' : 'Linux';
    return refuse(armError(409, 'Conflict', `Run command OS type '${asked}' does not match the target OS ${os}.`));
  }
  if (fault === 'extensions-disallowed') return refuse(extensionsDisallowedReply());
  return { input: parsed.data, node };
}

/** The refusal of an instance of a scale set that is not called by a number (https://github.com/Azure/azure-powershell/issues/23622). */
export function noNumberReply(): ArmReply {
  return armError(400, 'InvalidParameter', 'Virtual Machine Scale Set VM instanceId must be a number.', { target: 'instanceId' });
}

/** The refusal of a machine whose `allowExtensionOperations` is false. */
function extensionsDisallowedReply(): ArmReply {
  return armError(
    409,
    'OperationNotAllowed',
    'This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.',
  );
}

/** The refusal of a machine that is not running. */
export function notRunningReply(): ArmReply {
  return armError(409, 'OperationNotAllowed', 'Cannot modify extensions in the VM when the VM is not running.');
}

/** The refusal while another run is in progress, whoever started it. */
export function inProgressReply(): ArmReply {
  return armError(
    409,
    'Conflict',
    'Run command extension execution is in progress. Please wait for completion before invoking a run command.',
  );
}
