import { createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { FailedOperation } from '../../src/azure/failure.ts';
import { SignInError } from '../../src/azure/sign-in-error.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const request = createPipelineRequest({ url: 'https://management.azure.com/' });
/** An answer of Azure as the SDK throws it. */
export const refused = (statusCode: number | undefined, code: string, message: string, details?: unknown) =>
  Object.assign(new RestError(message, { statusCode, code, request }), { details });

/** An operation that Azure accepted and that failed. */
const failed = (code: string, message: string) => new FailedOperation(code, message);

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
    refused(
      409,
      'OperationNotAllowed',
      'This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.',
    ),
    'ExtensionsDisallowed',
  ],
  [
    'a lock on the resource group',
    refused(
      409,
      'ScopeLocked',
      "The scope '/subscriptions/0/resourceGroups/MC_rg' cannot perform write operation because following scope(s) are locked.",
    ),
    'ScopeLocked',
  ],
  ['a lock, under another status', refused(403, 'ScopeLocked', 'The scope is locked.'), 'ScopeLocked'],
  [
    'a subscription that is disabled',
    refused(409, 'ReadOnlyDisabledSubscription', 'The subscription is disabled and therefore marked as read only.'),
    'SubscriptionDisabled',
  ],
  [
    'a disabled subscription, nested in a conflict',
    refused(409, 'Conflict', 'The request failed.', { error: { details: [{ code: 'ReadOnlyDisabledSubscription' }] } }),
    'SubscriptionDisabled',
  ],
  [
    'a policy of Azure',
    refused(403, 'RequestDisallowedByPolicy', "Resource 'runCommand' was disallowed by policy. Policy identifiers: ..."),
    'DisallowedByPolicy',
  ],
  [
    'a conflict with another request',
    refused(
      409,
      'Conflict',
      'The request failed due to conflict with a concurrent request. To resolve it, please refer to the activity log.',
    ),
    'NodeBusy',
  ],
  [
    'another extension in progress',
    refused(409, 'Conflict', 'Multiple VMExtensions per handler not supported: another extension operation is under way.'),
    'NodeBusy',
  ],
  ['an operation in progress under a code of its own', refused(409, 'AnotherOperationInProgress', 'Please try again later.'), 'NodeBusy'],
  [
    'a VM that is marked for deletion',
    refused(409, 'Conflict', "The VM 'aks-web_0' is marked for deletion. Only its deletion can be requested."),
    'Deleting',
  ],
  [
    'a silent agent, told at once',
    refused(409, 'OperationNotAllowed', "VM 'aks-web_0' has not reported status for VM agent or extensions. Verify that the OS is up."),
    'AgentNotReady',
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
  ['a token that is not taken', refused(401, 'InvalidAuthenticationToken', 'The access token is invalid.'), 'SignInFailed'],
  [
    'a token that expired',
    refused(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than now.'),
    'SignInFailed',
  ],
  ['a subscription that cannot be seen', refused(404, 'SubscriptionNotFound', 'The subscription could not be found.'), 'AccessDenied'],
  ['a bad gateway', refused(502, 'BadGateway', 'Bad Gateway'), 'StartUnknown'],
  ['a connection that was reset', refused(undefined, 'ECONNRESET', 'socket hang up'), 'StartUnknown'],
  ['an error of the service', refused(500, 'InternalServerError', 'An unexpected error occurred.'), 'StartUnknown'],
  ['a name that cannot be resolved', refused(undefined, 'ENOTFOUND', 'getaddrinfo ENOTFOUND management.azure.com'), 'AzureUnreachable'],
  ['a resolver that does not answer', refused(undefined, 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN management.azure.com'), 'AzureUnreachable'],
  ['a connection that was refused', refused(undefined, 'ECONNREFUSED', 'connect ECONNREFUSED'), 'AzureUnreachable'],
  [
    'a bad request that nobody knows',
    refused(400, 'InvalidParameter', 'Virtual Machine Scale Set VM instanceId must be a number.'),
    'AzureError',
  ],
  [
    'a failed operation with a code and words',
    failed('VMAgentStatusCommunicationError', "VM 'aks-web_0' has not reported status for VM agent or extensions."),
    'AgentNotReady',
  ],
  ['a failed operation that has nothing but words', failed('', "VM 'aks-web_0' has not reported status for VM agent."), 'AgentNotReady'],
  ['a failed operation of another kind', failed('', 'The long-running operation has failed'), 'RunCommandFailed'],
  [
    'an extension that timed out',
    failed('VMExtensionProvisioningTimeout', 'Provisioning of VM extension RunCommandLinux has timed out.'),
    'RunCommandFailed',
  ],
  [
    'a file system without noexec',
    failed(
      'VMExtensionHandlerNonTransientError',
      "The handler for VM extension type 'Microsoft.CPlat.Core.RunCommandLinux' has reported terminal failure with error message: '[ExtensionOperationError] Non-zero exit code: 126, /var/lib/waagent/bin/run-command-shim install\n[stderr]\n/bin/sh: run-command-shim: Permission denied\n'.",
    ),
    'ExecutionBlocked',
  ],
  [
    'a program of another architecture, which is no lack of a right',
    failed('VMExtensionHandlerNonTransientError', 'Non-zero exit code: 126, run-command-shim: Exec format error'),
    'RunCommandFailed',
  ],
  [
    'a policy of the agent',
    failed(
      'VMExtensionProvisioningError',
      "Extension will not be processed: failed to run extension 'Microsoft.CPlat.Core.RunCommandLinux' because it is not specified as an allowed extension.",
    ),
    'ExtensionBlocked',
  ],
  [
    'a disk without inodes',
    failed(
      'VMExtensionProvisioningError',
      'Enable failed: failed to write status: open /var/lib/waagent/status/0.status: no space left on device',
    ),
    'DiskNotWritable',
  ],
  [
    'a disk that became read-only',
    failed('VMExtensionProvisioningError', "[Errno 30] Read-only file system: '/var/lib/waagent/run-command'"),
    'DiskNotWritable',
  ],
  [
    'an operation that a later one displaced',
    failed('OperationPreempted', 'The operation execution has been preempted by a more recent operation.'),
    'OperationPreempted',
  ],
  [
    'a request that a later one displaced',
    refused(409, 'OperationPreempted', 'The operation execution has been preempted by a more recent operation.'),
    'OperationPreempted',
  ],
  ['a canceled operation', failed('', 'Operation was canceled'), 'RunCommandFailed'],
  ['no token', new SignInError('ManagedIdentityCredential: the endpoint answered 500'), 'SignInFailed'],
  [
    'no token, in the words of something else',
    new SignInError('the operation timed out: extension execution is in progress'),
    'SignInFailed',
  ],
  ['an error of our own', new TypeError('x is not a function'), 'ProberError'],
  ['an error of our own in the words of an operation', new Error('The long-running operation has failed'), 'ProberError'],
  ['something that is no error', 'thrown text', 'ProberError'],
  ['nothing', undefined, 'ProberError'],
];
