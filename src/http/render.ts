import { createHash } from 'node:crypto';
import type { HttpResponseInit } from '@azure/functions';
import { log } from '../log.ts';
import { Problem } from '../model/problem.ts';
import { SCRIPT_SOURCE, STYLE_SOURCE } from '../page/assets.ts';
import { statusOfProblem, viewProblem } from './problem.ts';
import type { Reply } from './route.ts';

/** A reply that is ready to be sent. */
export interface Rendered {
  status: number;
  headers: Record<string, string>;
  body: string;
}

// A page may show output of nodes and messages of Azure, so that nothing may run, load or send anything on it but our own style and script.
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; script-src ${SCRIPT_SOURCE}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  // Not `no-referrer`: a browser would then hide the origin of our own forms from us.
  'referrer-policy': 'same-origin',
};
const NO_SNIFF = { 'x-content-type-options': 'nosniff' };
const NO_STORE = { ...NO_SNIFF, 'cache-control': 'no-store' };
// Only the caller may cache the answer, and must revalidate it each time: with its ETag that needs no body.
const REVALIDATED = { ...NO_SNIFF, 'cache-control': 'private, no-cache' };

const etagOf = (body: string) => `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/**
 * Renders a reply. It has an ETag, the hash of its body.
 *
 * @param mayBeKept - false for the answer to a POST, which cannot be requested again and so must not be cached.
 */
export function render({ status = 200, json, html, varying, text, headers = {} }: Reply, mayBeKept: boolean): Rendered {
  if (html !== undefined) {
    const etag = etagOf(varying === undefined ? html : html.replaceAll(varying, ''));
    const keeping = mayBeKept && status === 200 ? { ...REVALIDATED, etag } : NO_STORE;
    return { status, headers: { ...keeping, ...PAGE_HEADERS, ...headers }, body: html };
  }
  if (status === 204 || status === 303) return { status, headers: { ...NO_STORE, ...headers }, body: '' };
  const body = text?.body ?? JSON.stringify(json);
  const type = text?.type ?? 'application/json';
  const keeping = mayBeKept ? { ...REVALIDATED, etag: etagOf(body) } : NO_STORE;
  return { status, headers: { ...keeping, 'content-type': type, ...headers }, body };
}

// `If-None-Match` compares weakly: a proxy that compresses makes the tags weak.
const names = (condition: string, etag: string) =>
  condition.trim() === '*' || condition.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

/** The response to one request: 304 without a body if the caller has the same body already. */
export function toResponse({ status, headers, body }: Rendered, condition: string | null): HttpResponseInit {
  const { 'content-type': _, ...rest } = headers;
  if (status === 200 && condition !== null && headers.etag !== undefined && names(condition, headers.etag))
    return { status: 304, headers: rest };
  return { status, headers, body };
}

/** The response to a `HEAD`: without the body, but with its length. */
export function withoutBody({ body, headers, ...response }: HttpResponseInit): HttpResponseInit {
  if (typeof body !== 'string') return { headers, ...response };
  return { ...response, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } };
}

/** Converts an error to the problem to answer with; the details of an internal error go only to the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  log.error('a request failed', error);
  return new Problem('internal', 'the request failed inside the prober; its log has the cause');
}

/**
 * The response to a request that failed.
 *
 * @param page - the problem as a page, if a page was requested.
 */
export function toProblem(problem: Problem, page?: string): HttpResponseInit {
  const { status } = statusOfProblem(problem);
  const { retryAfterSeconds } = problem;
  const later: Record<string, string> = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (page !== undefined) return { status, headers: { ...NO_STORE, ...PAGE_HEADERS, ...later }, body: page };
  return {
    status,
    headers: { ...NO_STORE, 'content-type': 'application/problem+json', ...later },
    body: JSON.stringify(viewProblem(problem)),
  };
}
