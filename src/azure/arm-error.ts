import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { redact } from '../model/redact.ts';

const MOST_CHARACTERS = 300;

/** Whether Azure Resource Manager refused the request (403, 404). A refusal is final; a 401 is not: the token may have expired just now. */
export function isRefusal(error: unknown): error is RestError {
  return isRestError(error) && [403, 404].includes(error.statusCode ?? 0);
}

/** Whether Azure refused a request because it knows no such subscription. */
export function isUnknownSubscription({ code }: RestError): boolean {
  return code === 'SubscriptionNotFound' || code === 'InvalidSubscriptionId';
}

/** The redacted message of Azure Resource Manager, with its error code: for a page of a list, the SDK's message holds only the status. */
export function armErrorText({ code, message }: RestError): string {
  return redact(code === undefined || message.includes(code) ? message : `${code}: ${message}`, MOST_CHARACTERS);
}

/** Whether this process aborted a request because Azure Resource Manager did not answer in time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
