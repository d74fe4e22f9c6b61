import { endsBecause, failingReasons, type Quorum } from '../../history/cluster-outage.ts';
import { type AnnouncingContext, dueAnnouncement } from '../../history/due-announcement.ts';
import { emptyLog } from '../../history/log.ts';
import { endOutage, writeEpisode } from '../../history/outage.ts';
import { addOutages, outagesByReason } from '../../history/uptime.ts';
import { reasons } from '../../model/reasons.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import type { OwnClusterRow } from '../../tables/cluster-rows.ts';
import type { FleetWrite } from '../../tables/fleet-batch.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { insertOutage, type OutageRow, readOutage, replaceOutage } from '../../tables/outage-rows.ts';
import type { Seen } from './judge-cluster.ts';

/** The cluster's row and its outage are in the batch too. */
const ARCHIVED_AT_ONCE = 98;
const LATE_INTERVALS = 2;

/** What announcements of a cluster depend on. */
export function announcingContext({ settings, now }: Services, { outage: { outage }, finalizedSweep }: OwnClusterRow): AnnouncingContext {
  const clusterOutage = outage && { start: outage.from, end: outage.end };
  const time = now();
  const lateMs = LATE_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, time) + settings.PROBE_DEADLINE_SECONDS * 1000;
  return { finalizedSweep, clusterOutage, flapWindowMs: settings.FLAP_WINDOW_MINUTES * 60_000, lateMs, now: time };
}

/** Brings the record of the cluster's own outage in line with its judgement: new, with its counts of now, or ended. */
export async function writeClusterOutage(
  tables: Tables,
  row: OwnClusterRow,
  quorum: Quorum,
  { nodes, active, now }: Seen,
): Promise<FleetWrite[]> {
  const { outage: episode } = row.outage;
  if (episode === undefined) return [];
  const time = now.toISOString();
  const found = active.find(({ outage }) => outage.node === undefined && outage.start === episode.outage);
  // One that is over and archived is not to be changed any more.
  if (found === undefined && episode.end !== undefined) return [];
  const stored = found ?? (await readOutage(tables, row.cluster, undefined, episode.outage));
  const isNews = stored?.outage.end !== episode.end || stored?.outage.episode !== episode.episode;
  let outage = isNews || !stored ? writeEpisode(stored?.outage, { cluster: row.cluster }, episode, emptyLog, time) : stored.outage;
  const failing = quorum.failing.map(({ facts }) => facts.node);
  if (outage.end === undefined && failing.length > 0) {
    const conclusive = failing.length + quorum.healthy.length;
    const most = Math.max(failing.length, outage.counts?.most ?? 0);
    const counts = { failing: failing.length, conclusive, planned: quorum.planned, most };
    const hit = [...new Set([...(outage.nodes ?? []), ...failing])].sort();
    const reasonsNow = failingReasons(quorum.failing);
    const reason = reasonsNow[0]?.reason ?? outage.reason;
    outage = { ...outage, nodes: hit, counts, reason, reasons: reasonsNow, commonFactors: row.commonFactors };
  }
  const over = outage.end === undefined ? endsBecause(nodes.values(), row.recordOnly) : undefined;
  if (over !== undefined) {
    outage = endOutage(outage, time, over, reasons[over].sentence);
    row.outage = { outage: { ...episode, end: time } };
  }
  if (stored === undefined) return [insertOutage(outage)];
  return JSON.stringify(outage) === JSON.stringify(stored.outage) ? [] : [replaceOutage({ ...stored, outage })];
}

/** Counts outages that are over and told into the cluster's row; in one batch with it, so that each counts once. */
export function archiveOutages(services: Services, row: OwnClusterRow, active: readonly OutageRow[], now: Date): FleetWrite[] {
  const context = announcingContext(services, row);
  const over = active.filter(({ outage }) => dueAnnouncement(outage, context).finished).slice(0, ARCHIVED_AT_ONCE);
  const ofNodes = (rows: readonly OutageRow[]) => rows.map(({ outage }) => outage).filter((outage) => outage.node !== undefined);
  row.outageDays = addOutages(row.outageDays, ofNodes(over), now);
  const others = new Set(over);
  const shown = addOutages(row.outageDays, ofNodes(active.filter((each) => !others.has(each))), now);
  row.uptime = { ...row.uptime, byReason: outagesByReason(shown, now) };
  return over.map((each) => replaceOutage(each, true));
}
