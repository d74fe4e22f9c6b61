import { randomBytes } from 'node:crypto';
import { isNodeName } from '../model/node-name.ts';
import { checkPage } from '../page/check-page.ts';
import type { Wanted } from '../page/cluster-filter.ts';
import { clusterPage, readClusterPage } from '../page/cluster-page.ts';
import { fleetPage, readFleetPage } from '../page/fleet-page.ts';
import { type Document, documentOf, type Frame } from '../page/frame.ts';
import { incidentPage, readIncidentPage } from '../page/incident-page.ts';
import type { Links } from '../page/links.ts';
import { incidentsPage, outagesPage, sweepsPage } from '../page/list-pages.ts';
import { toMarkdown } from '../page/markdown.ts';
import { nodePage, readNodePage } from '../page/node-page.ts';
import { outagePage, readOutageOf } from '../page/outage-page.ts';
import { problemPage, type TitledProblem } from '../page/problem-page.ts';
import { reasonsPage } from '../page/reasons-page.ts';
import type { Services } from '../services.ts';
import { clustersOfName } from '../tables/name-rows.ts';
import { pageSecret } from '../tables/page-secret.ts';
import { viewIncidentList } from '../views/incidents.ts';
import { viewOutageList } from '../views/outage-list.ts';
import { viewReasons } from '../views/reasons.ts';
import { viewSweepList } from '../views/sweeps.ts';
import * as z from '../zod.ts';
import { accountOf } from './check-headers.ts';
import { formSubject } from './check-now.ts';
import { checkOf } from './checks.ts';
import { ENCODED } from './compress.ts';
import { refusal } from './openapi.ts';
import { bareFrame, frameOf } from './page-frame.ts';
import { type Family, linksOf, originOf } from './page-request.ts';
import {
  checkParam,
  clusterParam,
  incidentParam,
  listQuery,
  nodeParam,
  outageListQuery,
  outageSubjectParam,
  startParam,
} from './params.ts';
import type { Reply, ReplySpec, Route, RouteRequest } from './route.ts';
import { formToken, sessionCookie } from './session.ts';

/** A page as it was read: its data, which are also its JSON, and how it is shown. */
interface Shown {
  json: unknown;
  show(frame: Frame): Document;
  /** Whether it changes by itself; seconds where it changes soon. */
  refreshes: boolean | number;
  varying?: string;
}

/** A page: its address below that of the fleet, what it takes, and how it is read. */
interface Page {
  name: string;
  path: string;
  summary: string;
  params?: z.ZodMiniObject;
  query?: z.ZodMiniObject['shape'];
  /** Whether an answer may be shown to others for some seconds. */
  kept: boolean;
  missing?: string;
  /** When it leads to another page instead. */
  leads?: string;
  read(services: Services, request: RouteRequest, links: Links): Promise<Shown | Reply>;
}

const formats = {
  format: z.described(
    z.optional(z.enum(['html', 'json', 'md'], 'html, json or md')),
    'The page as HTML, its data as JSON, or its words as Markdown.',
  ),
  refresh: z.described(z.optional(z.enum(['on', 'off'], 'on or off')), '`off`: it is not shown anew automatically.'),
  wall: z.described(z.optional(z.enum(['0', '1'], '0 or 1')), '`1`: large, without controls, for a screen on a wall.'),
};
const fleetQuery = {
  q: z.described(
    z.optional(z.string().check(z.maxLength(300, 'a text of at most 300 characters'))),
    'Only clusters whose id, region or version has this text, or that have a node of this name.',
  ),
  state: z.optional(
    z.enum(
      ['attention', 'unreachable', 'unknown', 'notServed', 'notProbed', 'all'],
      'attention, unreachable, unknown, notServed, notProbed or all',
    ),
  ),
  by: z.optional(z.enum(['subscription', 'region'], 'subscription or region')),
  order: z.optional(z.enum(['worst', 'name', 'nodes', 'uptime'], 'worst, name, nodes or uptime')),
};

const wantedOf = ({ query }: RouteRequest): Wanted => ({
  q: query.get('q') ?? '',
  state: (query.get('state') ?? 'attention') as Wanted['state'],
  by: (query.get('by') ?? 'subscription') as Wanted['by'],
  order: (query.get('order') ?? 'worst') as Wanted['order'],
});

