import type { TableClient } from '@azure/data-tables';
import { eventIdOf, nodeOutageEvent } from '../announce/events.ts';
import type { Outage } from '../history/outage.ts';
import type { Services } from '../services.ts';
import { statusPageUrl } from '../settings.ts';
import { type OutageRow, readOutage, readOutages, replaceOutage } from '../tables/outage-rows.ts';
import { isLostWrite, retryLostWrites, writeBatch } from '../tables/rows.ts';
import { takeAnnouncingLease } from './announcing-lease.ts';
import { effectDone } from './effect.ts';

type What = 'started' | 'ended';

const HOLD_MS = 60_000;
const TRY_AGAIN_MS = 15_000;
const BATCH = 100;
const MARK_ATTEMPTS = 5;

/** What is to be told of an outage now, and when to ask again if it is held back. */
export interface Announcement {
  what: What[];
  heldUntil?: Date;
}

/**
 * Decides what to tell of a node outage. Its start is told once a sweep that began after it is sealed, or 60 s after it opened, whichever is first:
 * by then it would have become part of its cluster's outage. One that has ended meanwhile gets both.
 *
 * @param sealedSweep - id of the newest sealed sweep of the cluster, or ''.
 */
export function dueAnnouncement({ start, end, openedAt, announced }: Outage, sealedSweep: string, now: Date): Announcement {
  const untold = (what: What) => !announced.includes(what);
  const heldUntil = new Date(Date.parse(openedAt) + HOLD_MS);
  const sealed = sealedSweep !== '' && Date.parse(sealedSweep) > Date.parse(start);
  if (end === undefined && !sealed && now < heldUntil) return { what: [], heldUntil: untold('started') ? heldUntil : undefined };
  const due: What[] = end === undefined ? ['started'] : ['started', 'ended'];
  return { what: due.filter(untold) };
}

/** Marks what was accepted of one outage; its row may have changed meanwhile, as the outage may have ended. */
async function markOne(fleet: TableClient, { cluster, node, start }: Outage, told: readonly What[]): Promise<void> {
  await retryLostWrites(MARK_ATTEMPTS, async () => {
    const current = await readOutage(fleet, cluster, node, start);
    if (current !== undefined) await writeBatch(fleet, [replaceOutage(marked(current, told))]);
  });
}

const marked = ({ outage, etag }: OutageRow, told: readonly What[]): OutageRow => ({
  etag,
  outage: { ...outage, announced: [...new Set([...outage.announced, ...told])] },
});

/** Marks what was accepted, in batches; where a row of a batch changed, one by one. */
async function markAll(fleet: TableClient, told: readonly { row: OutageRow; what: readonly What[] }[]): Promise<void> {
  for (let from = 0; from < told.length; from += BATCH) {
    const batch = told.slice(from, from + BATCH);
    try {
      await writeBatch(
        fleet,
        batch.map(({ row, what }) => replaceOutage(marked(row, what))),
      );
    } catch (error) {
      if (!isLostWrite(error)) throw error;
      for (const { row, what } of batch) await markOne(fleet, row.outage, what);
    }
  }
}

interface Due extends Announcement {
  row: OutageRow;
}

async function readDue(fleet: TableClient, cluster: string, sealedSweep: string, now: Date): Promise<Due[]> {
  const unsettled = await readOutages(fleet, cluster, { which: 'unsettled' });
  return unsettled.map((row) => ({ row, ...dueAnnouncement(row.outage, sealedSweep, now) }));
}

/** Sends what is due, and marks what was accepted. Returns whether all was. */
async function tell({ settings, telemetry }: Services, fleet: TableClient, cluster: string, due: readonly Due[]): Promise<boolean> {
  const page = statusPageUrl(settings);
  const events = due.flatMap(({ row, what }) => what.map((each) => nodeOutageEvent(row.outage, each, page)));
  if (events.length === 0) return true;
  const accepted = await telemetry.announce(events).catch((error: unknown) => {
    console.error(`outages of ${cluster} could not be announced and will be again: ${error instanceof Error ? error.message : error}`);
    return new Set<string>();
  });
  if (accepted.size > 0) effectDone('assess-cluster:announced');
  const told = due.map(({ row, what }) => ({ row, what: what.filter((each) => accepted.has(eventIdOf(row.outage, each))) }));
  await markAll(
    fleet,
    told.filter(({ what }) => what.length > 0),
  );
  if (accepted.size > 0) effectDone('assess-cluster:marked');
  return accepted.size === events.length;
}

/**
 * Announces what the tables hold and nobody was told: sent first, marked when accepted, so that a crash in between repeats it under the same id.
 *
 * @returns when to assess the cluster again, for an announcement that is held back, not accepted, or under way elsewhere.
 */
export async function announceOutages(services: Services, cluster: string, sealedSweep: string): Promise<Date | undefined> {
  const fleet = await services.tables.open('fleet');
  const now = services.now();
  const seen = await readDue(fleet, cluster, sealedSweep, now);
  const again = seen.flatMap(({ heldUntil }) => heldUntil ?? []);
  if (seen.some(({ what }) => what.length > 0)) {
    const lease = await takeAnnouncingLease(fleet, cluster, now);
    if (lease instanceof Date) again.push(lease);
    else {
      // Read again: what another assessment told meanwhile is marked by now.
      const all = await tell(services, fleet, cluster, await readDue(fleet, cluster, sealedSweep, now));
      if (!all) again.push(new Date(now.getTime() + TRY_AGAIN_MS));
      await lease.release();
    }
  }
  return again.sort((a, b) => a.getTime() - b.getTime())[0];
}
