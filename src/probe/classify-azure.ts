import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { type Failure, failureOf } from '../azure/failure.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { redact } from '../model/redact.ts';
import type { Verdict } from '../model/verdict.ts';

type Answer = Extract<Failure, { kind: 'answered' }>;

/** Codes that name a reason wherever they stand in an answer. */
const REASON_OF_CODE: Readonly<Record<string, ReasonCode>> = {
  VMAgentStatusCommunicationError: 'AgentNotReady',
  DenyAssignmentAuthorizationFailed: 'NodeGroupLocked',
  ScopeLocked: 'ScopeLocked',
  ReadOnlyDisabledSubscription: 'SubscriptionDisabled',
  DisabledSubscription: 'SubscriptionDisabled',
  SubscriptionDisabled: 'SubscriptionDisabled',
  RequestDisallowedByPolicy: 'DisallowedByPolicy',
  OperationPreempted: 'OperationPreempted',
  ParentResourceNotFound: 'NodeGone',
  ResourceNotFound: 'NodeGone',
  InstanceIdsListInstanceIdNotActiveVM: 'NodeGone',
};

/** What one code means by different words: there is no other way to tell these refusals apart. */
const REFUSALS_BY_TEXT: readonly [text: RegExp, reason: ReasonCode][] = [
  [/marked for deletion/i, 'Deleting'],
  [/extension operations are (disallowed|not allowed)|allowExtensionOperations/i, 'ExtensionsDisallowed'],
  [/VM is not running/i, 'NotRunning'],
  [/does not match the target OS/i, 'WrongOs'],
  [/has not reported status/i, 'AgentNotReady'],
  [/is not an active Virtual Machine Scale Set VM/i, 'NodeGone'],
];

/** Codes of conflicts with another operation, which may be a Run Command, another extension or an upgrade. */
const CONFLICT = /^(Conflict|ConflictingUserInput|RetryableError|ConcurrentOperation\w*|\w*InProgress\w*)$/i;

/** Why an extension that Azure calls failed did not run, by the words of the VM agent (WALinuxAgent#2859, WALinuxAgent#3259, seed 003). */
const FAILURES_BY_TEXT: readonly [text: RegExp, reason: ReasonCode][] = [
  [/no space left on device|\bENOSPC\b|disk quota exceeded|read-only file system|\bErrno (28|30|122)\b/i, 'DiskNotWritable'],
  [/exit code:? ?126\b(?=[\s\S]*permission denied)|mounted with the noexec flag/i, 'ExecutionBlocked'],
  [/extension will not be processed|is not specified as an allowed extension|extension is disallowed by/i, 'ExtensionBlocked'],
  [/has not reported status/i, 'AgentNotReady'],
];

const byText = (rules: readonly [RegExp, ReasonCode][], text: string) => rules.find(([words]) => words.test(text))?.[1];

/** The reason for an operation that was accepted and failed. */
function reasonOfFailure({ codes, text }: Answer): ReasonCode {
  const named = codes
    .map((code) => (Object.hasOwn(REASON_OF_CODE, code) ? REASON_OF_CODE[code] : undefined))
    .find((reason) => reason !== undefined);
  return named ?? byText(FAILURES_BY_TEXT, text) ?? 'RunCommandFailed';
}

/** The reason for a request that was refused. `OperationNotAllowed` alone means three things: the VM is not running, extensions are disallowed, throttled. */
function reasonOfRefusal({ status, codes, text }: Answer): ReasonCode {
  const named = codes
    .map((code) => (Object.hasOwn(REASON_OF_CODE, code) ? REASON_OF_CODE[code] : undefined))
    .find((reason) => reason !== undefined);
  if (named !== undefined) return named;
  if (status === 403) return 'AccessDenied';
  if (status === 404) return codes.includes('SubscriptionNotFound') ? 'AccessDenied' : 'NodeGone';
  const said = byText(REFUSALS_BY_TEXT, text);
  if (said !== undefined) return said;
  return status === 409 && codes.some((code) => CONFLICT.test(code)) ? 'NodeBusy' : 'AzureError';
}

/**
 * Finds the reason for an error that came instead of a result. What happened on the way to Azure says nothing about the node, whatever its text says;
 * of an answer the status and the codes are asked first, and its text only where one code means several things.
 */
export function classifyAzureError(error: unknown): ReasonCode {
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'throttled':
      return 'Throttled';
    case 'signIn':
      return 'SignInFailed';
    case 'unavailable':
      return failure.sent ? 'StartUnknown' : 'AzureUnreachable';
    case 'own':
      return 'ProberError';
    case 'answered':
      return failure.status === undefined ? reasonOfFailure(failure) : reasonOfRefusal(failure);
  }
}

/** What became of a connection to Azure, by the code that Node gives it. */
const CONNECTIONS: Readonly<Record<string, (host: string) => string>> = {
  ENOTFOUND: (host) => `the name ${host} did not resolve where the prober runs`,
  EAI_AGAIN: (host) => `no DNS server answered the prober for the name ${host}`,
  ECONNREFUSED: (host) => `${host} refused the connection of the prober`,
  EHOSTUNREACH: (host) => `the prober has no route to ${host}`,
  ENETUNREACH: (host) => `the prober has no route to ${host}`,
  ETIMEDOUT: (host) => `${host} did not answer the connection of the prober`,
  ECONNRESET: (host) => `the connection of the prober to ${host} was reset before an answer came`,
};

function messageOf(error: unknown): string {
  const code = isRestError(error) && error.statusCode === undefined ? (error.code ?? '') : '';
  const said = Object.hasOwn(CONNECTIONS, code) ? CONNECTIONS[code] : undefined;
  if (said !== undefined) return said(URL.parse((error as RestError).request?.url ?? '')?.host ?? 'Azure');
  return redact(error instanceof Error ? error.message : String(error), 300);
}

/** Converts an error to a verdict: a failure of Azure or of the prober is `unknown`, never an outage of the node. */
export function unknownFrom(error: unknown): Verdict {
  return { verdict: 'unknown', reason: classifyAzureError(error), message: messageOf(error) };
}

/** The verdict when Azure refuses to start a run. For a node that is still being created the reason is `Creating`, unless another run is in progress. */
export function refusalOf(error: unknown, isCreating: boolean): Verdict {
  const verdict = unknownFrom(error);
  const isAnswer = failureOf(error).kind === 'answered';
  return isCreating && isAnswer && verdict.reason !== 'NodeBusy' ? { ...verdict, reason: 'Creating' } : verdict;
}

/** The verdict when the state of a run could not be read before its deadline: why not. The run may have ended long ago. */
export function unreadFrom(error: unknown): Verdict {
  const { kind } = failureOf(error);
  const reason = kind === 'unavailable' ? 'AzureUnreachable' : kind === 'answered' ? reasonOfUnread(error) : classifyAzureError(error);
  return { verdict: 'unknown', reason, message: `the state of the run could not be read: ${messageOf(error)}` };
}

function reasonOfUnread(error: unknown): ReasonCode {
  const reason = classifyAzureError(error);
  return reason === 'AccessDenied' ? reason : 'AzureError';
}
