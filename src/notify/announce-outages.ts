import { type AnnouncingContext, dueAnnouncement, markTold } from '../history/due-announcement.ts';
import { outageId } from '../history/outage.ts';
import { log } from '../log.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import { type Change, changeOutages } from '../tables/change-outages.ts';
import type { OwnClusterRow } from '../tables/cluster-rows.ts';
import { acquireNotificationLease } from '../tables/notification-lease.ts';
import type { Tables } from '../tables/open-tables.ts';
import { type OutageRow, readOutages } from '../tables/outage-rows.ts';
import type { NotifyContext } from './telemetry.ts';
import { type Due, putAway, type Telling, toTell } from './write-announcements.ts';

const TRY_AGAIN_MS = 15_000;

async function readDue(tables: Tables, cluster: string, context: AnnouncingContext, read?: readonly OutageRow[]): Promise<Due[]> {
  const active = read ?? (await readOutages(tables, cluster, { which: 'active' }));
  return active.map((row) => ({ row, ...dueAnnouncement(row.outage, context) }));
}

/** Marks outages that their cluster's outage covers, so that they announce nothing of their own. */
async function markChildren(tables: Tables, due: readonly Due[]): Promise<void> {
  const children = due.filter(({ covers }) => covers);
  if (children.length === 0) return;
  const cover: Change = (outage) => ({ ...outage, told: { ...outage.told, covered: outage.episode } });
  await changeOutages(
    tables,
    children.map(({ row }) => ({ row, change: cover })),
  );
  faultPoint('assess-cluster:children');
}

/** Sends events, marks what was accepted, and puts summaries away. Returns whether all was accepted. */
async function tell(
  { telemetry, tables }: NotifyContext,
  cluster: string,
  tellings: readonly Telling[],
  rows: readonly Due[],
): Promise<boolean> {
  if (tellings.length === 0) return true;
  const accepted = await telemetry.announce(tellings.map(({ event }) => event)).catch((error: unknown) => {
    log.error(`outages of ${cluster} could not be announced and will be again`, error);
    return new Set<string>();
  });
  if (accepted.size === 0) return false;
  faultPoint('assess-cluster:notified');
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
  await changeOutages(tables, changes);
  faultPoint('assess-cluster:marked');
  for (const { summary } of told) {
    if (summary !== undefined) await putAway(tables, cluster, summary);
  }
  return accepted.size === tellings.length;
}

/**
 * Announces what the tables hold and nobody was told: sent first, marked when accepted, so that a crash in between repeats it under the same id.
 *
 * @param active - the cluster's outages that are not archived, where they have just been read.
 * @returns when to assess the cluster again, for an announcement that is held back, not accepted, or under way elsewhere.
 */
export async function announceOutages(
  services: NotifyContext,
  row: OwnClusterRow,
  context: AnnouncingContext,
  active?: readonly OutageRow[],
): Promise<Date | undefined> {
  const { cluster } = row;
  const { tables } = services;
  const { now } = context;
  const seen = await readDue(tables, cluster, context, active);
  const again = seen.flatMap(({ heldUntil }) => heldUntil ?? []);
  if (seen.some(({ what, covers }) => what.length > 0 || covers)) {
    const lease = await acquireNotificationLease(tables, cluster, now);
    if (lease instanceof Date) again.push(lease);
    else {
      // Read again: what another assessment told meanwhile is marked by now.
      const due = await readDue(tables, cluster, context);
      await markChildren(tables, due);
      // One that is covered since may be in a summary that was frozen before: then it is marked with it.
      const all = await tell(services, cluster, await toTell(services, row, due), due);
      if (!all) again.push(new Date(now.getTime() + TRY_AGAIN_MS));
      await lease.release();
    }
  }
  return again.sort((a, b) => a.getTime() - b.getTime())[0];
}
