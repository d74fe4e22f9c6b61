import type { TableClient, TransactionAction } from '@azure/data-tables';
import { endingReasons } from '../fleet/compare-nodes.ts';
import { parseClusterId } from '../fleet/resource-id.ts';
import { dominantReason, endsBecause, foldQuorum, judgeQuorum, type Quorum } from '../history/cluster-outage.ts';
import { commonFactors } from '../history/common-factors.ts';
import { type AnnouncingContext, dueAnnouncement } from '../history/due-announcement.ts';
import { emptyLog } from '../history/log.ts';
import { endOutage, writeEpisode } from '../history/outage.ts';
import { rollUp, STALE_AFTER_INTERVALS } from '../history/roll-up.ts';
import { addObserved, addOutages, emptyBuckets, summarize } from '../history/uptime.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { type OwnClusterRow, publishCluster, putCluster, readCluster, repairMarks } from '../tables/cluster-rows.ts';
import { type NodeRow, readJudgedNodes } from '../tables/node-rows.ts';
import { insertOutage, type OutageRow, readOutage, readOutages, replaceOutage } from '../tables/outage-rows.ts';
import { isLostWrite, readRow } from '../tables/rows.ts';
import { readClusterFacts } from '../tables/sweep-rows.ts';
import { announceOutages } from './announce-outages.ts';
import { effectDone } from './effect.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { intervalAt } from './schedule.ts';

const ATTEMPTS = 5;
const SKEW_MS = 120_000;
/** The cluster's row and its outage are in the batch too. */
const SETTLED_AT_ONCE = 98;
const LATE_INTERVALS = 2;

const later = (a: string, b: string) => (a > b ? a : b);

/** What an assessment has read. */
interface Seen {
  before?: { row: OwnClusterRow; etag: string };
  nodes: Map<string, NodeRow>;
  /** Outages that are open, not told, or not yet counted. */
  unsettled: OutageRow[];
  sealed: boolean;
  now: Date;
}

/** What announcements of a cluster depend on. */
export function announcingContext({ settings, now }: Services, { outage: { outage }, sealedSweep }: OwnClusterRow): AnnouncingContext {
  const clusterOutage = outage && { start: outage.from, end: outage.end };
  const time = now();
  const lateMs = LATE_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, time) + settings.PROBE_DEADLINE_SECONDS * 1000;
  return { sealedSweep, clusterOutage, flapWindowMs: settings.FLAP_WINDOW_MINUTES * 60_000, lateMs, now: time };
}

/** Rolls the cluster up, judges its quorum and adds up its uptime: the row it comes to. Nothing is written. */
async function judge(
  services: Services,
  { sweep, cluster, mark }: MessageOf<'assess-cluster'>,
  seen: Seen,
): Promise<[OwnClusterRow, Quorum]> {
  const { settings, tables } = services;
  const { before, nodes, sealed, now } = seen;
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now);
  const named = parseClusterId(cluster)!;
  // An older sweep never takes the place of a newer one; its rows were read now all the same.
  const newest = before === undefined || sweep >= before.row.sweep;
  const facts = newest ? await readClusterFacts(await tables.open('sweeps'), sweep, cluster) : undefined;
  const known = facts ?? before?.row;
  const { byReason: _, ...judged } = rollUp(nodes.values(), now, interval);
  const quorum = judgeQuorum(nodes.values(), now, interval, sealed, {
    percent: settings.CLUSTER_QUORUM_PERCENT,
    nodes: settings.CLUSTER_QUORUM_NODES,
  });
  const flapWindowMs = settings.FLAP_WINDOW_MINUTES * 60_000;
  const outage = newest ? foldQuorum(before?.row.outage ?? {}, quorum, { sweep, now, flapWindowMs }) : before.row.outage;
  const factsOf = (rows: readonly NodeRow[]) => rows.map((row) => row.facts);
  const watchedSince = new Date(Math.max(Date.parse(before?.row.assessedAt ?? ''), now.getTime() - STALE_AFTER_INTERVALS * interval));
  const row: OwnClusterRow = {
    cluster,
    subscriptionId: named.subscriptionId,
    resourceGroup: known?.resourceGroup ?? named.resourceGroup,
    name: known?.name ?? named.name,
    region: known?.region ?? '',
    version: known?.version ?? '',
    recordOnly: known?.recordOnly,
    ...judged,
    outage,
    commonFactors: commonFactors(factsOf(quorum.failing), factsOf(quorum.healthy), now),
    buckets: addObserved(before?.row.buckets ?? emptyBuckets, quorum.planned, watchedSince, now),
    uptime: before?.row.uptime ?? summarize(emptyBuckets, now),
    assessedAt: now.toISOString(),
    sweep: later(sweep, before?.row.sweep ?? ''),
    sealedSweep: sealed ? later(sweep, before?.row.sealedSweep ?? '') : (before?.row.sealedSweep ?? ''),
    // A mark of a stranger or of a skewed clock must not silence the cluster.
    mark: mark <= new Date(now.getTime() + SKEW_MS).toISOString() ? mark : now.toISOString(),
  };
  return [row, quorum];
}

