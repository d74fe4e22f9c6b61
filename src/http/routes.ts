import { checkView } from '../views/checks.ts';
import { clusterListSchema, clusterView } from '../views/clusters.ts';
import { fleetView } from '../views/fleet.ts';
import { healthView } from '../views/health.ts';
import { incidentListSchema, incidentView } from '../views/incidents.ts';
import { clusterMaintenanceView, maintenanceView } from '../views/maintenance.ts';
import { nodeDetailView } from '../views/node-detail.ts';
import { nodeListSchema } from '../views/node-list.ts';
import { outageListSchema } from '../views/outage-list.ts';
import { reasonListSchema } from '../views/reasons.ts';
import { resultListSchema } from '../views/results.ts';
import { sweepListSchema, sweepView } from '../views/sweeps.ts';
import * as z from '../zod.ts';
import { checkForm, checkNow } from './check-now.ts';
import { checkQuery, checkRequest } from './check-request.ts';
import { createCheck, showCheck } from './checks.ts';
import { showCluster, showClusters } from './clusters.ts';
import { ENCODED } from './compress.ts';
import { showFleet } from './fleet.ts';
import { showHealth } from './health.ts';
import { showIncident, showIncidents } from './incidents.ts';
import { beginMaintenance, endMaintenance, maintenanceBody, showMaintenance } from './maintenance.ts';
import { METRICS_TYPE } from './metrics/figures.ts';
import { showMetrics } from './metrics.ts';
import { showNode, showNodes, showResults } from './nodes.ts';
import { describeApi, refusal } from './openapi.ts';
import { showOutages } from './outages.ts';
import type { Family } from './page-request.ts';
import { pageRoutes } from './pages.ts';
import {
  clusterParam,
  incidentListQuery,
  incidentParam,
  listQuery,
  nodeListQuery,
  nodeParam,
  outageListQuery,
  resultListQuery,
  sweepParam,
} from './params.ts';
import { showReasons } from './reasons.ts';
import type { Route } from './route.ts';
import { guardPages, sessionQuery, signIn } from './sign-in.ts';
import { createSweep, showLatestSweep, showSweep, showSweeps } from './sweeps.ts';

const inCluster = z.object({ cluster: clusterParam });
const atNode = z.extend(inCluster, { node: nodeParam });
const atIncident = z.object({ incident: incidentParam });
const page = z.object(listQuery);

const LATER = { 'retry-after': 'Seconds until a retry may succeed.' };
const VARY = { vary: '`Accept`: text or JSON.' };
const CHECKED = { ...VARY, location: 'The address of the check.', 'preference-applied': 'The `wait` that was applied.' };
const TEXT = '`text/plain` for the output format of kubectl-az.';

/** The route of the button that checks a node. */
const checkNowRoute = (family: Family, own: Pick<Route, 'anonymous' | 'guard'>): Route => ({
  name: `${family}-check-now`,
  method: 'POST',
  path: `${family}/clusters/{cluster}/nodes/{node}/check`,
  summary: 'Checks a node at the press of a button on its page.',
  params: atNode,
  form: checkForm,
  page: true,
  ...own,
  replies: {
    303: { description: 'Leads to the page of the check.', headers: { location: 'The address of that page.' } },
    403: refusal('The form is of another site or too old, or the node is out of scope or excluded.'),
    404: refusal('No such node is known.'),
    409: refusal('The form was used for another check.'),
    429: refusal('A check of this node is running, or this caller or all callers have used up the checks of this minute.', LATER),
    503: refusal('Azure did not answer.', LATER),
  },
  handle: (services, request) => checkNow(services, family, request),
});

