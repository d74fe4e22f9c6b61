import { describeApi } from '../src/http/openapi.ts';
import { routes } from '../src/http/routes.ts';

type Schema = Record<string, unknown>;
interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema: Schema;
}
interface Reply {
  description: string;
  headers?: Record<string, { description: string }>;
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  summary: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Reply>;
}

const intro = `Everything over HTTP. The page is made from the table of routes in \`src/http/routes.ts\` by \`npm run docs\`; programs read the same at \`GET /api/openapi.json\` (OpenAPI 3.1).

A function key opens everything but \`/api/health\` and the pages below \`/api/pages\`: as the header \`x-functions-key\` or the query parameter \`code\`. Without one, Azure Functions itself answers 401, and 404 where the path is not a route or does not have the method. \`HEAD\` is answered wherever \`GET\` is, at no more cost: with the same status and headers, and the length of the body. The pages below \`/api/pages\` are for people: they are opened by a session, a cookie that \`GET /api/status/session\` gives for a key, and who has none is shown where to give one.

- **Lists** are \`{"items": […], "next": "<cursor>" | null}\`. To read on, give \`next\` as \`cursor\`. A page may hold fewer items than \`limit\`, or none, while \`next\` is not null. A cursor holds the position of an item rather than a number: an item that stays is listed once, whatever is added or removed meanwhile.
- **Errors** are \`application/problem+json\` (RFC 9457) with a stable \`type\`, and say in \`detail\` what was expected, what came, and what to do next; where a page was asked for, they are pages. A query parameter that a route does not know is an error too: a misspelt filter must not return everything. Every route may answer 400 and 500; one that takes a body also 413 (above 4 KB) and 415 (not JSON).
- **Caching**: answers have an \`ETag\`; with \`If-None-Match\`, an unchanged one is 304 without a body. Lists and sums may be up to 5 seconds old (a sixtieth of the interval, if that is less), as \`Age\` says. Health and single nodes are always read afresh.
- **Times** are ISO 8601, UTC.`;

/** Described once, in the introduction. */
const COMMON = new Set(['304', '400', '401', '413', '415', '500']);

const link = (id: string) => `[${id}](#${id.toLowerCase()})`;

function typeOf(schema: Schema): string {
  const { $ref, type, enum: values, const: constant, items, anyOf } = schema;
  if (typeof $ref === 'string') return link($ref.split('/').at(-1)!);
  if (Array.isArray(anyOf)) return (anyOf as Schema[]).map(typeOf).join(' or ');
  if (Array.isArray(values)) return (values as string[]).map((value) => `\`${value}\``).join(', ');
  if (constant !== undefined) return `\`${constant}\``;
  if (type === 'array') return `list of ${typeOf(items as Schema)}`;
  const named = [type ?? 'any'].flat().map(String);
  return named
    .map((each) => (each === 'string' && schema.format === 'date-time' ? 'time' : each === 'object' ? 'object' : each))
    .join(' or ');
}

/** The fields of an object, those of objects inside it by their path. */
function fieldsOf({ properties, required }: Schema, prefix = ''): string[] {
  return Object.entries((properties ?? {}) as Record<string, Schema>).flatMap(([name, schema]) => {
    const inner = schema.type === 'array' ? (schema.items as Schema) : schema;
    const path = `${prefix}${name}`;
    const optional = (required as string[] | undefined)?.includes(name) ? '' : 'optional ';
    const line = `| \`${path}\` | ${optional}${typeOf(schema)} | ${schema.description ?? ''} |`;
    return inner.properties === undefined ? [line] : [line, ...fieldsOf(inner, `${path}${inner === schema ? '' : '[]'}.`)];
  });
}

const fieldTable = (schema: Schema) => `| field | type | meaning |\n|---|---|---|\n${fieldsOf(schema).join('\n')}\n`;

function renderSchema(id: string, schema: Schema): string {
  const described = schema.description === undefined ? '' : `${schema.description}\n\n`;
  const body = schema.properties === undefined ? `${typeOf(schema)}\n` : fieldTable(schema);
  return `### ${id}\n\n${described}${body}`;
}

function renderReply([status, { description, content, headers }]: [string, Reply]): string {
  const isDescribed = (type: string, schema: Schema) => type.endsWith('json') && Object.keys(schema).length > 0;
  const bodies = Object.entries(content ?? {}).map(([type, { schema }]) => (isDescribed(type, schema) ? typeOf(schema) : `\`${type}\``));
  const named = Object.entries(headers ?? {}).map(([name, each]) => ` \`${name}\`: ${each.description}`);
  return `| ${status} | ${bodies.join(', ')} | ${description}${named.join('')} |\n`;
}

function renderBody({ description, anyOf, ...schema }: Schema): string {
  const forms = (anyOf as Schema[] | undefined) ?? [schema];
  return `Body: ${description ?? ''}\n\n${forms.map(fieldTable).join('\nor\n\n')}\n`;
}

function renderOperation(method: string, path: string, { summary, security, parameters, requestBody, responses }: Operation): string {
  const rows = (parameters ?? []).map(({ name, in: place, description, schema }) => {
    const fallback = schema.default === undefined ? '' : ` Default: \`${schema.default}\`.`;
    return `| \`${name}\` | ${place} | ${typeOf(schema)} | ${description ?? ''}${fallback} |\n`;
  });
  const given = rows.length === 0 ? '' : `| parameter | in | type | meaning |\n|---|---|---|---|\n${rows.join('')}\n`;
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  const own = Object.entries(responses).filter(([status]) => !COMMON.has(status));
  const replies = `| status | body | when |\n|---|---|---|\n${own.map(renderReply).join('')}`;
  const open = security === undefined ? '' : security.length === 0 ? ' Needs no key.' : ' Needs a session instead of a key.';
  return `### ${method.toUpperCase()} ${path}\n\n${summary}${open}\n\n${given}${schema === undefined ? '' : renderBody(schema)}${replies}`;
}

/** Writes the HTTP API as a reference page. */
export function renderApi(): string {
  const { paths, components } = JSON.parse(JSON.stringify(describeApi(routes))) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) => renderOperation(method, path, operation)),
  );
  const schemas = Object.entries(components.schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, schema]) => renderSchema(id, schema));
  return `# HTTP API\n\n${intro}\n\n## Routes\n\n${operations.join('\n')}\n## Bodies\n\n${schemas.join('\n')}`;
}