/** Leads to the node of a name that was searched for, if one cluster has it; else the clusters that have one. */
async function findNode({ tables }: Services, text: string, links: Links): Promise<Reply | readonly string[]> {
  const node = text.trim().toLowerCase();
  if (!isNodeName(node)) return [];
  const clusters = await clustersOfName(tables, node);
  const [only] = clusters;
  return clusters.length === 1 ? { status: 303, headers: { location: links.node(only!, node) } } : clusters;
}

/** Whether a list is all that there is, not one page of several. */
const isWhole = ({ next }: { next: string | null }, query: RouteRequest['query']) => next === null && query.get('cursor') === null;

const pages: readonly Page[] = [
  {
    name: '',
    path: '',
    summary: 'The page of the fleet.',
    query: fleetQuery,
    kept: true,
    leads: 'Leads to the page of a node, if `q` is the name of one that one cluster alone has.',
    async read(services, request, links) {
      const wanted = wantedOf(request);
      const found = wanted.q === '' ? [] : await findNode(services, wanted.q, links);
      if (!Array.isArray(found)) return found as Reply;
      const page = await readFleetPage(services);
      // Only the list below is narrowed: what the page says of the fleet is said of all of it.
      const only = found.length === 0 ? undefined : (found as readonly string[]);
      return {
        json: {
          fleet: page.fleet,
          clusters: page.clusters.filter(({ cluster }) => only?.includes(cluster) ?? true),
          outages: page.outages,
        },
        show: (frame) => fleetPage(page, { ...wanted, only }, services, frame),
        refreshes: true,
      };
    },
  },
  {
    name: '-cluster',
    path: '/clusters/{cluster}',
    summary: 'The page of one cluster, its failing nodes first.',
    params: z.object({ cluster: clusterParam }),
    query: {
      ...listQuery,
      window: z.described(z.optional(z.enum(['24h', '7d', '30d'], '24h, 7d or 30d')), 'How much of its past is shown.'),
    },
    kept: true,
    missing: 'No such cluster is known.',
    async read(services, { params, query }) {
      const page = await readClusterPage(services, params.cluster!, query);
      return { json: page, show: (frame) => clusterPage(page, frame), refreshes: true };
    },
  },
  {
    name: '-node',
    path: '/clusters/{cluster}/nodes/{node}',
    summary: 'The page of one node: its way to the API server, and what to do.',
    params: z.object({ cluster: clusterParam, node: nodeParam }),
    kept: false,
    missing: 'No such node is known.',
    async read(services, request) {
      const { cluster, node } = request.params as { cluster: string; node: string };
      const page = await readNodePage(services, cluster, node);
      const now = services.now();
      const secret = await pageSecret(services.tables, now.getTime());
      const token = formToken(secret, formSubject(request, services, cluster, node), randomBytes(8).toString('hex'), now);
      return {
        json: { ...page, results: page.results.map(({ evidence: _, ...result }) => result) },
        show: (frame) => nodePage(page, token, frame),
        refreshes: true,
        varying: token,
      };
    },
  },
  {
    name: '-outage',
    path: '/clusters/{cluster}/outages/{subject}/{start}',
    summary: 'The page of one outage, for alerts and post-mortems.',
    params: z.object({ cluster: clusterParam, subject: outageSubjectParam, start: startParam }),
    kept: true,
    missing: 'No such outage is known.',
    async read(services, { params }) {
      const page = await readOutageOf(services, params.cluster!, params.subject === '*' ? undefined : params.subject, params.start!);
      return { json: page, show: (frame) => outagePage(page, frame), refreshes: page.outage.end === null };
    },
  },
  {
    name: '-incident',
    path: '/incidents/{incident}',
    summary: 'The page of one incident, with its clusters.',
    params: z.object({ incident: incidentParam }),
    kept: true,
    missing: 'No such incident is known.',
    async read(services, { params }) {
      const page = await readIncidentPage(services, params.incident!);
      return { json: page, show: (frame) => incidentPage(page, frame), refreshes: page.incident.end === null };
    },
  },
  {
    name: '-incidents',
    path: '/incidents',
    summary: 'The incidents, newest first.',
    query: listQuery,
    kept: true,
    async read(services, { query }) {
      const list = await viewIncidentList(services, 'all', { query });
      return { json: list, show: (frame) => incidentsPage(list, isWhole(list, query), frame), refreshes: true };
    },
  },
  {
    name: '-outages',
    path: '/outages',
    summary: 'The outages of clusters and nodes.',
    query: { ...listQuery, state: outageListQuery.state },
    kept: true,
    async read(services, { query }) {
      const which = query.get('state') === 'all' ? 'all' : 'open';
      const list = await viewOutageList(services, { which, cluster: null }, { query });
      return { json: list, show: (frame) => outagesPage(list, which, isWhole(list, query), frame), refreshes: true };
    },
  },
  {
    name: '-sweeps',
    path: '/sweeps',
    summary: 'The sweeps, newest first.',
    query: listQuery,
    kept: true,
    async read(services, { query }) {
      const list = await viewSweepList(services, { query });
      return { json: list, show: (frame) => sweepsPage(list, frame), refreshes: true };
    },
  },
  {
    name: '-reasons',
    path: '/reasons',
    summary: 'Every reason with what it means and what to do: a runbook.',
    kept: true,
    read: async () => ({ json: viewReasons(), show: reasonsPage, refreshes: false }),
  },
  {
    name: '-check',
    path: '/checks/{id}',
    summary: 'The page of one check, which refreshes until it is done.',
    params: z.object({ id: checkParam }),
    kept: false,
    missing: 'No such check is known.',
    async read(services, { params }) {
      const check = await checkOf(services, params.id!);
      return { json: check, show: (frame) => checkPage(check, frame), refreshes: check.status === 'running' ? 3 : false };
    },
  },
];

