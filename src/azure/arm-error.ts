import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { redact } from '../model/redact.ts';

const MOST_CHARACTERS = 300;

/** Whether Azure Resource Manager refused: that is an answer, while anything else is tried again. */
export function isRefusal(error: unknown): error is RestError {
  return isRestError(error) && [401, 403, 404].includes(error.statusCode ?? 0);
}

/** What Azure Resource Manager said, redacted: of a page of a list the SDK's message tells the status alone, while the code says why. */
export function armErrorText({ code, message }: RestError): string {
  return redact(code === undefined || message.includes(code) ? message : `${code}: ${message}`, MOST_CHARACTERS);
}

/** Whether a request was given up here because Azure Resource Manager gave no answer in time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
