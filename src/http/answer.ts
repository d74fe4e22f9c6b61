import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Services } from '../services.ts';
import { currentIntervalMs } from '../views/current-interval.ts';
import { compress } from './compress.ts';
import type { KeptAnswers } from './keep-answers.ts';
import { showProblemPage } from './pages.ts';
import { statusOfProblem } from './problem.ts';
import { KEY, readBodyOf, readRequest } from './read-request.ts';
import { problemOf, render, toProblem, toResponse, withoutBody } from './render.ts';
import type { Route } from './route.ts';

const LONGEST_KEPT_MS = 5_000;
/** A kept answer is never older than this share of the interval between sweeps. */
const SHARE_OF_INTERVAL = 1 / 60;

async function respond(services: Services, kept: KeptAnswers, route: Route, request: HttpRequest): Promise<HttpResponseInit> {
  try {
    const parsed = readRequest(route, request);
    const condition = route.method === 'GET' ? request.headers.get('if-none-match') : null;
    const refusal = await route.guard?.(services, parsed);
    if (refusal !== undefined) return toResponse(render(refusal, false), null);
    parsed.body = await readBodyOf(route, request);
    const make = async () => render(await route.handle(services, parsed), route.method === 'GET');
    // The answer to a key as a parameter signs its caller in, and is no other's.
    if (!route.kept || (route.page && parsed.key !== undefined)) return toResponse(await make(), condition);
    const now = services.now();
    const longest = Math.min(LONGEST_KEPT_MS, currentIntervalMs(services) * SHARE_OF_INTERVAL);
    parsed.query.sort();
    const key = JSON.stringify([route.name, parsed.params, parsed.query.toString()]);
    const { readAt, ...rendered } = await kept.get(key, now.getTime(), longest, make);
    const age = String(Math.max(0, Math.floor((services.now().getTime() - readAt) / 1000)));
    return toResponse({ ...rendered, headers: { ...rendered.headers, age } }, condition);
  } catch (error) {
    const problem = problemOf(error);
    const key = request.query.get(KEY) ?? undefined;
    const titled = { ...statusOfProblem(problem), problem };
    return toProblem(problem, route.page ? showProblemPage(services, route, titled, key) : undefined);
  }
}

/**
 * Answers one request. An internal error is answered without its details. A `HEAD` is answered like its `GET`, without the body.
 *
 * @param kept - the answers of the last few seconds, for routes that allow it.
 */
export async function answer(services: Services, kept: KeptAnswers, route: Route, request: HttpRequest): Promise<HttpResponseInit> {
  const response = await respond(services, kept, route, request);
  const isHead = request.method === 'HEAD';
  // What is refused is small, and described for every route alike.
  const isCompressed = route.compressed && [200, 304].includes(response.status ?? 200);
  const encoded = isCompressed ? await compress(response, isHead ? null : request.headers.get('accept-encoding')) : response;
  return isHead ? withoutBody(encoded) : encoded;
}
