import { clusterIdSchema, nodeNameSchema } from '../model/name-schemas.ts';
import { isCheckId } from '../tables/check-rows.ts';
import { DEFAULT_LIMIT, MOST_LIMIT } from '../views/paging.ts';
import * as z from '../zod.ts';

/** A cluster's id in a route: percent-encoded, in any letter case. */
export const clusterParam = z.described(
  clusterIdSchema('a cluster id "<subscription id>.<resource group>.<cluster name>" (GET /api/clusters lists them)'),
  '`<subscription id>.<resource group>.<cluster name>`, percent-encoded, in any letter case.',
);

/** A node's name in a route, in any letter case. */
export const nodeParam = z.described(
  nodeNameSchema('a Kubernetes node name (GET /api/clusters/{cluster}/nodes lists them)'),
  'Name of the Kubernetes node.',
);

/** The id of a sweep in a route. */
export const sweepParam = z.described(
  z.iso.datetime({ precision: 0, error: 'the id of a sweep, such as 2026-11-21T09:35:00Z (GET /api/sweeps lists them)' }),
  'The id of the sweep.',
);

/** The id of an incident in a route. */
export const incidentParam = z.described(
  z.string().check(z.regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'the id of an incident (GET /api/incidents lists them)')),
  'The id of the incident.',
);

/** The subject of an outage in a route: a node, or `*` for the cluster itself. */
export const outageSubjectParam = z.described(
  z.union([z.literal('*'), nodeParam], 'the name of a node, or * for the cluster itself'),
  'Name of the node, or `*` for the outage of the cluster itself.',
);

/** The start of an outage in a route. */
export const startParam = z.described(
  z.iso.datetime({ error: 'the start of an outage, such as 2026-11-21T09:35:00.000Z (GET /api/outages lists them)' }),
  'The start of the outage.',
);

/** The id of a check in a route of a page. */
export const checkParam = z.described(
  z.string().check(z.refine(isCheckId, 'the id of a check, such as 2026-11-21-0123456789abcdef')),
  'The id of the check.',
);

/** The further query parameters of the list of incidents. */
export const incidentListQuery = {
  state: z.described(
    z._default(z.enum(['open', 'all'], 'open or all'), 'open'),
    '`open` for open incidents only, `all` for those that are over too.',
  ),
};

const isLimit = (text: string) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_LIMIT;
const limitText = z.string().check(z.refine(isLimit, `a whole number from 1 to ${MOST_LIMIT}`));

/** The query parameters of every list. */
export const listQuery = {
  limit: z.described(
    z
      ._default(limitText, String(DEFAULT_LIMIT))
      .check(z.meta({ type: 'integer', minimum: 1, maximum: MOST_LIMIT, default: DEFAULT_LIMIT })),
    'The maximum number of items on a page. A page may have fewer although more follow.',
  ),
  cursor: z.described(
    z.optional(z.string().check(z.regex(/^[\w-]{1,4000}$/, 'the "next" of an earlier answer'))),
    'The "next" of an earlier answer; without it, the list begins at the start.',
  ),
};

/** The further query parameters of the list of nodes. */
export const nodeListQuery = {
  reachable: z.described(
    z.optional(z.enum(['True', 'False', 'Unknown'], 'True, False or Unknown')),
    'Only nodes whose condition Reachable has this status; Unknown includes nodes that are not probed.',
  ),
};

/** The further query parameters of the list of results. */
export const resultListQuery = {
  since: z.described(
    z.optional(
      z
        .union([z.iso.datetime({ offset: true }), z.iso.date()], 'a time such as 2026-11-21T09:35:00Z, or a day')
        .check(z.refine((text) => Math.abs(Date.parse(text)) < 9e12, 'a time of this age')),
    ),
    'Only results from this time on; ISO 8601. Results are kept for RETENTION_DAYS.',
  ),
};

/** The further query parameters of the list of outages. */
export const outageListQuery = {
  state: z.described(
    z._default(z.enum(['open', 'all'], 'open or all'), 'open'),
    '`open` for open outages only, `all` for those that are over too.',
  ),
  cluster: z.described(
    z.optional(clusterParam),
    'Only outages of this cluster and its nodes: `<subscription id>.<resource group>.<cluster name>`, in any letter case.',
  ),
};
