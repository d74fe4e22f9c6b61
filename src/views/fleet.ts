import { z } from 'zod';
import { commonFactor } from '../history/common-factors.ts';
import { openEpisode } from '../history/node-state.ts';
import { addUptimes } from '../history/uptime.ts';
import type { Reply } from '../http/route.ts';
import { type Counts, emptyCounts } from '../model/ledger.ts';
import type { Outcome } from '../model/verdict.ts';
import type { Services } from '../services.ts';
import { type BlindRow, PROBER, readStandingBlindness } from '../tables/blind-rows.ts';
import { type ListedCluster, listStandingClusters } from '../tables/cluster-list.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { readGaps, readSubscriptions } from '../tables/sweep-rows.ts';
import { components, countsView, reasonName, time } from './components.ts';
import { staleBefore } from './current-interval.ts';
import { sweepView, viewSweep } from './sweeps.ts';
import { uptimeView, viewUptime } from './uptime.ts';

export const commonFactorView = commonFactor
  .extend({})
  .describe('What the failing nodes of a cluster share and the healthy ones do not.')
  .register(components, { id: 'CommonFactor' });

const blindView = z
  .object({ since: time, reason: reasonName, unknown: z.number(), planned: z.number() })
  .describe('Since when nobody can tell how it is, for what most probes came to nothing, and how many of those that were planned.')
  .register(components, { id: 'Blindness' });

function viewBlind(row: BlindRow | undefined): z.output<typeof blindView> | null {
  return row === undefined ? null : { since: row.since, reason: row.reason, unknown: row.unknown, planned: row.planned };
}

/** A cluster in a list. */
export const clusterView = z
  .object({
    cluster: z.string().describe('`<subscription id>.<resource group>.<cluster name>`, in lower case.'),
    subscriptionId: z.string(),
    resourceGroup: z.string(),
    name: z.string(),
    region: z.string(),
    version: z.string(),
    nodes: countsView,
    openOutages: z.number().describe('Of its nodes, and its own.'),
    clusterOutage: z
      .object({ start: time, reason: reasonName, flaps: z.number() })
      .nullable()
      .describe("The cluster's own, while it is open."),
    blind: blindView.nullable(),
    commonFactors: z.array(commonFactorView),
    uptime: uptimeView,
    upgrading: z.boolean().describe('Whether Azure is upgrading or changing it, which may explain what its nodes say.'),
    recordOnly: z.string().nullable().describe('Why it is not probed.'),
    assessedAt: time.nullable(),
  })
  .register(components, { id: 'Cluster' });
export type ClusterView = z.output<typeof clusterView>;

/** The fleet at a glance. */
export const fleetView = z
  .object({
    subscriptions: countsView,
    clusters: countsView,
    nodes: countsView,
    openOutages: z.number(),
    uptime: uptimeView,
    blind: blindView.nullable().describe('Of the prober itself: then nothing of the fleet is known, and no cluster is accused.'),
    gaps: z.array(z.string()).describe('Subscriptions that the last completed sweep could not read.'),
    lastSweep: sweepView.nullable().describe('The last completed one.'),
  })
  .describe('Subscriptions and clusters count by the worst that is in them.')
  .register(components, { id: 'Fleet' });
export type FleetView = z.output<typeof fleetView>;

/** Whether a cluster was assessed since a moment, in epoch milliseconds; a time that is none counts as too old. */
export const isFresh = ({ assessedAt }: ListedCluster, before: number) => Date.parse(assessedAt) >= before;

/**
 * Shows a cluster. Nothing fails open: a roll-up that nobody has renewed counts as unknown.
 *
 * @param before - when it would be too old, in epoch milliseconds.
 */
export function viewCluster(row: ListedCluster, before: number): ClusterView {
  const { cluster, subscriptionId, resourceGroup, name, region, version, openOutages } = row;
  const down = openEpisode(row.outage.outage);
  const { known, reachable, unreachable, unknown, notProbed } = row.nodes;
  const nodes = isFresh(row, before)
    ? row.nodes
    : { known, reachable: 0, unreachable: 0, unknown: reachable + unreachable + unknown, notProbed };
  return {
    cluster,
    subscriptionId,
    resourceGroup,
    name,
    region,
    version,
    nodes,
    openOutages: openOutages + (down === undefined ? 0 : 1),
    clusterOutage: down === undefined ? null : { start: down.outage, reason: down.reason, flaps: down.episode - 1 },
    blind: viewBlind(row.blind),
    commonFactors: row.commonFactors,
    uptime: viewUptime(row.uptime),
    upgrading: row.upgrading,
    recordOnly: row.recordOnly ?? null,
    assessedAt: row.assessedAt || null,
  };
}

function worstOf({ unreachable, unknown, reachable }: Counts): Outcome['verdict'] {
  return unreachable > 0 ? 'unreachable' : unknown > 0 ? 'unknown' : reachable > 0 ? 'reachable' : 'notProbed';
}

function addCounts(all: readonly Counts[]): Counts {
  const total = { ...emptyCounts };
  for (const each of all) for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += each[key];
  return total;
}

/** Counts groups by the worst that is in them. */
function countWorst(groups: readonly Counts[]): Counts {
  const total = { ...emptyCounts, known: groups.length };
  for (const group of groups) total[worstOf(group)] += 1;
  return total;
}

/** The order of lists, of clusters and of nodes. */
export const WORST_FIRST: readonly Outcome['verdict'][] = ['unreachable', 'unknown', 'notProbed', 'reachable'];

/** Where a cluster stands in a list: by the worst that is in it, most unreachable nodes first. */
export function placeOf({ nodes, cluster }: ClusterView): [number, number, string] {
  return [WORST_FIRST.indexOf(worstOf(nodes)), -nodes.unreachable, cluster];
}

/** The rows of every cluster that still counts, in no order of worth. */
export async function readClusters({ tables }: Services): Promise<ListedCluster[]> {
  return listStandingClusters(tables);
}

/** Shows the fleet: its latest verdicts and its last completed sweep. */
export async function viewFleet(services: Services, rows: readonly ListedCluster[]): Promise<FleetView> {
  const { tables, now } = services;
  const before = staleBefore(services);
  const clusters = rows.map((row) => viewCluster(row, before));
  const last = await lastCompleted(tables, now());
  const scope = last === undefined ? [] : await readSubscriptions(tables, last.sweep);
  const [gaps, blind] = await Promise.all([
    last === undefined ? [] : readGaps(tables, last.sweep, scope),
    readStandingBlindness(tables, PROBER),
  ]);
  const bySubscription = Map.groupBy(clusters, (cluster) => cluster.subscriptionId);
  const subscriptions = new Set([...scope, ...bySubscription.keys()]);
  return {
    subscriptions: countWorst([...subscriptions].map((id) => addCounts((bySubscription.get(id) ?? []).map(({ nodes }) => nodes)))),
    clusters: countWorst(clusters.map(({ nodes }) => nodes)),
    nodes: addCounts(clusters.map(({ nodes }) => nodes)),
    openOutages: clusters.reduce((total, { openOutages }) => total + openOutages, 0),
    uptime: viewUptime(addUptimes(rows.map((row) => row.uptime))),
    blind: viewBlind(blind),
    gaps,
    lastSweep: last === undefined ? null : viewSweep(last),
  };
}

/** `GET /api/fleet` */
export async function showFleet(services: Services): Promise<Reply> {
  return { json: await viewFleet(services, await readClusters(services)) };
}
