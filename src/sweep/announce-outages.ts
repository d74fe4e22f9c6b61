import { eventIdOf, nodeOutageEvent } from '../announce/events.ts';
import type { Outage } from '../history/outage.ts';
import type { Services } from '../services.ts';
import { type OutageRow, readOutage, readOutages, replaceOutage } from '../tables/outage-rows.ts';
import { isLostWrite, writeBatch } from '../tables/rows.ts';
import { effectDone } from './effect.ts';

type What = 'started' | 'ended';

const HOLD_MS = 60_000;
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

/** Marks what was accepted. A row that changed meanwhile is read again: its outage may have ended. */
async function mark(services: Services, { outage, etag }: OutageRow, told: readonly What[]): Promise<void> {
  const fleet = await services.tables.open('fleet');
  let current: OutageRow | undefined = { outage, etag };
  for (let attempt = 1; current !== undefined; attempt++) {
    const announced = [...new Set([...current.outage.announced, ...told])];
    try {
      await writeBatch(fleet, [replaceOutage({ ...current, outage: { ...current.outage, announced } })]);
      return;
    } catch (error) {
      if (!isLostWrite(error) || attempt === MARK_ATTEMPTS) throw error;
      current = await readOutage(fleet, outage.cluster, outage.node, outage.start);
    }
  }
}

/**
 * Announces what the tables hold and nobody was told: sent first, marked when accepted, so that a crash in between repeats it under the same id.
 *
 * @returns when to assess the cluster again for an announcement that is held back, if one is.
 */
export async function announceOutages(services: Services, cluster: string, sealedSweep: string): Promise<Date | undefined> {
  const now = services.now();
  const unsettled = await readOutages(await services.tables.open('fleet'), cluster, { which: 'unsettled' });
  const due = unsettled.map((row) => ({ row, ...dueAnnouncement(row.outage, sealedSweep, now) }));
  const events = due.flatMap(({ row, what }) => what.map((each) => nodeOutageEvent(row.outage, each, pageUrl(services))));
  const accepted = await services.telemetry.announce(events);
  if (events.length > 0) effectDone('assess-cluster:announced');
  for (const { row, what } of due) {
    const told = what.filter((each) => accepted.has(eventIdOf(row.outage, each)));
    if (told.length > 0) await mark(services, row, told);
  }
  if (accepted.size > 0) effectDone('assess-cluster:marked');
  const held = due.map(({ heldUntil }) => heldUntil?.getTime() ?? Number.POSITIVE_INFINITY);
  const next = Math.min(...held, Number.POSITIVE_INFINITY);
  return Number.isFinite(next) ? new Date(next) : undefined;
}

function pageUrl({ settings }: Services): string | undefined {
  return settings.PAGE_URL ?? (settings.WEBSITE_HOSTNAME ? `https://${settings.WEBSITE_HOSTNAME}/api/status` : undefined);
}
