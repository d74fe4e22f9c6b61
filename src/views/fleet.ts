import { addUptimes } from '../history/uptime.ts';
import type { Services } from '../services.ts';
import type { ListedCluster } from '../tables/cluster-list.ts';
import { readOpenIncidents, type StoredIncident } from '../tables/incident-rows.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { readGaps, readSubscriptions } from '../tables/sweep-rows.ts';
import * as z from '../zod.ts';
import { blindView } from './blindness.ts';
import { viewCluster } from './clusters.ts';
import { components, countsView } from './components.ts';
import { staleBefore } from './current-interval.ts';
import { cutOffIn } from './cut-off.ts';
import { incidentView, viewIncident } from './incidents.ts';
import { sweepView, viewSweep } from './sweeps.ts';
import { uptimeView, viewUptime } from './uptime.ts';
import { addCounts, countWorst } from './worst-first.ts';

/** The fleet at a glance. */
export const fleetView = z
  .described(
    z.object({
      subscriptions: countsView,
      clusters: countsView,
      nodes: countsView,
      openOutages: z.number(),
      cutOff: z.described(
        z.nullable(z.object({ clusters: z.array(z.string()), nodes: countsView, elsewhere: countsView })),
        'The clusters that have an outage as a whole, with the counts of their nodes alone, and of the nodes of all others; null if none has.',
      ),
      uptime: uptimeView,
      blind: z.described(z.nullable(blindView), 'That nobody sees the fleet: then nothing is known of it. `incidents` says more.'),
      incidents: z.described(z.array(incidentView), 'The incidents that are open, newest first.'),
      gaps: z.described(z.array(z.string()), 'Subscriptions that the last completed sweep could not read.'),
      lastSweep: z.described(z.nullable(sweepView), 'The last completed sweep.'),
    }),
    'Subscriptions and clusters count by the worst verdict among their nodes.',
  )
  .register(components, { id: 'Fleet' });
export type FleetView = z.output<typeof fleetView>;

/** That nobody sees the fleet, in the shape of the blindness of a cluster; null if it is seen. */
function unseenView(incidents: readonly StoredIncident[]): z.output<typeof blindView> | null {
  const unseen = incidents.find(({ kind }) => kind === 'unseen');
  if (unseen === undefined) return null;
  const { start: since, reason, nodes, finding } = viewIncident(unseen);
  const findings = finding === null ? [] : [finding];
  return { since, reason, unknown: nodes.affected, planned: nodes.planned, findings, changes: [], searchedAt: null };
}

/** Shows the fleet: its latest verdicts and its last completed sweep. */
export async function viewFleet(services: Services, rows: readonly ListedCluster[]): Promise<FleetView> {
  const { tables, now } = services;
  const before = staleBefore(services);
  const clusters = rows.map((row) => viewCluster(row, before, now()));
  const last = await lastCompleted(tables, now());
  const scope = last === undefined ? [] : await readSubscriptions(tables, last.sweep);
  const [gaps, incidents] = await Promise.all([last === undefined ? [] : readGaps(tables, last.sweep, scope), readOpenIncidents(tables)]);
  const bySubscription = Map.groupBy(clusters, (cluster) => cluster.subscriptionId);
  const subscriptions = new Set([...scope, ...bySubscription.keys()]);
  return {
    subscriptions: countWorst([...subscriptions].map((id) => addCounts((bySubscription.get(id) ?? []).map(({ nodes }) => nodes)))),
    clusters: countWorst(clusters.map(({ nodes }) => nodes)),
    nodes: addCounts(clusters.map(({ nodes }) => nodes)),
    openOutages: clusters.reduce((total, { openOutages }) => total + openOutages, 0),
    cutOff: cutOffIn(clusters) ?? null,
    uptime: viewUptime(addUptimes(rows.map((row) => row.uptime))),
    blind: unseenView(incidents),
    incidents: incidents.reverse().map(viewIncident),
    gaps,
    lastSweep: last === undefined ? null : viewSweep(last),
  };
}
