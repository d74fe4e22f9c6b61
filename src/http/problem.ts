import type { Problem, ProblemType } from '../model/problem.ts';
import { components } from '../views/components.ts';
import * as z from '../zod.ts';

const TITLES = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
} as const;

type Status = keyof typeof TITLES;

/** The status of all problems except those that begin with `bad-`, which have 400. */
const STATUSES: Readonly<Record<Exclude<ProblemType, `bad-${string}`>, Status>> = {
  'unknown-parameter': 400,
  'out-of-scope': 403,
  excluded: 403,
  'foreign-form': 403,
  'old-form': 403,
  'unknown-cluster': 404,
  'unknown-node': 404,
  'unknown-check': 404,
  'unknown-incident': 404,
  'unknown-outage': 404,
  'no-sweep': 404,
  'unknown-sweep': 404,
  'ambiguous-node': 409,
  'maintained-by-tag': 409,
  'other-request': 409,
  'body-too-large': 413,
  'not-json': 415,
  'check-running': 429,
  'too-many-checks': 429,
  'too-many-searches': 429,
  'too-many-sweeps': 429,
  internal: 500,
  'search-too-long': 503,
  unreadable: 503,
  azure: 503,
};

const isBad = (type: ProblemType): type is `bad-${string}` => type.startsWith('bad-');

/** The HTTP status of a problem, and its title. */
export function statusOfProblem({ type }: Pick<Problem, 'type'>): { status: number; title: string } {
  const status = isBad(type) ? 400 : STATUSES[type];
  return { status, title: TITLES[status] };
}

/** The body of a problem according to RFC 9457. */
export const problemView = z
  .described(
    z.object({
      type: z.described(z.string(), 'A stable URN for programs.'),
      title: z.string(),
      status: z.int(),
      detail: z.described(z.string(), 'What was expected, what was received, and what to do next.'),
    }),
    'An error according to RFC 9457.',
  )
  .register(components, { id: 'Problem' });

/** Converts a problem to the body of its answer. */
export function viewProblem(problem: Problem): z.output<typeof problemView> {
  const { status, title } = statusOfProblem(problem);
  return { type: `urn:aks-fleet-prober:${problem.type}`, title, status, detail: problem.message };
}
