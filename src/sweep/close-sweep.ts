import pLimit from 'p-limit';
import type { Services } from '../services.ts';
import type { Settings } from '../settings.ts';
import { type ClusterRow, listClusterRows } from '../tables/cluster-rows.ts';
import { repairLine } from '../tables/sweep-list.ts';
import { readSweep, type SweepRows } from '../tables/sweep-rows.ts';
import { completeSweep } from './complete-sweep.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { endOf, intervalAfter } from './schedule.ts';
import { sealCluster } from './seal-cluster.ts';

const LAST_RUN_SECONDS = 60;
const CONCURRENT_CLUSTERS = 8;
const BACK_SECONDS = 15;
/** A cluster that was sealed just now is assessed in less, as a rule. */
const BACK_SOON_SECONDS = 3;

function lastRun({ settings }: Services, sweep: string): Date {
  const next = endOf(settings, sweep);
  return new Date(next.getTime() + (settings.PROBE_DEADLINE_SECONDS + LAST_RUN_SECONDS) * 1000);
}

/** Seconds between two looks at the end of a sweep, fewer where sweeps are short. */
function backSeconds({ SWEEP_SCHEDULE }: Settings, sweep: string): number {
  return Math.min(BACK_SECONDS, intervalAfter(SWEEP_SCHEDULE, new Date(sweep)) / 6000);
}

/**
 * Has the end of a sweep looked after, until its `completed` row stands.
 *
 * @param soon - whether nothing is missing any more but assessments that were asked for just now.
 */
export async function sendCloseSweep({ settings, queue }: Services, sweep: string, soon = false): Promise<void> {
  const usual = backSeconds(settings, sweep);
  const delaySeconds = soon ? Math.min(BACK_SOON_SECONDS, usual) : usual;
  await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds });
}

/** The clusters of a sweep; in the last run also those that are known of subscriptions which were never listed. */
function clustersOf(rows: SweepRows, known: readonly ClusterRow[], last: boolean): string[] {
  if (!last) return rows.clusters;
  const unlisted = new Set((rows.subscriptions ?? []).filter((id) => !rows.listed.some((row) => row.subscription === id)));
  const lost = known.filter((row) => unlisted.has(row.subscriptionId) && row.nodes.known > 0);
  return [...new Set([...rows.clusters, ...lost.map((row) => row.cluster)])];
}

/** Stage 7: comes back until every cluster of a sweep is sealed and assessed, then completes it. */
export async function closeSweep(services: Services, { sweep }: MessageOf<'close-sweep'>): Promise<void> {
  const { settings, tables, now } = services;
  const rows = await readSweep(await tables.open('sweeps'), sweep);
  if (rows.completed) return repairLine(tables, sweep);
  const last = now() >= lastRun(services, sweep);
  const known = await listClusterRows(await tables.open('clusters'));
  const assessed = new Map(known.map((row) => [row.cluster, row.sealedSweep]));
  const isAssessed = (cluster: string) => (assessed.get(cluster) ?? '') >= sweep;
  const newSince = now().getTime() - backSeconds(settings, sweep) * 1000;
  const isNew = (cluster: string) => Date.parse(rows.sealedAt.get(cluster) ?? '') > newSince;
  const clusters = clustersOf(rows, known, last);
  const sealed = new Map(rows.sealed);
  const close = async (cluster: string) => {
    if (!sealed.has(cluster)) {
      const ledger = await sealCluster(services, sweep, cluster, last);
      if (ledger !== undefined) sealed.set(cluster, ledger);
      // Sealed in an earlier run: the message may be with a process that died, and with one that lives if it was sealed just now.
    } else if (!isAssessed(cluster) && !isNew(cluster)) await requestAssessment(services, sweep, cluster, 'now');
  };
  const limit = pLimit(CONCURRENT_CLUSTERS);
  await Promise.all(clusters.map((cluster) => limit(() => close(cluster))));
  const listed = rows.subscriptions?.every((id) => rows.listed.some((row) => row.subscription === id)) ?? false;
  const allSealed = listed && clusters.every((cluster) => sealed.has(cluster));
  if ((allSealed && clusters.every(isAssessed)) || last) await completeSweep(services, sweep, rows, sealed, known);
  else await sendCloseSweep(services, sweep, allSealed && sealed.size > rows.sealed.size);
}
