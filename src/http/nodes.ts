import { isNodeName } from '../fleet/node-name.ts';
import { emptyLog } from '../history/log.ts';
import { isBlind, isFlapping, openSince, statusOf } from '../history/node-state.ts';
import { outcomeOf, STALE_AFTER_INTERVALS } from '../history/roll-up.ts';
import { nodeUptime } from '../history/uptime.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import type { Outcome } from '../sweep/ledger.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { type OutageRow, readLogs, readOutages } from '../tables/outage-rows.ts';
import { clusterParam, staleAfterMs } from './fleet.ts';
import { viewLogEntry, viewOutage } from './outages.ts';
import { pageOf } from './paging.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './routes.ts';

const OUTAGES_SHOWN = 20;

/** A node as the API shows it; `status` has the shape of OpenShift's PodNetworkConnectivityCheck. */
export interface NodeView {
  cluster: string;
  node: string;
  verdict: Outcome['verdict'];
  reason: Outcome['reason'];
  spec: Record<string, string | null>;
  status: { conditions: unknown[]; [more: string]: unknown };
}

function viewNode(services: Services, cluster: string, row: NodeRow): NodeView {
  const { facts, state } = row;
  const { verdict, reason } = outcomeOf(row, services.now(), staleAfterMs(services) / STALE_AFTER_INTERVALS);
  const told = verdict !== 'notProbed' && reason !== 'Stale' ? state.latest : undefined;
  const condition = {
    type: 'Reachable',
    status: verdict === 'notProbed' ? 'Unknown' : statusOf(verdict),
    reason,
    message: told?.message ?? reasons[reason].sentence,
    lastTransitionTime: state.since ?? null,
  };
  const { resourceId, pool, os, zone, size, image, subnet, created, vmId } = facts;
  return {
    cluster,
    node: facts.node,
    verdict,
    reason,
    spec: {
      resourceId,
      vmId,
      pool,
      os,
      zone: zone ?? null,
      size: size ?? null,
      image: image ?? null,
      subnet: subnet ?? null,
      created: created ?? null,
    },
    status: {
      conditions: [condition],
      lastProbeTime: state.latest?.at ?? null,
      openOutageSince: openSince(state) ?? null,
      flapping: isFlapping(state, services.settings.FLAP_WINDOW_MINUTES * 60_000, services.now()),
      blind: isBlind(state, services.settings.BLIND_AFTER),
      consecutiveFailures: state.failures,
      consecutiveSuccesses: state.successes,
    },
  };
}

const severity = ({ verdict }: NodeView) => ['unreachable', 'unknown', 'notProbed', 'reachable'].indexOf(verdict);

/** The nodes of a cluster, failures first. */
export async function viewNodes(services: Services, cluster: string): Promise<NodeView[]> {
  const rows = await readNodes(await services.tables.open('fleet'), cluster);
  const views = [...rows.values()].filter((row) => row.retiredAt === undefined).map((row) => viewNode(services, cluster, row));
  return views.sort((a, b) => severity(a) - severity(b) || (a.node < b.node ? -1 : 1));
}

const FILTERS: Readonly<Record<string, (view: NodeView) => boolean>> = {
  True: ({ verdict }) => verdict === 'reachable',
  False: ({ verdict }) => verdict === 'unreachable',
  Unknown: ({ verdict }) => verdict === 'unknown' || verdict === 'notProbed',
};

/** `GET /api/clusters/{cluster}/nodes`, `?reachable=True|False|Unknown` */
export async function showNodes(services: Services, request: RouteRequest): Promise<Reply> {
  const cluster = clusterParam(request);
  const wanted = request.query.get('reachable');
  const filter = wanted === null ? () => true : FILTERS[wanted];
  if (filter === undefined)
    throw new HttpProblem(400, 'bad-filter', `expected reachable to be True, False or Unknown, got "${wanted?.slice(0, 40)}"`);
  const views = await viewNodes(services, cluster);
  if (views.length === 0)
    throw new HttpProblem(404, 'unknown-cluster', `no node of a cluster "${cluster}" is known; GET /api/clusters lists the clusters`);
  return { json: pageOf(views.filter(filter), request) };
}

/** Since when the outages that are kept tell the whole story. */
function watchedSince({ facts, state }: NodeRow, outages: readonly OutageRow[], now: Date): Date {
  const oldest = outages.at(-1)?.outage.start;
  if (outages.length >= OUTAGES_SHOWN && oldest !== undefined) return new Date(oldest);
  const begun = [facts.created, state.since, oldest].filter((time) => time !== undefined).sort()[0];
  return new Date(begun ?? now);
}

/** `GET /api/clusters/{cluster}/nodes/{node}` */
export async function showNode(services: Services, request: RouteRequest): Promise<Reply> {
  const cluster = clusterParam(request);
  const node = (request.params.node ?? '').toLowerCase();
  if (!isNodeName(node)) throw new HttpProblem(400, 'bad-node', `expected a Kubernetes node name, got "${node.slice(0, 120)}"`);
  const fleet = await services.tables.open('fleet');
  const row = (await readNodes(fleet, cluster, [node])).get(node);
  if (row === undefined)
    throw new HttpProblem(
      404,
      'unknown-node',
      `no node "${node}" of the cluster "${cluster}" is known; GET /api/clusters/{cluster}/nodes lists them`,
    );
  const [logs, outages] = await Promise.all([readLogs(fleet, cluster, [node]), readOutages(fleet, cluster, { node, most: OUTAGES_SHOWN })]);
  const { successes, failures } = logs.get(node) ?? emptyLog;
  const view = viewNode(services, cluster, row);
  const status = {
    ...view.status,
    successes: successes.map(viewLogEntry),
    failures: failures.map(viewLogEntry),
    outages: outages.map(({ outage }) => viewOutage(outage)),
    uptime: nodeUptime(
      outages.map(({ outage }) => outage),
      watchedSince(row, outages, services.now()),
      services.now(),
    ),
  };
  return { json: { ...view, status } };
}
