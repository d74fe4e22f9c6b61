import { isRestError } from '@azure/core-rest-pipeline';
import type { ReasonCode } from '../model/reasons.ts';
import { redact } from '../model/redact.ts';
import type { Verdict } from '../model/verdict.ts';

function classifyText(text: string): ReasonCode | undefined {
  if (/VMAgentStatusCommunicationError|has not reported status/i.test(text)) return 'AgentNotReady';
  if (/DenyAssignmentAuthorizationFailed/i.test(text)) return 'NodeGroupLocked';
  if (/does not match the target OS/i.test(text)) return 'WrongOs';
  if (/execution is in progress/i.test(text)) return 'NodeBusy';
  if (/OperationPreempted|preempted by a more recent operation/i.test(text)) return 'OperationPreempted';
  if (/VM is not running/i.test(text)) return 'NotRunning';
  if (/is not an active Virtual Machine Scale Set VM|ParentResourceNotFound|ResourceNotFound/i.test(text)) return 'NodeGone';
  return undefined;
}

/**
 * Finds the reason for an error that Azure gave instead of a result. The status is checked first: the code `OperationNotAllowed` may mean throttled (429),
 * not running (409) or extensions disallowed (409). A failed operation is a plain Error that has only a text.
 */
export function classifyAzureError(error: unknown): ReasonCode {
  // A request that timed out here: the run may have started.
  if (error instanceof Error && error.name === 'AbortError') return 'StartUnknown';
  if (!isRestError(error))
    return classifyText(String(error)) ?? (/operation|long-running|provisioning/i.test(String(error)) ? 'RunCommandFailed' : 'ProberError');
  const text = `${error.code ?? ''} ${error.message} ${JSON.stringify(error.details ?? '')}`;
  const status = error.statusCode;
  if (status === 429) return 'Throttled';
  if (status === undefined || status === 502) return 'StartUnknown';
  if (status === 401 || status === 403) return classifyText(text) === 'NodeGroupLocked' ? 'NodeGroupLocked' : 'AccessDenied';
  if (status === 404) return 'NodeGone';
  return classifyText(text) ?? 'AzureError';
}

/** Converts an error to a verdict: a failure of Azure or of the prober is `unknown`, never an outage of the node. */
export function unknownFrom(error: unknown): Verdict {
  return {
    verdict: 'unknown',
    reason: classifyAzureError(error),
    message: redact(error instanceof Error ? error.message : String(error), 300),
  };
}

/** The verdict when Azure refuses to start a run. For a node that is still being created the reason is `Creating`, unless another run is in progress. */
export function refusalOf(error: unknown, isCreating: boolean): Verdict {
  const verdict = unknownFrom(error);
  return isCreating && verdict.reason !== 'NodeBusy' ? { ...verdict, reason: 'Creating' } : verdict;
}
