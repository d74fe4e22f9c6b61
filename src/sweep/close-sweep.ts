import type { Availability } from '../announce/telemetry.ts';
import { rollUp } from '../history/roll-up.ts';
import { scriptHash } from '../probe/script.ts';
import type { Services } from '../services.ts';
import { type ClusterRow, listClusterRows } from '../tables/cluster-rows.ts';
import { readNodes } from '../tables/node-rows.ts';
import { insertCompleted, insertSealed, markRecollected, readPlanAndTallies, readSweep, type SweepRows } from '../tables/sweep-rows.ts';
import { COLLECT_GRACE_SECONDS } from './claim.ts';
import { effectDone } from './effect.ts';
import { addUp, coverageOf, type Ledger, outstanding, type Plan, sum } from './ledger.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { intervalAfter, nextOccurrence } from './schedule.ts';

const LAST_RUN_SECONDS = 60;
const MISSING_AFTER_MS = 60_000;

function lastRun({ settings }: Services, sweep: string): Date {
  const next = nextOccurrence(settings.SWEEP_SCHEDULE, new Date(sweep));
  return new Date(next.getTime() + (settings.PROBE_DEADLINE_SECONDS + LAST_RUN_SECONDS) * 1000);
}

/** Has the end of a sweep looked after, until its `completed` row stands. */
export async function sendCloseSweep({ settings, queue }: Services, sweep: string): Promise<void> {
  const delaySeconds = Math.min(15, intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep)) / 6000);
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds });
}

/** Enqueues once more the collection of each slice that has no tally 60 s after it was due: its message may be with a process that died. */
async function recollect(services: Services, sweep: string, cluster: string, planned: Plan, missing: ReadonlySet<string>): Promise<void> {
  const { settings, tables, queue, now } = services;
  if (now().getTime() < Date.parse(planned.due) + settings.FIRST_COLLECT_SECONDS * 1000 + MISSING_AFTER_MS) return;
  const next = nextOccurrence(settings.SWEEP_SCHEDULE, new Date(sweep)).getTime();
  const latest = Math.max(now().getTime() + settings.PROBE_DEADLINE_SECONDS * 1000, next) + COLLECT_GRACE_SECONDS * 1000;
  for (const [n, nodes] of planned.slices.entries()) {
    if (!nodes.some((node) => missing.has(node)) || !(await markRecollected(await tables.open('sweeps'), sweep, cluster, String(n))))
      continue;
    await queue.send({ kind: 'collect-slice', sweep, cluster, slice: String(n), nodes }, { deadline: new Date(latest) });
    effectDone('close-sweep:collect-slice');
  }
}

/** Seals a cluster whose tallies equal its plan; in the last run whatever is missing counts as lost. */
async function sealCluster(services: Services, sweep: string, cluster: string, last: boolean): Promise<Ledger | undefined> {
  const { tables, settings, now } = services;
  const sweeps = await tables.open('sweeps');
  const { planned, tallies } = await readPlanAndTallies(sweeps, sweep, cluster);
  const known = async () => {
    const rows = rollUp(
      (await readNodes(await tables.open('fleet'), cluster)).values(),
      now(),
      intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep)),
    );
    return { ...rows.nodes, reachable: 0, unreachable: 0, unknown: 0, notProbed: rows.nodes.known, byReason: { Lost: rows.nodes.known } };
  };
  if (planned === undefined && !last) return undefined;
  const missing = planned === undefined ? [] : outstanding(planned, [...tallies.values()]);
  if (planned !== undefined && missing.length > 0 && !last) {
    await recollect(services, sweep, cluster, planned, new Set(missing));
    return undefined;
  }
  const ledger: Ledger = planned === undefined ? await known() : addUp(planned, [...tallies.values()]);
  await insertSealed(sweeps, sweep, cluster, ledger);
  effectDone('close-sweep:sealed');
  await requestAssessment(services, sweep, cluster, 'now');
  effectDone('close-sweep:assess-cluster');
  return ledger;
}

