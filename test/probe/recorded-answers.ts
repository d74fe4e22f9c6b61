import { createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import type { ReasonCode } from '../../src/model/reasons.ts';

const request = createPipelineRequest({ url: 'https://management.azure.com/' });
/** An answer of Azure as the SDK throws it. */
export const refused = (statusCode: number | undefined, code: string, message: string, details?: unknown) =>
  Object.assign(new RestError(message, { statusCode, code, request }), { details });

/** What Azure answers instead of a result, as recorded, with the reason that it stands for. */
export const answers: [what: string, error: unknown, reason: ReasonCode][] = [
  [
    'another run in progress',
    refused(409, 'Conflict', 'Run command extension execution is in progress. Please wait for completion before invoking a run command.'),
    'NodeBusy',
  ],
  [
    'a VM that does not run',
    refused(409, 'OperationNotAllowed', 'Cannot modify extensions in the VM when the VM is not running.'),
    'NotRunning',
  ],
  [
    'extensions that are disallowed',
    refused(409, 'OperationNotAllowed', 'This operation cannot be performed when extension operations are disallowed.'),
    'AzureError',
  ],
  [
    'throttling under the code of something else',
    refused(
      429,
      'OperationNotAllowed',
      'The server rejected the request because too many requests have been received for this subscription.',
    ),
    'Throttled',
  ],
  ['the wrong operating system', refused(409, 'Conflict', "Run command OS type 'Linux' does not match the target OS Windows."), 'WrongOs'],
  [
    'a silent agent, nested in the details',
    refused(409, 'Conflict', 'The request failed.', { error: { details: [{ code: 'VMAgentStatusCommunicationError' }] } }),
    'AgentNotReady',
  ],
  [
    'an instance that was deleted',
    refused(400, 'InvalidParameter', 'The provided instanceId 7 is not an active Virtual Machine Scale Set VM instanceId.'),
    'NodeGone',
  ],
  [
    'a scale set that was deleted',
    refused(404, 'ParentResourceNotFound', 'Can not perform requested operation on nested resource.'),
    'NodeGone',
  ],
  [
    'a locked node resource group',
    refused(
      403,
      'DenyAssignmentAuthorizationFailed',
      'The client has permission, however the access is denied because of the deny assignment.',
    ),
    'NodeGroupLocked',
  ],
  ['a missing right', refused(403, 'AuthorizationFailed', 'The client does not have authorization to perform action.'), 'AccessDenied'],
  ['a token that is not taken', refused(401, 'InvalidAuthenticationToken', 'The access token is invalid.'), 'AccessDenied'],
  ['a bad gateway', refused(502, 'BadGateway', 'Bad Gateway'), 'StartUnknown'],
  ['a connection that was reset', refused(undefined, 'ECONNRESET', 'socket hang up'), 'StartUnknown'],
  ['an error of the service', refused(500, 'InternalServerError', 'An unexpected error occurred.'), 'AzureError'],
  [
    'a bad request that nobody knows',
    refused(400, 'InvalidParameter', 'Virtual Machine Scale Set VM instanceId must be a number.'),
    'AzureError',
  ],
  [
    'a failed operation, which has nothing but text',
    new Error("VM 'aks-web_0' has not reported status for VM agent or extensions."),
    'AgentNotReady',
  ],
  ['a failed operation of another kind', new Error('The long-running operation has failed'), 'RunCommandFailed'],
  [
    'an extension that timed out',
    new Error('VMExtensionProvisioningTimeout: Provisioning of VM extension RunCommandLinux has timed out.'),
    'RunCommandFailed',
  ],
  [
    'an operation that a later one displaced',
    new Error(
      'The long-running operation has failed. OperationPreempted. The operation execution has been preempted by a more recent operation.',
    ),
    'OperationPreempted',
  ],
  [
    'a request that a later one displaced',
    refused(409, 'OperationPreempted', 'The operation execution has been preempted by a more recent operation.'),
    'OperationPreempted',
  ],
  ['a canceled operation', new Error('Operation was canceled'), 'RunCommandFailed'],
  ['an error of our own', new TypeError('x is not a function'), 'ProberError'],
  ['something that is no error', 'thrown text', 'ProberError'],
  ['nothing', undefined, 'ProberError'],
];
