import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeApi } from '../../src/http/openapi.ts';
import { routes } from '../../src/http/routes.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

type Described = {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown>; headers?: object }> }>>;
};

/** The OpenAPI document as everybody gets it. */
export const document = JSON.parse(JSON.stringify(describeApi(routes))) as Described;

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': ISO } });
ajv.addSchema(document, 'api');

/** What the document says against a response; nothing where they agree. */
export function explainBreach(
  { method, path }: { method: string; path: string },
  status: number,
  type: string | null,
  body: unknown,
): string | undefined {
  const key = `/api/${path}`;
  const reply = document.paths[key]?.[method.toLowerCase()]?.responses[status];
  if (reply === undefined) return `no answer ${status} of ${method} ${key} is described`;
  const media = type?.split(';')[0] ?? '';
  if (reply.content === undefined) return type === null ? undefined : `a body of type ${media} is not described for ${status} of ${key}`;
  if (!(media in reply.content)) return `the type ${media} is not described for ${status} of ${key}`;
  if (!media.endsWith('json')) return undefined;
  const pointer = ['paths', key, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.getSchema(`api#/${pointer}`);
  if (validate === undefined) return `the schema of ${status} of ${key} cannot be resolved`;
  return validate(body) ? undefined : `${status} of ${key}: ${ajv.errorsText(validate.errors)}`;
}

const DESCRIBED = ['etag', 'age', 'retry-after', 'location', 'vary', 'preference-applied'];

/** Headers that callers go by and that a response has, though the document does not say so. */
export function undescribedHeaders({ method, path }: { method: string; path: string }, status: number, headers: Headers): string[] {
  const described = Object.keys(document.paths[`/api/${path}`]?.[method.toLowerCase()]?.responses[status]?.headers ?? {});
  return DESCRIBED.filter((name) => headers.has(name) && !described.includes(name));
}