function availabilityOf(cluster: ClusterRow, sweep: string, ledger: Ledger, startedAt: string, time: string): Availability {
  const { openOutages, nodes } = cluster;
  return {
    id: `${sweep}|${cluster.cluster}`,
    name: cluster.cluster,
    time,
    success: true,
    durationMs: Date.parse(time) - Date.parse(startedAt),
    message: `${nodes.reachable} of ${nodes.known} nodes reach their API server`,
    properties: {
      cluster: cluster.cluster,
      clusterOutage: 'false',
      openNodeOutages: String(openOutages),
      blind: 'false',
      coverage: coverageOf(ledger).toFixed(4),
      reason: '',
    },
  };
}

async function complete(
  services: Services,
  sweep: string,
  rows: SweepRows,
  sealed: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
): Promise<void> {
  const { settings, tables, telemetry, now } = services;
  const completedAt = now().toISOString();
  const startedAt = rows.startedAt ?? sweep;
  const ledger = sum([...sealed.values()]);
  const gaps = (rows.subscriptions ?? []).filter(
    (id) => rows.listed.find((row) => row.subscription === id && row.gap === undefined) === undefined,
  );
  const coverage = coverageOf(ledger);
  if (!(await insertCompleted(tables, sweep, { sweep, startedAt, completedAt, coverage, ledger }))) return;
  effectDone('close-sweep:completed');
  const availability = clusters.flatMap((cluster) => {
    const own = sealed.get(cluster.cluster);
    return own === undefined || cluster.recordOnly !== undefined ? [] : [availabilityOf(cluster, sweep, own, startedAt, completedAt)];
  });
  const { known, reachable, unreachable, unknown, notProbed } = ledger;
  const durationSeconds = (Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
  const measurements = {
    expected: known,
    reachable,
    unreachable,
    unknown,
    notProbed,
    coverage,
    durationSeconds,
    clusters: sealed.size,
    subscriptionGaps: gaps.length,
  };
  const schedule = settings.SWEEP_SCHEDULE;
  await telemetry.report(availability, {
    name: 'SweepCompleted',
    time: completedAt,
    properties: { eventId: `${sweep}/completed`, sweep, schedule, gaps: gaps.join(','), script: scriptHash },
    measurements,
  });
}

/** The clusters of a sweep; in the last run also those that are known of subscriptions which were never listed. */
function clustersOf(rows: SweepRows, known: readonly ClusterRow[], last: boolean): string[] {
  const listed = rows.listed.flatMap((subscription) => subscription.clusters.map(({ cluster }) => cluster));
  const unlisted = new Set((rows.subscriptions ?? []).filter((id) => !rows.listed.some((row) => row.subscription === id)));
  return last
    ? [...listed, ...known.filter((row) => unlisted.has(row.subscriptionId) && row.nodes.known > 0).map((row) => row.cluster)]
    : listed;
}

/** Stage 7: comes back until every cluster of a sweep is sealed and assessed, then completes it. */
export async function closeSweep(services: Services, { sweep }: MessageOf<'close-sweep'>): Promise<void> {
  const { tables, now } = services;
  const rows = await readSweep(await tables.open('sweeps'), sweep);
  if (rows.completed) return;
  const last = now() >= lastRun(services, sweep);
  const known = await listClusterRows(await tables.open('clusters'));
  const assessed = new Map(known.map((row) => [row.cluster, row.sealedSweep]));
  const isAssessed = (cluster: string) => (assessed.get(cluster) ?? '') >= sweep;
  const clusters = clustersOf(rows, known, last);
  const sealed = new Map(rows.sealed);
  for (const cluster of clusters) {
    if (!sealed.has(cluster)) {
      const ledger = await sealCluster(services, sweep, cluster, last);
      if (ledger !== undefined) sealed.set(cluster, ledger);
      // Sealed in an earlier run: the message may be with a process that died.
    } else if (!isAssessed(cluster)) await requestAssessment(services, sweep, cluster, 'now');
  }
  const listed = rows.subscriptions?.every((id) => rows.listed.some((row) => row.subscription === id)) ?? false;
  const done = listed && clusters.every((cluster) => sealed.has(cluster) && isAssessed(cluster));
  if (done || last) await complete(services, sweep, rows, sealed, known);
  else await sendCloseSweep(services, sweep);
}
