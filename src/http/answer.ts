import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Services } from '../services.ts';
import { HttpProblem, problemBody } from './problem.ts';
import type { Reply, Route } from './routes.ts';

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function toResponse({ status = 200, json, html }: Reply): HttpResponseInit {
  if (html !== undefined) return { status, headers: { ...COMMON_HEADERS, ...PAGE_HEADERS }, body: html };
  return { status, headers: { ...COMMON_HEADERS, 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

function toProblem(error: unknown): HttpResponseInit {
  const problem =
    error instanceof HttpProblem ? error : new HttpProblem(500, 'internal', 'the request failed inside the prober; its log has the cause');
  if (problem.status === 500) console.error(error);
  const headers = { ...COMMON_HEADERS, 'content-type': 'application/problem+json' };
  return { status: problem.status, headers, body: JSON.stringify(problemBody(problem)) };
}

/** Answers one request; nothing internal leaks. */
export async function answer(services: Services, route: Route, request: HttpRequest): Promise<HttpResponseInit> {
  try {
    return toResponse(await route.handle(services, { params: request.params, query: request.query }));
  } catch (error) {
    return toProblem(error);
  }
}
