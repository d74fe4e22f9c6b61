import { z } from 'zod';
import { emptyLog } from '../history/log.ts';
import { isBlind, isFlapping, openSince, statusOf } from '../history/node-state.ts';
import { outcomeOf } from '../history/roll-up.ts';
import { windowsOf } from '../history/watched.ts';
import type { Reply, RouteRequest } from '../http/route.ts';
import { nodeNameSchema } from '../model/name-schemas.ts';
import { Problem } from '../model/problem.ts';
import { reasons } from '../model/reasons.ts';
import { emptyWatch } from '../model/watch.ts';
import type { Services } from '../services.ts';
import { readEndpoint } from '../tables/cluster-rows.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { readLogs, readOutages } from '../tables/outage-rows.ts';
import { components, reasonName, time } from './components.ts';
import { currentIntervalMs } from './current-interval.ts';
import { logEntryView, outageView, viewLogEntry, viewOutage } from './outages.ts';
import { uptimeShares, viewShares } from './uptime.ts';

const OUTAGES_SHOWN = 20;

/** A node's name in a route, in any letter case. */
export const nodeParam = nodeNameSchema('a Kubernetes node name (GET /api/clusters/{cluster}/nodes lists them)').describe(
  'Name of the Kubernetes node.',
);

const condition = z.object({
  type: z.literal('Reachable'),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: reasonName,
  message: z.string(),
  lastTransitionTime: time.nullable(),
});

const nodeSpec = z.object({
  resourceId: z.string(),
  targetEndpoint: z
    .string()
    .nullable()
    .describe('`host:port` of its API server: as the node itself said last, else as Azure tells of its cluster.'),
  pool: z.string(),
  os: z.enum(['Linux', 'Windows']),
  zone: z.string().nullable(),
});

const nodeStatus = z.object({
  conditions: z.array(condition),
  lastProbeTime: time.nullable(),
  openOutageSince: time.nullable(),
  flapping: z.boolean(),
  blind: z.boolean().describe('Whether BLIND_AFTER probes in a row came to nothing.'),
  consecutiveFailures: z.number(),
  consecutiveSuccesses: z.number(),
});

/** A node in a list. */
export const nodeView = z
  .object({
    cluster: z.string(),
    node: z.string(),
    verdict: z.enum(['reachable', 'unreachable', 'unknown', 'notProbed']),
    reason: reasonName,
    spec: nodeSpec,
    status: nodeStatus,
  })
  .register(components, { id: 'Node' });
export type NodeView = z.output<typeof nodeView>;

/** A node with all that is known of it; `status` has the shape of OpenShift's PodNetworkConnectivityCheck. */
export const nodeDetailView = nodeView
  .extend({
    spec: nodeSpec.extend({
      vmId: z.string(),
      size: z.string().nullable(),
      image: z.string().nullable(),
      subnet: z.string().nullable(),
      created: z.string().nullable(),
    }),
    status: nodeStatus.extend({
      successes: z.array(logEntryView).describe('The newest 10, newest first.'),
      failures: z.array(logEntryView).describe('The newest 10, newest first.'),
      outages: z.array(outageView).describe('The newest 20, newest first.'),
      uptime: uptimeShares,
    }),
  })
  .register(components, { id: 'NodeDetail' });
export type NodeDetail = z.output<typeof nodeDetailView>;

/** The moment and the gap between sweeps, by which nodes are judged. */
export function momentOf(services: Services): { at: Date; intervalMs: number } {
  return { at: services.now(), intervalMs: currentIntervalMs(services) };
}

/**
 * Shows a node of a cluster.
 *
 * @param endpoint - of the cluster's API server, for a node that has not said its own.
 */
export function viewNode(
  { settings }: Services,
  cluster: string,
  { facts, state, ...row }: NodeRow,
  { at, intervalMs }: { at: Date; intervalMs: number },
  endpoint: string | undefined,
): NodeView {
  const { verdict, reason } = outcomeOf({ facts, state, ...row }, at, intervalMs);
  const told = verdict !== 'notProbed' && reason !== 'Stale' ? state.latest : undefined;
  const { resourceId, pool, os, zone } = facts;
  return {
    cluster,
    node: facts.node,
    verdict,
    reason,
    spec: { resourceId, targetEndpoint: row.endpoint ?? endpoint ?? null, pool, os, zone: zone ?? null },
    status: {
      conditions: [
        {
          type: 'Reachable',
          status: verdict === 'notProbed' ? 'Unknown' : statusOf(verdict),
          reason,
          message: told?.message ?? reasons[reason].sentence,
          lastTransitionTime: state.since ?? null,
        },
      ],
      lastProbeTime: state.latest?.at ?? null,
      openOutageSince: openSince(state) ?? null,
      flapping: isFlapping(state, settings.FLAP_WINDOW_MINUTES * 60_000, at),
      blind: isBlind(state, settings.BLIND_AFTER),
      consecutiveFailures: state.failures,
      consecutiveSuccesses: state.successes,
    },
  };
}

/** The answer to whoever asks for a node that nobody knows. */
export function unknownNode(cluster: string, node: string): Problem {
  return new Problem(
    'unknown-node',
    `no node "${node}" of the cluster "${cluster}" is known; GET /api/clusters/${encodeURIComponent(cluster)}/nodes lists them`,
  );
}

/**
 * Shows a node with all that is known of it.
 *
 * @throws Problem where nobody knows it.
 */
export async function viewNodeDetail(services: Services, cluster: string, node: string): Promise<NodeDetail> {
  const [rows, logs, outages] = await Promise.all([
    readNodes(services.tables, cluster, [node]),
    readLogs(services.tables, cluster, [node]),
    readOutages(services.tables, cluster, { node, most: OUTAGES_SHOWN }),
  ]);
  const row = rows.get(node);
  if (row === undefined) throw unknownNode(cluster, node);
  const { successes, failures } = logs.get(node) ?? emptyLog;
  const moment = momentOf(services);
  const view = viewNode(services, cluster, row, moment, row.endpoint ?? (await readEndpoint(services.tables, cluster)));
  const status = {
    ...view.status,
    successes: successes.map(viewLogEntry),
    failures: failures.map(viewLogEntry),
    outages: outages.map(({ outage }) => viewOutage(outage)),
    uptime: viewShares(windowsOf(row.state.watch ?? emptyWatch, moment.at)),
  };
  const { vmId, size = null, image = null, subnet = null, created = null } = row.facts;
  return { ...view, spec: { ...view.spec, vmId, size, image, subnet, created }, status };
}

/** `GET /api/clusters/{cluster}/nodes/{node}` */
export async function showNode(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: await viewNodeDetail(services, params.cluster!, params.node!) };
}
