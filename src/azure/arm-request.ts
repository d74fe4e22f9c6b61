import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest, type Pipeline } from '@azure/core-rest-pipeline';

/** What Azure Resource Manager answered, whatever its status. */
export interface ArmAnswer {
  status: number;
  /** Parsed JSON; undefined where it is none. */
  body: unknown;
  header(name: string): string | undefined;
}

/**
 * Sends a request for a resource that no SDK is loaded for.
 *
 * @param path - from `/subscriptions` or `/providers` on, with its query.
 * @param body - of a POST, as a value.
 * @throws RestError where there is no answer, SignInError where there is no token.
 */
export type ArmRequest = (path: string, options?: { body?: unknown; signal?: AbortSignal }) => Promise<ArmAnswer>;

function parse(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Sends requests by the pipeline of a client: with its token, retries, timeouts and the rule that no other host is called.
 *
 * @param endpoint - of Azure Resource Manager, without a slash at its end.
 */
export function requestBy(pipeline: Pipeline, endpoint: string): ArmRequest {
  const http = createDefaultHttpClient();
  return async (path, { body, signal } = {}) => {
    const headers = createHttpHeaders({ accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) });
    const request = createPipelineRequest({ url: `${endpoint}${path}`, method: body === undefined ? 'GET' : 'POST', headers });
    if (body !== undefined) request.body = JSON.stringify(body);
    if (signal !== undefined) request.abortSignal = signal;
    const response = await pipeline.sendRequest(http, request);
    return { status: response.status, body: parse(response.bodyAsText), header: (name) => response.headers.get(name) };
  };
}
