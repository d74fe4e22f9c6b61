import { isBlind, isFlapping, openSince, statusOf } from '../history/node-state.ts';
import { servedNow } from '../history/not-served.ts';
import { outcomeOf } from '../history/roll-up.ts';
import { stripUntil } from '../history/strip.ts';
import { nodeOses } from '../model/node.ts';
import type { ServedState } from '../model/node-state.ts';
import { Problem } from '../model/problem.ts';
import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import type { NodeRow } from '../tables/node-rows.ts';
import * as z from '../zod.ts';
import { components, reasonName, time } from './components.ts';
import { currentIntervalMs } from './current-interval.ts';
import { servedView } from './served.ts';

const condition = z.object({
  type: z.described(z.enum(['Reachable', 'Served']), '`Served`: whether the API server answers the requests of the node itself.'),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: reasonName,
  message: z.string(),
  lastTransitionTime: z.nullable(time),
});

/** The properties of a node. */
export const nodeSpec = z.object({
  resourceId: z.string(),
  targetEndpoint: z.described(
    z.nullable(z.string()),
    '`host:port` of its API server, as the node itself last reported it, otherwise as Azure gives it for the cluster.',
  ),
  pool: z.string(),
  os: z.enum(nodeOses),
  zone: z.nullable(z.string()),
});

/** The state of a node. */
export const nodeStatus = z.object({
  conditions: z.array(condition),
  lastProbeTime: z.nullable(time),
  openOutageSince: z.nullable(time),
  flapping: z.boolean(),
  blind: z.described(z.boolean(), 'Whether BLIND_AFTER probes in a row gave no verdict.'),
  consecutiveFailures: z.number(),
  consecutiveSuccesses: z.number(),
  recentSweeps: z.described(
    z.array(z.object({ result: z.enum(['reachable', 'notServed', 'unreachable', 'unknown', 'notProbed']), sweeps: z.number() })),
    'What the newest 50 sweeps came to, oldest first; equal neighbours are counted together.',
  ),
});

/** A node in a list. */
export const nodeView = z
  .object({
    cluster: z.string(),
    node: z.string(),
    verdict: z.enum(['reachable', 'unreachable', 'unknown', 'notProbed']),
    reason: reasonName,
    served: servedView,
    spec: nodeSpec,
    status: nodeStatus,
  })
  .register(components, { id: 'Node' });
export type NodeView = z.output<typeof nodeView>;

/** The current time and the interval between sweeps, by which nodes are judged. */
export function momentOf(services: Services): { at: Date; intervalMs: number } {
  return { at: services.now(), intervalMs: currentIntervalMs(services) };
}

/**
 * Shows a node of a cluster.
 *
 * @param endpoint - `host:port` of the cluster's API server, for a node that has not reported its own.
 */
export function viewNode(
  { settings }: Services,
  cluster: string,
  { facts, state, ...row }: NodeRow,
  { at, intervalMs }: { at: Date; intervalMs: number },
  endpoint: string | undefined,
): NodeView {
  const { verdict, reason } = outcomeOf({ facts, state, ...row }, at, intervalMs);
  const shown = verdict !== 'notProbed' && reason !== 'Stale' ? state.latest : undefined;
  const { resourceId, pool, os, zone } = facts;
  const reachable: Condition = {
    type: 'Reachable',
    status: verdict === 'notProbed' ? 'Unknown' : statusOf(verdict),
    reason,
    message: shown?.message ?? reasons[reason].sentence,
    lastTransitionTime: state.since ?? null,
  };
  const served = servedNow({ facts, state, ...row }, at, intervalMs);
  return {
    cluster,
    node: facts.node,
    verdict,
    reason,
    served: served?.ok ?? null,
    spec: { resourceId, targetEndpoint: row.endpoint ?? endpoint ?? null, pool, os, zone: zone ?? null },
    status: {
      conditions: [reachable, servedCondition(reachable, served)],
      lastProbeTime: state.latest?.at ?? null,
      openOutageSince: openSince(state) ?? null,
      flapping: isFlapping(state, settings.FLAP_WINDOW_MINUTES * 60_000, at),
      blind: isBlind(state, settings.BLIND_AFTER),
      consecutiveFailures: state.failures,
      consecutiveSuccesses: state.successes,
      recentSweeps: stripUntil(state.strip, state.latest?.at, at, intervalMs).map(({ code, sweeps }) => ({
        result: RESULTS[code],
        sweeps,
      })),
    },
  };
}

const RESULTS = { o: 'reachable', d: 'notServed', x: 'unreachable', u: 'unknown', n: 'notProbed' } as const;

type Condition = z.output<typeof condition>;

/** The condition Served of a node; what is not known of it has the cause that Reachable has. */
function servedCondition({ status, reason, message }: Condition, served: ServedState | undefined): Condition {
  const common = { type: 'Served' as const, lastTransitionTime: served?.since ?? null };
  if (served?.ok === false)
    return { ...common, status: 'False', reason: served.reason, message: served.message || reasons[served.reason].sentence };
  if (served !== undefined) return { ...common, status: 'True', reason, message: 'The API server answers the requests of the node.' };
  return {
    ...common,
    status: 'Unknown',
    reason,
    message: status === 'True' ? 'The API server was not asked whether it serves the node.' : message,
  };
}

/** The problem for a node that is not known. */
export function unknownNode(cluster: string, node: string): Problem {
  return new Problem(
    'unknown-node',
    `no node "${node}" of the cluster "${cluster}" is known; GET /api/clusters/${encodeURIComponent(cluster)}/nodes lists them`,
  );
}
