import { createHash } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { eventIdOf, outageEvent, summaryEvent, type TelemetryEvent } from '../announce/events.ts';
import { type Announcement, type AnnouncingContext, dueAnnouncement, markTold, type What } from '../history/due-announcement.ts';
import { type Outage, outageId } from '../history/outage.ts';
import type { Services } from '../services.ts';
import { statusPageUrl } from '../settings.ts';
import type { OwnClusterRow } from '../tables/cluster-rows.ts';
import { type OutageRow, readOutage, readOutages, replaceOutage } from '../tables/outage-rows.ts';
import { deleteSummary, insertSummary, readSummaries, type Summary } from '../tables/outbox-rows.ts';
import { isLostWrite, retryLostWrites, writeBatch } from '../tables/rows.ts';
import { takeAnnouncingLease } from './announcing-lease.ts';
import { effectDone } from './effect.ts';

const TRY_AGAIN_MS = 15_000;
const BATCH = 100;
const MARK_ATTEMPTS = 5;
/** Past so many events of nodes in one assessment, there is one summary for each kind. */
const MOST_EVENTS = 20;

/** An event that is to be sent, and what its acceptance means for which outages. */
interface Telling {
  event: TelemetryEvent;
  marks: { outage: Pick<Outage, 'cluster' | 'node' | 'start'>; what: What; episode: number }[];
  summary?: Summary;
}

interface Due extends Announcement {
  row: OutageRow;
}

type Change = (outage: Outage) => Outage;

/** Changes outages in batches; where a row of a batch changed meanwhile, one by one, each as it stands then. */
async function changeAll(fleet: TableClient, changes: readonly { row: OutageRow; change: Change }[]): Promise<void> {
  for (let from = 0; from < changes.length; from += BATCH) {
    const batch = changes.slice(from, from + BATCH);
    try {
      await writeBatch(
        fleet,
        batch.map(({ row, change }) => replaceOutage({ ...row, outage: change(row.outage) })),
      );
    } catch (error) {
      if (!isLostWrite(error)) throw error;
      for (const { row, change } of batch) await changeOne(fleet, row.outage, change);
    }
  }
}

async function changeOne(fleet: TableClient, { cluster, node, start }: Outage, change: Change): Promise<void> {
  await retryLostWrites(MARK_ATTEMPTS, async () => {
    const current = await readOutage(fleet, cluster, node, start);
    if (current !== undefined) await writeBatch(fleet, [replaceOutage({ ...current, outage: change(current.outage) })]);
  });
}

async function readDue(fleet: TableClient, cluster: string, context: AnnouncingContext, read?: readonly OutageRow[]): Promise<Due[]> {
  const unsettled = read ?? (await readOutages(fleet, cluster, { which: 'unsettled' }));
  return unsettled.map((row) => ({ row, ...dueAnnouncement(row.outage, context) }));
}

/** Marks outages that their cluster's outage covers, so that they announce nothing of their own. */
async function markChildren(fleet: TableClient, due: readonly Due[]): Promise<void> {
  const children = due.filter(({ covers }) => covers);
  if (children.length === 0) return;
  const cover: Change = (outage) => ({ ...outage, told: { ...outage.told, covered: outage.episode } });
  await changeAll(
    fleet,
    children.map(({ row }) => ({ row, change: cover })),
  );
  effectDone('assess-cluster:children');
}

/** Freezes one summary of what is to be told of many nodes: what came to nothing is sent again just so. */
async function freeze(
  fleet: TableClient,
  { cluster, commonFactors }: OwnClusterRow,
  what: What,
  rows: readonly OutageRow[],
): Promise<Summary> {
  const members = rows.map(({ outage: { node, start, end, reason, episode } }) => ({ node: node!, start, end, reason, episode }));
  const ids = rows.map(({ outage }) => eventIdOf(outage, what, outage.episode)).sort();
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 16);
  const summary = { eventId: `${cluster}|summary|${hash}/${what}`, what, members, commonFactors };
  await insertSummary(fleet, cluster, summary);
  effectDone('assess-cluster:outbox');
  return summary;
}

/** Reads what was frozen and is still to be told; puts the rest away, whose members were all marked by a process that died then. */
async function readFrozen(fleet: TableClient, cluster: string, due: readonly Due[]): Promise<Summary[]> {
  const told = new Map(due.map(({ row: { outage } }) => [outageId(outage), outage.told]));
  const isUntold = ({ what, members }: Summary) =>
    members.some((each) => (told.get(outageId({ ...each, cluster }))?.[what] ?? each.episode) < each.episode);
  const all = await readSummaries(fleet, cluster);
  for (const summary of all) if (!isUntold(summary)) await putAway(fleet, cluster, summary);
  return all.filter(isUntold);
}

async function putAway(fleet: TableClient, cluster: string, summary: Summary): Promise<void> {
  await deleteSummary(fleet, cluster, summary);
  effectDone('assess-cluster:outbox-cleared');
}

