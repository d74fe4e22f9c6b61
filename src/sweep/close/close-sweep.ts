import pLimit from 'p-limit';
import { log } from '../../log.ts';
import { endOf } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { type ClusterRow, listClusterRows } from '../../tables/cluster-rows.ts';
import { knownHead } from '../../tables/plan-rows.ts';
import { repairLine } from '../../tables/sweep-list.ts';
import { readClusters, readSweep, type SweepRows } from '../../tables/sweep-rows.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainSweep } from '../queue/origin.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { closeEverySeconds, ensureNextClose, requestClose } from '../queue/request-close.ts';
import { requestNext } from '../queue/request-start.ts';
import { completeSweep } from './complete-sweep.ts';
import { finalizeCluster } from './finalize-cluster.ts';
import { sendAgain } from './send-again.ts';

const LAST_RUN_SECONDS = 60;
const CONCURRENT_CLUSTERS = 8;

function lastRun({ settings }: Services, sweep: string): Date {
  const next = endOf(settings, sweep);
  return new Date(next.getTime() + (settings.PROBE_DEADLINE_SECONDS + LAST_RUN_SECONDS) * 1000);
}

/** When the first of the clusters that are not finalized should have all its results; undefined where this process does not know that of all of them. */
function firstEnd({ tables, settings }: Services, sweep: string, { clusters, finalized }: SweepRows): Date | undefined {
  const heads = clusters.filter((cluster) => !finalized.has(cluster)).map((cluster) => knownHead(tables, sweep, cluster));
  const ends = heads.map((head) => Date.parse(head?.lastSlot ?? '') + (head?.collectAfter ?? settings.FIRST_COLLECT_SECONDS) * 1000);
  const first = Math.min(...ends);
  return Number.isFinite(first) ? new Date(first) : undefined;
}

/** The clusters of a sweep; in the last run also those that are known of subscriptions which were never listed. */
function clustersOf(rows: SweepRows, known: readonly ClusterRow[], last: boolean): string[] {
  if (!last) return rows.clusters;
  const unlisted = new Set((rows.subscriptions ?? []).filter((id) => !rows.listed.some((row) => row.subscription === id)));
  const lost = known.filter((row) => unlisted.has(row.subscriptionId) && row.nodes.known > 0);
  return [...new Set([...rows.clusters, ...lost.map((row) => row.cluster)])];
}

/**
 * Stage 7: comes back until every cluster of a sweep is finalized and assessed, then completes it. It asks for the next sweep once it is done, at the
 * latest when that is due: a sweep that is slow, or fails each time it is looked at, must not keep the next one from being started.
 */
export async function closeSweep(services: Services, { sweep }: MessageOf<'close-sweep'>): Promise<void> {
  const { settings, tables, now } = services;
  const rows = await readSweep(tables, sweep);
  if (rows.isCompleted) {
    await repairLine(tables, sweep);
    return requestNext(services, sweep);
  }
  const last = now() >= lastRun(services, sweep);
  const fault = rows.subscriptions === undefined ? await explainSweep(services, sweep) : undefined;
  if (fault === undefined && now() >= endOf(settings, sweep)) await requestNext(services, sweep);
  if (last && rows.subscriptions === undefined) return log.warn(`the sweep ${sweep} never began: the message that starts it was lost`);
  if (fault !== undefined) throw new Error(fault);
  await ensureNextClose(services, sweep, rows, lastRun(services, sweep), firstEnd(services, sweep, rows));
  const asOf = now();
  // As long as no cluster was finalized, none was assessed after that.
  const known = last || rows.finalized.size > 0 || rows.clusters.length === 0 ? await listClusterRows(tables) : [];
  const assessed = new Map(known.map((row) => [row.cluster, row.finalizedSweep]));
  const isAssessed = (cluster: string) => (assessed.get(cluster) ?? '') >= sweep;
  // The shortest time between two looks: a message that was lost is then sent again at the next one, however far apart they are.
  const newSince = now().getTime() - closeEverySeconds(settings, sweep, new Date(sweep)) * 1000;
  const isNew = (cluster: string) => Date.parse(rows.finalizedAt.get(cluster) ?? '') > newSince;
  const clusters = clustersOf(rows, known, last);
  const finalized = new Map(rows.finalized);
  const unplanned: string[] = [];
  const close = async (cluster: string) => {
    if (!finalized.has(cluster)) {
      const ledger = await finalizeCluster(services, sweep, cluster, last);
      if (ledger === 'unplanned') unplanned.push(cluster);
      else if (ledger !== undefined) finalized.set(cluster, ledger);
      // Finalized in an earlier run: the message may be with a process that died, and with one that lives if it was finalized just now.
    } else if (!isAssessed(cluster) && !isNew(cluster)) await requestAssessment(services, sweep, cluster, 'now');
  };
  const limit = pLimit(CONCURRENT_CLUSTERS);
  await Promise.all(clusters.map((cluster) => limit(() => close(cluster))));
  const listed = rows.subscriptions?.every((id) => rows.listed.some((row) => row.subscription === id)) ?? false;
  const allFinalized = listed && clusters.every((cluster) => finalized.has(cluster));
  const isDone = allFinalized && clusters.every(isAssessed);
  // A second listing at the same time may have added a cluster since the clusters were read.
  if (last || (isDone && (await readClusters(tables, sweep)).length === rows.clusters.length)) {
    await completeSweep(services, sweep, rows, finalized, known, asOf);
    await requestNext(services, sweep);
  } else {
    await sendAgain(services, sweep, rows, unplanned);
    if (allFinalized && finalized.size > rows.finalized.size) await requestClose(services, sweep, true);
  }
}
