import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import * as z from '../zod.ts';
import { SignInError } from './sign-in-error.ts';

/** Azure accepted an operation, and says that it ended in failure. The SDK gives nothing but a text for it; its code is taken out of that. */
export class FailedOperation extends Error {
  override name = 'FailedOperation';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What came of a request that did not succeed. Only `answered` says something about what was asked for. */
export type Failure =
  /** Azure refused the request, or says that its operation failed. Codes from the outermost to the innermost. */
  | { kind: 'answered'; status?: number; codes: readonly string[]; text: string }
  | { kind: 'throttled' }
  /** There was no token, or Azure did not take it, for example because it expired meanwhile. */
  | { kind: 'signIn' }
  /** Azure is in trouble (5xx), was not reached, or gave no answer in time. `sent`: the request may have been carried out all the same. */
  | { kind: 'unavailable'; sent: boolean }
  /** An error of the program. */
  | { kind: 'own' };

/** Codes of connections that were never made, so that nothing was sent. */
const NEVER_SENT = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CERT_\w+|UNABLE_TO_\w+|\w+_CERT_\w+)$/;
const DEEPEST = 6;

const coded = z.looseObject({ code: z.catch(z.optional(z.string()), undefined), message: z.catch(z.optional(z.string()), undefined) });

/** All codes in an answer: Azure nests the one that matters in `details`, or in JSON inside of a message. */
function codesIn(value: unknown, depth = 0): string[] {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => codesIn(each, depth + 1));
  const { code, message, ...more } = coded.parse(value);
  const own = code === undefined ? [] : [code];
  return [...own, ...codesInText(message, depth), ...Object.values(more).flatMap((each) => codesIn(each, depth + 1))];
}

function codesInText(text: string | undefined, depth: number): string[] {
  if (text === undefined || !text.trimStart().startsWith('{')) return [];
  try {
    return codesIn(JSON.parse(text), depth + 1);
  } catch {
    return [];
  }
}

function answerOf(error: RestError): Failure {
  const { code = '', message, details, response } = error;
  const body = response?.bodyAsText ?? '';
  const codes = [...(code === '' ? [] : [code]), ...codesIn(details), ...codesInText(body, 0)];
  const text = [message, details === undefined ? body : JSON.stringify(details)].join(' ');
  return { kind: 'answered', status: error.statusCode, codes: [...new Set(codes)], text };
}

/** Tells what a failed request means: an answer about what was asked for, or a failure on the way to an answer. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SignInError) return { kind: 'signIn' };
  if (error instanceof FailedOperation) return { kind: 'answered', codes: error.code === '' ? [] : [error.code], text: error.message };
  // A request that this process aborted because there was no answer in time.
  if (error instanceof Error && error.name === 'AbortError') return { kind: 'unavailable', sent: true };
  if (!isRestError(error)) return { kind: 'own' };
  const status = error.statusCode;
  if (status === undefined) return { kind: 'unavailable', sent: !NEVER_SENT.test(error.code ?? '') };
  if (status === 401) return { kind: 'signIn' };
  if (status === 429) return { kind: 'throttled' };
  return status === 408 || status >= 500 ? { kind: 'unavailable', sent: true } : answerOf(error);
}

/** Whether a request failed before anything was sent, so that what it asks for has certainly not been done. */
export function wasNeverSent(error: unknown): boolean {
  const failure = failureOf(error);
  return failure.kind === 'signIn' || (failure.kind === 'unavailable' && !failure.sent);
}

/** Whether a request failed for a reason that passes, and is worth another try. */
export function isPassing(error: unknown): boolean {
  const { kind } = failureOf(error);
  return kind === 'throttled' || kind === 'signIn' || kind === 'unavailable';
}
