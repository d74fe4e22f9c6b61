import azureFunctions from '@azure/functions';
import { compileRoute } from '../../local/host/http-route.ts';
import { answer } from '../../src/http/answer.ts';
import { type KeptAnswers, keepAnswers } from '../../src/http/keep-answers.ts';
import { methodsOf, type Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import type { Services } from '../../src/services.ts';

/** What came back. */
export interface Answered {
  route: Route;
  status: number;
  headers: Headers;
  text: string;
  /** The body, where it is JSON. */
  json: unknown;
}

export interface Ask {
  method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
}

// As the host tries them.
const byName = [...routes].sort((a, b) => (a.name < b.name ? -1 : 1));

/**
 * Asks the app as the host would, without a host between.
 *
 * @param path - below `/api/`, percent-encoded.
 * @param kept - answers of earlier requests; none unless given.
 */
export async function ask(services: Services, path: string, init: Ask = {}, kept: KeptAnswers = keepAnswers()): Promise<Answered> {
  const { method = 'GET', headers = {}, body } = init;
  const url = new URL(`http://127.0.0.1/api/${path}`);
  for (const route of byName) {
    const params = methodsOf(route).includes(method) ? compileRoute(`api/${route.path}`)(url.pathname) : undefined;
    if (params === undefined) continue;
    const query = Object.fromEntries([...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(',')]));
    const request = new azureFunctions.HttpRequest({
      method,
      url: url.href,
      headers,
      params,
      query,
      ...(body !== undefined && { body: { string: body } }),
    });
    const response = await answer(services, kept, route, request);
    const text = String(response.body ?? '');
    const given = new Headers(response.headers as Record<string, string>);
    const isJson = given.get('content-type')?.includes('json') && text !== '';
    return { route, status: response.status ?? 200, headers: given, text, json: isJson ? JSON.parse(text) : undefined };
  }
  throw new Error(`no route takes ${method} /api/${path}: the host would answer 404 itself`);
}
