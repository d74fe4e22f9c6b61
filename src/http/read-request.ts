import type { HttpRequest } from '@azure/functions';
import { Problem } from '../model/problem.ts';
import * as z from '../zod.ts';
import type { Route, RouteRequest } from './route.ts';

const MOST_BODY_BYTES = 4096;
const QUOTED = 80;
/** The query parameter that may carry the function key. */
export const KEY = 'code';

type Texts = Record<string, string | undefined>;

/** Reads parameters by a schema whose messages continue "expected <name> to be". */
function readTexts(schema: z.ZodMiniObject, given: Texts): Texts {
  const parsed = z.strictObject(schema.shape).safeParse(given);
  if (parsed.success) return parsed.data as Texts;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape);
    const expected = known.length === 0 ? 'no query parameter' : `no query parameter but ${known.join(', ')}`;
    // A misspelt filter must not be ignored, as if everything passed it.
    throw new Problem('unknown-parameter', `expected ${expected}, got "${issue.keys[0]?.slice(0, QUOTED)}"`);
  }
  const name = String(issue?.path[0]);
  throw new Problem(`bad-${name}`, `expected ${name} to be ${issue?.message}, got "${given[name]?.slice(0, QUOTED)}"`);
}

/** What is wrong with a body; if several forms are allowed, compared with the nearest one. */
function explain(issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  if (first?.code === 'invalid_union' && first.errors.length > 0)
    return explain(first.errors.reduce((best, each) => (each.length < best.length ? each : best)));
  return issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`).join('; ');
}

async function readBody(schema: z.ZodMiniType, request: HttpRequest): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^\s*application\/json\s*(;|$)/i.test(type))
    throw new Problem('not-json', `expected a body of the content type application/json, got "${type.slice(0, QUOTED)}"`);
  const bytes = Number(request.headers.get('content-length')) > MOST_BODY_BYTES ? undefined : await request.arrayBuffer();
  if (bytes === undefined || bytes.byteLength > MOST_BODY_BYTES)
    throw new Problem('body-too-large', `expected a body of at most ${MOST_BODY_BYTES} bytes, got more`);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('bad-body', 'expected a body of JSON in UTF-8, got none that can be read');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const form = z.meaningOf(schema) ?? 'what GET /api/openapi.json describes';
  throw new Problem('bad-body', `expected as body: ${form} Got another: ${explain(parsed.error.issues).slice(0, 400)}`);
}

/** Reads the fields of a form, of which none may come twice. */
async function readForm(schema: z.ZodMiniObject, request: HttpRequest): Promise<Texts> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type))
    throw new Problem('bad-form', `expected a form (application/x-www-form-urlencoded), got "${type.slice(0, QUOTED)}"`);
  const bytes = Number(request.headers.get('content-length')) > MOST_BODY_BYTES ? undefined : await request.arrayBuffer();
  if (bytes === undefined || bytes.byteLength > MOST_BODY_BYTES)
    throw new Problem('body-too-large', `expected a body of at most ${MOST_BODY_BYTES} bytes, got more`);
  const fields = [...new URLSearchParams(new TextDecoder().decode(bytes))];
  const names = fields.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new Problem('bad-form', `expected each field once, got "${twice.slice(0, QUOTED)}" twice`);
  return readTexts(schema, Object.fromEntries(fields));
}

/**
 * Reads what a request asks for by the schemas of its route; its body is still to be read, once the caller may be answered.
 *
 * @throws Problem that says what was expected and what was received.
 */
export function readRequest(route: Route, request: HttpRequest): RouteRequest & { query: URLSearchParams } {
  const params = route.params === undefined ? {} : readTexts(route.params, request.params);
  const given = Object.fromEntries([...request.query].filter(([name]) => name !== KEY));
  const query = readTexts(route.query ?? z.object({}), given);
  const texts = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const url = new URL(request.url);
  url.searchParams.delete(KEY);
  // The encryption of a request ends before the app: what was asked for by https may come to it by http.
  const isEncrypted = url.protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
  const own = { host: url.host, origin: `${isEncrypted ? 'https' : 'http'}://${url.host}`, path: `${url.pathname}${url.search}` };
  const key = request.query.get(KEY) ?? undefined;
  return { params, query: new URLSearchParams(texts), headers: request.headers, body: undefined, key, ...own };
}

/**
 * Reads the body of a request by the schema of its route; undefined if the route takes none.
 *
 * @throws Problem that says what was expected and what was received.
 */
export async function readBodyOf({ form, body }: Route, request: HttpRequest): Promise<unknown> {
  return form === undefined ? body && readBody(body, request) : readForm(form, request);
}
