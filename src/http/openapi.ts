// Not by ../zod.ts, of which every instance loads all: only the description of the API needs it.
import { toJSONSchema } from 'zod/v4/core';
import { components } from '../views/components.ts';
import type * as z from '../zod.ts';
import { problemView } from './problem.ts';
import { methodsOf, type ReplySpec, type Route } from './route.ts';
import { COOKIE } from './session.ts';

type Json = Record<string, unknown>;

const title = 'aks-fleet-prober';
const intro =
  'Reports for every node of every AKS cluster whether it can reach its Kubernetes API server; if not, why, since when, and which other nodes are affected.';
const refTo = (id: string) => `#/components/schemas/${id}`;
const problemType = 'application/problem+json';

/** The answer of every route to a request that cannot be read. */
const badRequest: ReplySpec = {
  description: 'The request cannot be read, or a query parameter is unknown.',
  schema: problemView,
  types: [problemType],
};
const AGE = { age: 'The age of the answer in seconds.' };
const ETAG = { etag: 'Identifies the body.' };
const LENGTH = { 'content-length': 'The length of the body that GET would return.' };
const noKey: ReplySpec = { description: 'Without a function key; the answer of Azure Functions has no body.' };
const noSession: ReplySpec = { description: 'Without a session; the page asks for a key.', types: ['text/html'] };
const failed: ReplySpec = { description: 'The prober failed; its log has the cause.', schema: problemView, types: [problemType] };
const badBodies: Readonly<Record<number, ReplySpec>> = {
  413: { description: 'The body is longer than 4 KB.', schema: problemView, types: [problemType] },
  415: { description: 'The body is not of the type application/json.', schema: problemView, types: [problemType] },
};

const badForm: Readonly<Record<number, ReplySpec>> = {
  413: { description: 'The form is longer than 4 KB.', schema: problemView, types: [problemType] },
};

/** An error answer with a problem as its body. */
export function refusal(description: string, headers?: ReplySpec['headers']): ReplySpec {
  return { description, schema: problemView, types: [problemType], headers };
}

/** Whether callers may cache the body and revalidate it. */
const hasEtag = (route: Route) => route.method === 'GET' && route.replies[200] !== undefined;

/** The headers of an answer that callers may cache, or that is kept by the app. */
function headersOf(route: Route): Record<string, string> {
  const { vary } = route.replies[200]?.headers ?? {};
  return { ...(vary !== undefined && { vary }), ...(hasEtag(route) && ETAG), ...(route.kept && AGE) };
}

/** A page for people answers errors with a page too. */
function asPage(reply: ReplySpec): ReplySpec {
  const { description, headers } = reply;
  return reply.types?.includes(problemType) ? { description, headers, types: ['text/html'] } : reply;
}

/** All answers of a route by status, with those that every route has. */
function repliesOf(route: Route): Record<number, ReplySpec> {
  const { body, form, anonymous, guard, replies } = route;
  const byKey: Record<number, ReplySpec> = guard ? { 401: noSession } : anonymous ? {} : { 401: noKey };
  const headers = headersOf(route);
  const unchanged: Record<number, ReplySpec> = hasEtag(route)
    ? { 304: { description: 'The body is the one that `If-None-Match` names.', headers } }
    : {};
  // All answers but problems have the same headers, whatever their status.
  const rendered = Object.entries(replies).map(([status, reply]): [string, ReplySpec] =>
    reply.types?.includes(problemType) ? [status, reply] : [status, { ...reply, headers: { ...reply.headers, ...headers } }],
  );
  const all = {
    ...unchanged,
    400: badRequest,
    ...byKey,
    ...(body ? badBodies : form ? badForm : {}),
    500: failed,
    ...Object.fromEntries(rendered),
  };
  return route.page ? Object.fromEntries(Object.entries(all).map(([status, reply]) => [status, asPage(reply)])) : all;
}

function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output'): Json {
  const id = components.get(schema)?.id;
  if (id !== undefined) return { $ref: refTo(id) };
  const { $schema: _, ...described } = toJSONSchema(schema, { io, unrepresentable: 'any' });
  return described;
}

function describeReply({ description, schema, types, headers }: ReplySpec): Json {
  const jsonTypes = schema === undefined ? [] : types?.some((type) => type.endsWith('json')) ? types : ['application/json'];
  const content = Object.fromEntries([
    ...jsonTypes.map((type) => [type, { schema: schemaOf(schema!, 'output') }]),
    // The JSON of a page is what the page is made of, which follows the page.
    ...(types ?? [])
      .filter((type) => !jsonTypes.includes(type))
      .map((type) => [type, { schema: type.endsWith('json') ? {} : { type: 'string' } }]),
  ]);
  const described = Object.entries(headers ?? {}).map(([name, sentence]) => [name, { description: sentence, schema: { type: 'string' } }]);
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}

function describeParameters(route: Route): Json[] {
  const of = (place: 'path' | 'query', object?: z.ZodMiniObject) =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => {
      const { description, ...rest } = schemaOf(schema as z.ZodMiniType, 'input');
      return { name, in: place, required: place === 'path', description, schema: rest };
    });
  const condition: Record<string, string> = hasEtag(route)
    ? { 'if-none-match': 'The `ETag` of an earlier answer: 304 if the body is still the same.' }
    : {};
  const headers = Object.entries({ ...route.headers, ...condition }).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...of('path', route.params), ...of('query', route.query), ...headers];
}

function describeRoute(route: Route): Json {
  const parameters = describeParameters(route);
  return {
    operationId: route.name,
    summary: route.summary,
    ...(route.anonymous && { security: route.guard ? [{ session: [] }] : [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    ...(route.form && {
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: schemaOf(route.form, 'input') } } },
    }),
    responses: Object.fromEntries(Object.entries(repliesOf(route)).map(([status, reply]) => [status, describeReply(reply)])),
  };
}

/** Describes `HEAD` of a route: the same answers without their bodies. */
function describeHead(route: Route): Json {
  const replies = Object.entries(repliesOf(route)).map(([status, { description, headers }]): [string, Json] => {
    const described = status === '304' || status === '401' ? headers : { ...headers, ...LENGTH };
    return [status, describeReply({ description, headers: described })];
  });
  return {
    ...describeRoute(route),
    operationId: `${route.name}-head`,
    summary: 'The status and the headers of GET.',
    responses: Object.fromEntries(replies),
  };
}

/** Describes the API as an OpenAPI 3.1 document, from the routes and their schemas. */
export function describeApi(routes: readonly Route[]): Json {
  const { schemas } = toJSONSchema(components, { uri: refTo, unrepresentable: 'any' });
  const named = Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]);
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const paths = [...byPath].map(([path, each]) => [
    `/api/${path}`,
    Object.fromEntries(
      each.flatMap((route) =>
        methodsOf(route).map((method) => [method.toLowerCase(), method === 'HEAD' ? describeHead(route) : describeRoute(route)]),
      ),
    ),
  ]);
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description: intro },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    security: [{ header: [] }, { query: [] }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(named),
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'x-functions-key', description: 'A function key.' },
        query: { type: 'apiKey', in: 'query', name: 'code', description: 'The same, if a header cannot be set.' },
        session: { type: 'apiKey', in: 'cookie', name: COOKIE, description: 'What `GET /api/status/session` gives to a browser.' },
      },
    },
  };
}
