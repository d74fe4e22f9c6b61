import type { Outage } from './outage.ts';

export type What = 'started' | 'ended';

/** What an announcement depends on besides its outage. */
export interface AnnouncingContext {
  /** Id of the newest finalized sweep of the cluster, or ''. */
  finalizedSweep: string;
  /** The cluster's own outage: while it is open, its nodes announce no start. */
  clusterOutage?: { start: string; end?: string };
  flapWindowMs: number;
  /** Milliseconds by which a result may come late, and still open an outage again. */
  lateMs: number;
  now: Date;
}

/** What is to be told of an outage now, when to ask again if something is held back, and whether nothing will be told any more. */
export interface Announcement {
  what: What[];
  heldUntil?: Date;
  /** Its cluster's outage covers this episode: it is to be marked so. */
  covers: boolean;
  /** Ended, told, and quiet for so long that it cannot open again. */
  finished: boolean;
}

const HOLD_MS = 60_000;

const nothing: Announcement = { what: [], covers: false, finished: false };

/**
 * Decides what to tell of an outage. Pure.
 *
 * A start is told once a sweep that began after it is finalized, or 60 s after it opened, whichever is first: by then it would have become part of its
 * cluster's outage, and while that is open it waits. The first end is told at once. After a return the start of that episode is told, its end only
 * after a quiet flap window, and no further start within it. A cluster's own start is told at once.
 */
export function dueAnnouncement(outage: Outage, context: AnnouncingContext): Announcement {
  const { end, told, episode } = outage;
  if (end !== undefined) return dueEnd(outage, end, context);
  // An episode that was told to have ended, and that a late result opened again, is not told twice.
  return told.started > told.ended || told.started >= episode ? nothing : dueStart(outage, context);
}

function isCovered({ node, end }: Outage, { clusterOutage }: AnnouncingContext): boolean {
  if (node === undefined || clusterOutage === undefined || clusterOutage.end !== undefined) return false;
  return end === undefined || end > clusterOutage.start;
}

function dueStart(outage: Outage, context: AnnouncingContext): Announcement {
  const { finalizedSweep, now } = context;
  const { episode, told, openedAt, node } = outage;
  if (isCovered(outage, context)) return { ...nothing, covers: told.covered < episode };
  const began = outage.episodes.at(-1)?.start ?? outage.start;
  const finalized = finalizedSweep !== '' && Date.parse(finalizedSweep) > Date.parse(began);
  const heldUntil = new Date(Date.parse(openedAt) + HOLD_MS);
  // One that its cluster's outage left behind has waited long enough.
  const waits = node !== undefined && !finalized && now < heldUntil && told.covered < episode;
  return waits ? { ...nothing, heldUntil } : { ...nothing, what: ['started'] };
}

function dueEnd(outage: Outage, end: string, context: AnnouncingContext): Announcement {
  const { flapWindowMs, lateMs, now } = context;
  const { episode, told } = outage;
  const quietAt = new Date(Date.parse(end) + flapWindowMs);
  const quiet = now >= quietAt;
  const finished = now.getTime() >= quietAt.getTime() + lateMs;
  if (told.ended >= episode) return { ...nothing, finished };
  const believedOpen = told.started > told.ended;
  if (!believedOpen && told.covered >= episode) return { ...nothing, finished };
  if (!believedOpen && isCovered(outage, context)) return { ...nothing, covers: true };
  const start: What[] = believedOpen ? [] : ['started'];
  // Only a first end is news by itself; later ones may be followed by the next return.
  const first = episode === 1;
  return first || quiet ? { ...nothing, what: [...start, 'ended'] } : { ...nothing, what: start, heldUntil: quietAt };
}

/** Notes that an event of an episode was accepted. */
export function markTold(outage: Outage, what: What, episode: number): Outage {
  return { ...outage, told: { ...outage.told, [what]: Math.max(outage.told[what], episode) } };
}