/** Brings the record of the cluster's own outage in line with its judgement: new, with its counts of now, or ended. */
async function writeClusterOutage(
  fleet: TableClient,
  row: OwnClusterRow,
  quorum: Quorum,
  { nodes, unsettled, now }: Seen,
): Promise<TransactionAction[]> {
  const { outage: episode } = row.outage;
  if (episode === undefined) return [];
  const time = now.toISOString();
  const found = unsettled.find(({ outage }) => outage.node === undefined && outage.start === episode.outage);
  // One that is over and settled is not to be changed any more.
  if (found === undefined && episode.end !== undefined) return [];
  const stored = found ?? (await readOutage(fleet, row.cluster, undefined, episode.outage));
  const isNews = stored?.outage.end !== episode.end || stored?.outage.episode !== episode.episode;
  let outage = isNews || !stored ? writeEpisode(stored?.outage, { cluster: row.cluster }, episode, emptyLog, time) : stored.outage;
  const failing = quorum.failing.map(({ facts }) => facts.node);
  if (outage.end === undefined && failing.length > 0) {
    const conclusive = failing.length + quorum.healthy.length;
    const most = Math.max(failing.length, outage.counts?.most ?? 0);
    const counts = { failing: failing.length, conclusive, planned: quorum.planned, most };
    const hit = [...new Set([...(outage.nodes ?? []), ...failing])].sort();
    outage = { ...outage, nodes: hit, counts, reason: dominantReason(quorum.failing), commonFactors: row.commonFactors };
  }
  const over = outage.end === undefined ? endsBecause(nodes.values(), row.recordOnly, endingReasons) : undefined;
  if (over !== undefined) {
    outage = endOutage(outage, time, over, reasons[over].sentence);
    row.outage = { outage: { ...episode, end: time } };
  }
  if (stored === undefined) return [insertOutage(outage)];
  return JSON.stringify(outage) === JSON.stringify(stored.outage) ? [] : [replaceOutage({ ...stored, outage })];
}

/** Counts outages that are over and told into the cluster's uptime; in one batch with it, so that each counts once. */
function settle(services: Services, row: OwnClusterRow, unsettled: readonly OutageRow[], now: Date): TransactionAction[] {
  const context = announcingContext(services, row);
  const over = unsettled.filter(({ outage }) => dueAnnouncement(outage, context).finished).slice(0, SETTLED_AT_ONCE);
  const ofNodes = (rows: readonly OutageRow[]) => rows.map(({ outage }) => outage).filter((outage) => outage.node !== undefined);
  row.buckets = addOutages(row.buckets, ofNodes(over), now);
  const others = new Set(over);
  const shown = addOutages(row.buckets, ofNodes(unsettled.filter((each) => !others.has(each))), now);
  row.uptime = summarize(shown, now);
  return over.map((each) => replaceOutage(each, true));
}

async function see(services: Services, fleet: TableClient, cluster: string, sealed: boolean): Promise<Omit<Seen, 'before'>> {
  const nodes = await readJudgedNodes(fleet, cluster);
  const unsettled = await readOutages(fleet, cluster, { which: 'unsettled' });
  return { nodes, unsettled, sealed, now: services.now() };
}

interface Judged {
  row: OwnClusterRow;
  /** Unsettled outages as they stand; absent where they have to be read again. */
  unsettled?: OutageRow[];
}

/** Judges a cluster and stores the judgement, unless this mark was judged before. Returns what is stored. */
async function judgeAndStore(services: Services, message: MessageOf<'assess-cluster'>): Promise<Judged> {
  const { tables } = services;
  const { sweep, cluster, mark } = message;
  const fleet = await tables.open('fleet');
  const sealed = (await readRow(await tables.open('sweeps'), sweep, `sealed|${cluster}`)) !== undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const read = await readCluster(fleet, cluster);
    const before = read && { ...read, row: repairMarks(read.row, services.now()) };
    if (before !== undefined && mark <= before.row.mark) return { row: before.row };
    const seen = { before, ...(await see(services, fleet, cluster, sealed)) };
    const [row, quorum] = await judge(services, message, seen);
    const own = await writeClusterOutage(fleet, row, quorum, seen);
    // What is written by this very judgement settles with the next.
    const settled = settle(services, row, own.length > 0 ? seen.unsettled.filter(({ outage }) => outage.node) : seen.unsettled, seen.now);
    try {
      await fleet.submitTransaction([putCluster(row, before?.etag), ...own, ...settled]);
    } catch (error) {
      if (!isLostWrite(error)) throw error;
      continue;
    }
    effectDone('assess-cluster:cluster-row');
    await publishCluster(await tables.open('clusters'), row);
    effectDone('assess-cluster:published');
    return { row, unsettled: own.length + settled.length === 0 ? seen.unsettled : undefined };
  }
  throw new Error(`expected to judge ${cluster} within ${ATTEMPTS} attempts; others wrote its row each time`);
}

/** Stage 6: judges one cluster as its results come in, and announces its outages. */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { sweep, cluster } = message;
  const { row, unsettled } = await judgeAndStore(services, message);
  const again = await announceOutages(services, row, announcingContext(services, row), unsettled);
  if (again !== undefined) await requestAssessment(services, sweep, cluster, again);
}