/** Turns what is due into events: one each, or past 20 of nodes one summary of each kind. What was frozen before comes first. */
async function toTell({ settings, now }: Services, fleet: TableClient, row: OwnClusterRow, due: readonly Due[]): Promise<Telling[]> {
  const { cluster } = row;
  const page = statusPageUrl(settings);
  const frozen = await readFrozen(fleet, cluster, due);
  const key = (outage: Pick<Outage, 'cluster' | 'node' | 'start'>, what: What, episode: number) => `${outageId(outage)}/${what}/${episode}`;
  const inSummary = new Set(frozen.flatMap(({ what, members }) => members.map((each) => key({ ...each, cluster }, what, each.episode))));
  const open = due.flatMap(({ row: each, what }) => what.map((kind) => ({ row: each, what: kind })));
  const left = open.filter(({ row: { outage }, what }) => !inSummary.has(key(outage, what, outage.episode)));
  const ofNodes = left.filter(({ row: { outage } }) => outage.node !== undefined);
  const summed = ofNodes.length > MOST_EVENTS ? ofNodes : [];
  for (const [what, group] of Map.groupBy(summed, (each) => each.what))
    frozen.push(
      await freeze(
        fleet,
        row,
        what,
        group.map((each) => each.row),
      ),
    );
  const single = left.filter((each) => !summed.includes(each));
  return [
    ...frozen.map((summary): Telling => {
      const members = summary.members.map((each) => ({ ...each, cluster }));
      const event = summaryEvent(summary.eventId, members, summary.what, summary.commonFactors, page, now());
      return { event, summary, marks: members.map((outage) => ({ outage, what: summary.what, episode: outage.episode })) };
    }),
    ...single.map(({ row: { outage }, what }): Telling => {
      return { event: outageEvent(outage, what, page, now()), marks: [{ outage, what, episode: outage.episode }] };
    }),
  ];
}

/** Sends events, marks what was accepted, and puts summaries away. Returns whether all was accepted. */
async function tell(
  { telemetry }: Services,
  fleet: TableClient,
  cluster: string,
  tellings: readonly Telling[],
  rows: readonly Due[],
): Promise<boolean> {
  if (tellings.length === 0) return true;
  const accepted = await telemetry.announce(tellings.map(({ event }) => event)).catch((error: unknown) => {
    console.error(`outages of ${cluster} could not be announced and will be again: ${error instanceof Error ? error.message : error}`);
    return new Set<string>();
  });
  if (accepted.size === 0) return false;
  effectDone('assess-cluster:announced');
  const told = tellings.filter(({ event }) => accepted.has(event.properties.eventId));
  const byOutage = Map.groupBy(
    told.flatMap(({ marks }) => marks),
    ({ outage }) => outageId(outage),
  );
  const changes = rows.flatMap(({ row }) => {
    const marks = byOutage.get(outageId(row.outage));
    const change: Change = (outage) => (marks ?? []).reduce((marked, { what, episode }) => markTold(marked, what, episode), outage);
    return marks === undefined ? [] : [{ row, change }];
  });
  await changeAll(fleet, changes);
  effectDone('assess-cluster:marked');
  for (const { summary } of told) {
    if (summary !== undefined) await putAway(fleet, cluster, summary);
  }
  return accepted.size === tellings.length;
}

/**
 * Announces what the tables hold and nobody was told: sent first, marked when accepted, so that a crash in between repeats it under the same id.
 *
 * @param unsettled - the cluster's outages that are not settled, where they have just been read.
 * @returns when to assess the cluster again, for an announcement that is held back, not accepted, or under way elsewhere.
 */
export async function announceOutages(
  services: Services,
  row: OwnClusterRow,
  context: AnnouncingContext,
  unsettled?: readonly OutageRow[],
): Promise<Date | undefined> {
  const { cluster } = row;
  const fleet = await services.tables.open('fleet');
  const { now } = context;
  const seen = await readDue(fleet, cluster, context, unsettled);
  const again = seen.flatMap(({ heldUntil }) => heldUntil ?? []);
  if (seen.some(({ what, covers }) => what.length > 0 || covers)) {
    const lease = await takeAnnouncingLease(fleet, cluster, now);
    if (lease instanceof Date) again.push(lease);
    else {
      // Read again: what another assessment told meanwhile is marked by now.
      const due = await readDue(fleet, cluster, context);
      await markChildren(fleet, due);
      // One that is covered since may be in a summary that was frozen before: then it is marked with it.
      const all = await tell(services, fleet, cluster, await toTell(services, fleet, row, due), due);
      if (!all) again.push(new Date(now.getTime() + TRY_AGAIN_MS));
      await lease.release();
    }
  }
  return again.sort((a, b) => a.getTime() - b.getTime())[0];
}