const isReply = (shown: Shown | Reply): shown is Reply => !('show' in shown);

/** Shows a page as HTML, JSON or Markdown. */
async function showPage(services: Services, page: Page, family: Family, request: RouteRequest): Promise<Reply> {
  const links = linksOf(services, family, request);
  const shown = await page.read(services, request, links);
  if (isReply(shown)) return shown;
  const format = request.query.get('format');
  if (format === 'json') return { json: shown.json };
  const frame = await frameOf(services, links, request, shown.refreshes);
  const html = documentOf(frame, shown.show(frame));
  if (format === 'md')
    return { text: { type: 'text/markdown; charset=utf-8', body: toMarkdown(html, originOf(services.settings, request)) } };
  const refresh: Record<string, string> = frame.refreshSeconds > 0 ? { refresh: String(frame.refreshSeconds) } : {};
  // The host checks the key of the other family alone: here anything may stand in its place.
  const isAccepted = family === 'status' && request.key !== undefined;
  const signIn: Record<string, string> = isAccepted ? { 'set-cookie': await cookieFor(services, request) } : {};
  return { html, varying: shown.varying, headers: { ...refresh, ...signIn } };
}

/** The cookie of a caller whose key the host has accepted. */
export async function cookieFor(services: Services, request: RouteRequest): Promise<string> {
  const now = services.now();
  return sessionCookie(await pageSecret(services.tables, now.getTime()), accountOf(request, services.settings), now);
}

const SHOWN: ReplySpec = { description: 'The page; it needs no JavaScript.', types: ['text/html', 'application/json', 'text/markdown'] };

function repliesOf({ kept, leads, missing }: Page): Route['replies'] {
  const replies: Record<number, ReplySpec> = { 200: kept ? { ...SHOWN, headers: ENCODED } : SHOWN };
  if (leads !== undefined) replies[303] = { description: leads, headers: { location: 'The address of that page.' } };
  if (missing !== undefined) replies[404] = refusal(missing);
  return replies;
}

/** The routes of the pages in one family. */
export const pageRoutes = (family: Family, own: Pick<Route, 'anonymous' | 'guard'>): Route[] =>
  pages.map(
    (page): Route => ({
      name: `${family}-page${page.name}`,
      method: 'GET',
      path: `${family}${page.path}`,
      summary: family === 'status' ? page.summary : `${page.summary} For people who have signed in.`,
      page: true,
      ...own,
      ...(page.kept && { kept: true, compressed: true }),
      ...(page.params && { params: page.params }),
      query: z.object({ ...formats, ...page.query }),
      replies: repliesOf(page),
      handle: (services, request) => showPage(services, page, family, request),
    }),
  );

/** The page of an error; it reads nothing, since reading may be what failed. */
export function showProblemPage(services: Services, route: Route, titled: TitledProblem, key: string | undefined): string {
  const family = route.path.startsWith('pages') ? 'pages' : 'status';
  const frame = bareFrame(services, linksOf(services, family, { key }), '/');
  return documentOf(frame, problemPage(titled, frame));
}