/** Every route of the app. Requests are validated, functions registered and the API described by this table. */
export const routes: readonly Route[] = [
  {
    name: 'get-fleet',
    method: 'GET',
    path: 'fleet',
    summary: 'Counts of the whole fleet, and the last sweep with its ledger.',
    kept: true,
    replies: { 200: { description: 'The fleet.', schema: fleetView } },
    handle: showFleet,
  },
  {
    name: 'list-clusters',
    method: 'GET',
    path: 'clusters',
    summary: 'Clusters, failures first.',
    kept: true,
    query: page,
    replies: { 200: { description: 'A page of clusters.', schema: clusterListSchema } },
    handle: showClusters,
  },
  {
    name: 'get-cluster',
    method: 'GET',
    path: 'clusters/{cluster}',
    summary: 'One cluster.',
    params: inCluster,
    replies: { 200: { description: 'The cluster.', schema: clusterView }, 404: refusal('No such cluster is known.') },
    handle: showCluster,
  },
  {
    name: 'get-maintenance',
    method: 'GET',
    path: 'clusters/{cluster}/maintenance',
    summary: 'The maintenance of a cluster, its tag, and the planned maintenance of AKS, which is read from Azure.',
    params: inCluster,
    replies: {
      200: { description: 'What is known of it.', schema: clusterMaintenanceView },
      404: refusal('No such cluster is known.'),
    },
    handle: showMaintenance,
  },
  {
    name: 'begin-maintenance',
    method: 'POST',
    path: 'clusters/{cluster}/maintenance',
    summary: 'Puts a cluster into maintenance: probed and recorded, not notified, until it ends by itself.',
    params: inCluster,
    body: maintenanceBody,
    replies: {
      200: { description: 'A maintenance by request was on, and ends now when asked for.', schema: maintenanceView },
      201: { description: 'The maintenance.', schema: maintenanceView },
      404: refusal('No such cluster is known.'),
    },
    handle: beginMaintenance,
  },
  {
    name: 'end-maintenance',
    method: 'DELETE',
    path: 'clusters/{cluster}/maintenance',
    summary: 'Ends the maintenance of a cluster now, if it is in one by request. What was held back is notified.',
    params: inCluster,
    replies: {
      204: { description: 'The cluster is in no maintenance.' },
      404: refusal('No such cluster is known.'),
      409: refusal('The tag of the cluster says that it is in maintenance.'),
    },
    handle: endMaintenance,
  },
  {
    name: 'list-nodes',
    method: 'GET',
    path: 'clusters/{cluster}/nodes',
    summary: 'Nodes of a cluster, failures first.',
    kept: true,
    params: inCluster,
    query: z.extend(page, nodeListQuery),
    replies: { 200: { description: 'A page of nodes.', schema: nodeListSchema }, 404: refusal('No such cluster is known.') },
    handle: showNodes,
  },
  {
    name: 'get-node',
    method: 'GET',
    path: 'clusters/{cluster}/nodes/{node}',
    summary: 'One node with its conditions, successes, failures and outages.',
    params: atNode,
    replies: { 200: { description: 'The node.', schema: nodeDetailView }, 404: refusal('No such node is known.') },
    handle: showNode,
  },
  {
    name: 'list-results',
    method: 'GET',
    path: 'clusters/{cluster}/nodes/{node}/results',
    summary: 'The results of the probes of a node, newest first.',
    params: atNode,
    query: z.extend(page, resultListQuery),
    replies: { 200: { description: 'A page of results.', schema: resultListSchema }, 404: refusal('No such node is known.') },
    handle: showResults,
  },
  {
    name: 'create-check',
    method: 'POST',
    path: 'checks',
    summary: 'Probes one node now.',
    query: checkQuery,
    body: checkRequest,
    headers: {
      prefer: '`wait=N` waits up to N seconds (100 at most) for the result.',
      'idempotency-key': 'A repeated request with the same key on the same day returns the same check.',
      accept: TEXT,
    },
    replies: {
      200: { description: 'The check, which ended in time.', schema: checkView, types: ['text/plain'], headers: CHECKED },
      202: { description: 'The check, which is running.', schema: checkView, types: ['text/plain'], headers: { ...CHECKED, ...LATER } },
      403: refusal('The node is out of scope, or excluded from the fleet.'),
      404: refusal('No such node is known or listed by Azure; for a resource ID, the detail says which part does not exist.'),
      409: refusal('Several clusters have such a node, or the idempotency key was used for another check.'),
      429: refusal(
        'A check of this node is running, or this caller or all callers have used up the checks, or the searches for nodes that no sweep has seen, of this minute.',
        LATER,
      ),
      503: refusal(
        'Azure did not answer, refused to list clusters that may have the node, or a search for a bare name would take too long.',
        LATER,
      ),
    },
    handle: createCheck,
  },
  {
    name: 'get-check',
    method: 'GET',
    path: 'checks/{id}',
    summary: 'A check and its result; kept for 7 days.',
    params: z.object({
      id: z.described(z.string().check(z.maxLength(100, 'the id of a check')), 'The id that POST /api/checks returned.'),
    }),
    query: checkQuery,
    headers: { accept: TEXT },
    replies: {
      200: { description: 'The check.', schema: checkView, types: ['text/plain'], headers: { ...VARY, ...LATER } },
      404: refusal('No such check is known.'),
    },
    handle: showCheck,
  },
  {
    name: 'list-outages',
    method: 'GET',
    path: 'outages',
    summary: 'Outages of clusters and nodes. Pages follow the order of clusters; each page is sorted newest first.',
    kept: true,
    query: z.extend(page, outageListQuery),
    replies: { 200: { description: 'A page of outages.', schema: outageListSchema }, 404: refusal('No such cluster is known.') },
    handle: showOutages,
  },
  {
    name: 'list-incidents',
    method: 'GET',
    path: 'incidents',
    summary: 'Incidents: clusters that failed together, or a fleet that nobody sees; newest first.',
    kept: true,
    query: z.extend(page, incidentListQuery),
    replies: { 200: { description: 'A page of incidents.', schema: incidentListSchema } },
    handle: showIncidents,
  },
  {
    name: 'get-incident',
    method: 'GET',
    path: 'incidents/{incident}',
    summary: 'One incident; kept for RETENTION_DAYS after its end.',
    kept: true,
    params: atIncident,
    replies: { 200: { description: 'The incident.', schema: incidentView }, 404: refusal('No such incident is known.') },
    handle: showIncident,
  },
  {
    name: 'list-sweeps',
    method: 'GET',
    path: 'sweeps',
    summary: 'Sweeps of this and last month, newest first.',
    query: page,
    replies: { 200: { description: 'A page of sweeps.', schema: sweepListSchema } },
    handle: showSweeps,
  },
  {
    name: 'get-latest-sweep',
    method: 'GET',
    path: 'sweeps/latest',
    summary: 'The sweep that started last.',
    replies: { 200: { description: 'The sweep.', schema: sweepView }, 404: refusal('No sweep has started yet.') },
    handle: showLatestSweep,
  },
  {
    name: 'get-sweep',
    method: 'GET',
    path: 'sweeps/{sweep}',
    summary: 'One sweep of this or last month.',
    params: z.object({ sweep: sweepParam }),
    replies: { 200: { description: 'The sweep.', schema: sweepView }, 404: refusal('No such sweep is known.') },
    handle: showSweep,
  },
  {
    name: 'create-sweep',
    method: 'POST',
    path: 'sweeps',
    summary: 'Starts a sweep now, which ends where the next one is due. It needs no body.',
    replies: {
      202: {
        description: 'The sweep, which is about to start.',
        schema: sweepView,
        headers: { location: 'The address of the sweep.', ...LATER },
      },
      429: refusal('A sweep was started by hand within the last minute.', LATER),
    },
    handle: createSweep,
  },
  {
    name: 'list-reasons',
    method: 'GET',
    path: 'reasons',
    summary: 'Every reason with its meaning and its remedies.',
    replies: { 200: { description: 'All reasons.', schema: reasonListSchema } },
    handle: showReasons,
  },
  ...pageRoutes('status', {}),
  ...pageRoutes('pages', { anonymous: true, guard: guardPages }),
  checkNowRoute('status', {}),
  checkNowRoute('pages', { anonymous: true, guard: guardPages }),
  {
    name: 'status-session',
    method: 'GET',
    path: 'status/session',
    summary: 'Signs in to the pages for people with the key of this request, which is not kept.',
    query: sessionQuery,
    page: true,
    replies: {
      303: {
        description: 'Leads to the page that was asked for, with a cookie that is good for 12 hours.',
        headers: { location: 'The address of that page.' },
      },
    },
    handle: signIn,
  },
  {
    name: 'get-health',
    method: 'GET',
    path: 'health',
    summary: 'Whether sweeps complete.',
    anonymous: true,
    kept: true,
    replies: {
      200: { description: 'A sweep completed within the last three intervals.', schema: healthView },
      503: { description: 'No sweep did.', schema: healthView },
    },
    handle: showHealth,
  },
  {
    name: 'get-metrics',
    method: 'GET',
    path: 'metrics',
    summary: 'Figures for Prometheus, in the OpenMetrics text format.',
    kept: true,
    compressed: true,
    replies: { 200: { description: 'The figures.', types: [METRICS_TYPE.split(';')[0]!], headers: ENCODED } },
    handle: showMetrics,
  },
  {
    name: 'get-openapi',
    method: 'GET',
    path: 'openapi.json',
    summary: 'This API as an OpenAPI 3.1 document.',
    kept: true,
    replies: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
    handle: async () => ({ json: describeApi(routes) }),
  },
];
