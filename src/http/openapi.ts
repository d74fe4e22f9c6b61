import { z } from 'zod';
import { components, problem } from './components.ts';
import type { ReplySpec, Route } from './route.ts';

type Json = Record<string, unknown>;

const title = 'aks-fleet-prober';
const intro =
  'Tells, for every node of every AKS cluster, whether it can reach its Kubernetes API server; if not, why, since when, and who else is hit.';
const refTo = (id: string) => `#/components/schemas/${id}`;
const problemType = 'application/problem+json';

/** Of what a route answers without its own doing. */
const badRequest: ReplySpec = {
  description: 'What was asked cannot be read, or a query parameter is unknown.',
  schema: problem,
  types: [problemType],
};
const notModified: ReplySpec = { description: 'The body is the one that `If-None-Match` names.' };
const noKey: ReplySpec = { description: 'Without a function key; the answer of Azure Functions has no body.' };
const failed: ReplySpec = { description: 'The prober failed; its log has the cause.', schema: problem, types: [problemType] };
const badBodies: Readonly<Record<number, ReplySpec>> = {
  413: { description: 'The body is longer than 4 KB.', schema: problem, types: [problemType] },
  415: { description: 'The body is not of the type application/json.', schema: problem, types: [problemType] },
};

/** A refusal with a problem as its body. */
export function refusal(description: string): ReplySpec {
  return { description, schema: problem, types: [problemType] };
}

/** All answers of a route by status, with those that every route has. */
function repliesOf(route: Route): Record<number, ReplySpec> {
  const { method, body, anonymous, replies } = route;
  const byKey: Record<number, ReplySpec> = anonymous ? {} : { 401: noKey };
  const isKept = method === 'GET' && replies[200]?.types?.[0] !== 'text/html';
  const unchanged: Record<number, ReplySpec> = isKept ? { 304: notModified } : {};
  return { ...unchanged, 400: badRequest, ...byKey, ...(body ? badBodies : {}), 500: failed, ...replies };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = components.get(schema)?.id;
  if (id !== undefined) return { $ref: refTo(id) };
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return described;
}

function describeReply({ description, schema, types, headers }: ReplySpec): Json {
  const jsonTypes = schema === undefined ? [] : types?.some((type) => type.endsWith('json')) ? types : ['application/json'];
  const content = Object.fromEntries([
    ...jsonTypes.map((type) => [type, { schema: schemaOf(schema!, 'output') }]),
    ...(types ?? []).filter((type) => !jsonTypes.includes(type)).map((type) => [type, { schema: { type: 'string' } }]),
  ]);
  const described = Object.entries(headers ?? {}).map(([name, sentence]) => [name, { description: sentence, schema: { type: 'string' } }]);
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}

function describeParameters(route: Route): Json[] {
  const of = (place: 'path' | 'query', object?: z.ZodObject) =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => {
      const { description, ...rest } = schemaOf(schema as z.ZodType, 'input');
      return { name, in: place, required: place === 'path', description, schema: rest };
    });
  const headers = Object.entries(route.headers ?? {}).map(([name, description]) => ({
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
    ...(route.anonymous && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    responses: Object.fromEntries(Object.entries(repliesOf(route)).map(([status, reply]) => [status, describeReply(reply)])),
  };
}

/** Describes the API as OpenAPI 3.1, out of the routes and their schemas. */
export function describeApi(routes: readonly Route[]): Json {
  const { schemas } = z.toJSONSchema(components, { uri: refTo, unrepresentable: 'any' });
  const named = Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]);
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const paths = [...byPath].map(([path, each]) => [
    `/api/${path}`,
    Object.fromEntries(each.map((route) => [route.method.toLowerCase(), describeRoute(route)])),
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
        query: { type: 'apiKey', in: 'query', name: 'code', description: 'The same, where a header cannot be set.' },
      },
    },
  };
}
