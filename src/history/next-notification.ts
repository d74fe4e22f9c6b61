import type { Stretch } from '../model/maintenance.ts';
import type { DeliveryMarks, Outage } from './outage.ts';

export type What = 'started' | 'ended';

/** What a notification depends on besides its outage. */
export interface NotificationContext {
  /** Id of the newest finalized sweep of the cluster, or ''. */
  finalizedSweep: string;
  /** The cluster's own outage: while it is open, no start of its nodes is notified. */
  clusterOutage?: { start: string; end?: string };
  /** The open incident that the cluster is one of: while it is open, no start of the cluster or its nodes is notified. */
  incident?: { since: string };
  /** The stretches of maintenance of the cluster in the last day: in one of them no start is notified. */
  maintenance?: readonly Stretch[];
  flapWindowMs: number;
  /** Milliseconds by which a result may come late and still reopen an outage. */
  lateMs: number;
  now: Date;
}

/** What is to be sent of an outage now, when to ask again if something is held back, and whether nothing will be sent any more. */
export interface NextNotification {
  what: What[];
  /** The earlier episode whose end is sent once more, since nobody knows whether the sink has it. */
  endsAgain?: number;
  heldUntil?: Date;
  /** Its cluster's outage, or an incident, covers this episode: it is to be marked so. */
  covers: boolean;
  /** It began in a maintenance of its cluster: it is to be marked so. */
  maintains?: true;
  /** Ended, delivered, and quiet for so long that it cannot open again. */
  finished: boolean;
}

/** By then the others that fail with it are known, so that it may be part of an outage of its cluster. */
const HOLD_MS = 10_000;
/** By then it is known whether other clusters fail with it, so that it is part of an incident. */
const CLUSTER_HOLD_MS = 5_000;
const LATE_INTERVALS = 2;

const nothing: NextNotification = { what: [], covers: false, finished: false };

/** Milliseconds by which a result may come late: two sweeps, and a probe that takes as long as it may. */
export function latenessMs(intervalMs: number, probeDeadlineMs: number): number {
  return LATE_INTERVALS * intervalMs + probeDeadlineMs;
}

/** What a sink has accepted of an outage. */
export function marksOf({ delivered }: Outage, sink: string): DeliveryMarks {
  return delivered[sink] ?? { started: 0, ended: 0 };
}

/**
 * Decides what to send of an outage to a sink. Pure.
 *
 * A start is sent once a sweep that began after it is finalized, or 10 s after it opened, whichever is first: by then it would have become part of its
 * cluster's outage, and while that is open it waits. The first end is sent at once. After a return the start of that episode is sent, its end only
 * after a quiet flap window, and no further start within it. A cluster's own start is sent 5 s after it opened: it may be one of many, an incident.
 * While the cluster is in maintenance no start is sent: what began and ended in it is never notified, what goes on after it is notified then. The end of
 * what was notified is sent all the same. An end whose answer was lost counts as accepted once the outage has returned, so that the return is not silent, and
 * is sent again until that is known.
 *
 * @param marks - what the sink has accepted so far.
 */
export function nextNotification(outage: Outage, marks: DeliveryMarks, context: NotificationContext): NextNotification {
  const endsAgain = unsureEnd(outage, marks);
  const known = endsAgain === undefined ? marks : { ...marks, ended: endsAgain };
  const next = { ...decideNext(outage, known, context), ...(endsAgain !== undefined && { endsAgain, finished: false }) };
  const isNew = outage.maintained < outage.episode && !next.finished;
  return isNew && ownMaintenance(outage, context) !== undefined ? { ...next, maintains: true } : next;
}

function decideNext(outage: Outage, marks: DeliveryMarks, context: NotificationContext): NextNotification {
  const { end, episode } = outage;
  if (end !== undefined) return nextEnd(outage, end, marks, context);
  // An episode whose end was sent, and that a late result opened again, is not sent twice.
  return marks.started > marks.ended || marks.started >= episode ? nothing : nextStart(outage, marks, context);
}

function isCovered({ node, end }: Outage, { clusterOutage, incident }: NotificationContext): boolean {
  if (incident !== undefined && (end === undefined || end > incident.since)) return true;
  if (node === undefined || clusterOutage === undefined || clusterOutage.end !== undefined) return false;
  return end === undefined || end > clusterOutage.start;
}

/** The stretch of maintenance that holds a moment, in milliseconds since 1970. */
export function maintenanceAt(stretches: readonly Stretch[] | undefined, time: number): Stretch | undefined {
  return stretches?.find(({ from, until }) => from <= time && time < until);
}

const beganAt = ({ episodes, start }: Outage) => episodes.at(-1)?.start ?? start;

/** The stretch of maintenance in which the present episode began. */
const ownMaintenance = (outage: Outage, { maintenance }: NotificationContext) => maintenanceAt(maintenance, Date.parse(beganAt(outage)));

/** Whether a sink may have the start of the present episode although nobody knows: it is sent until that is known, whatever covers it by then. */
const mayHaveStart = ({ episode }: Outage, { tried = 0 }: DeliveryMarks) => tried >= episode;

/** The episode before the present one, if its start was accepted and of its end nobody knows. */
function unsureEnd({ episode }: Outage, { started, ended, triedEnd = 0 }: DeliveryMarks): number | undefined {
  return started > ended && started < episode && triedEnd >= started ? started : undefined;
}

function nextStart(outage: Outage, marks: DeliveryMarks, context: NotificationContext): NextNotification {
  const { finalizedSweep, now } = context;
  const { episode, covered, openedAt, node } = outage;
  if (mayHaveStart(outage, marks)) return { ...nothing, what: ['started'] };
  if (isCovered(outage, context)) return { ...nothing, covers: covered < episode };
  const began = beganAt(outage);
  const maintenance = maintenanceAt(context.maintenance, now.getTime());
  if (maintenance !== undefined) return { ...nothing, heldUntil: new Date(maintenance.until) };
  const finalized = finalizedSweep !== '' && Date.parse(finalizedSweep) > Date.parse(began);
  const heldUntil = new Date(Date.parse(openedAt) + (node === undefined ? CLUSTER_HOLD_MS : HOLD_MS));
  // One that its cluster's outage left behind has waited long enough.
  const waits = (node === undefined || !finalized) && now < heldUntil && covered < episode;
  return waits ? { ...nothing, heldUntil } : { ...nothing, what: ['started'] };
}

function nextEnd(outage: Outage, end: string, marks: DeliveryMarks, context: NotificationContext): NextNotification {
  const { flapWindowMs, lateMs, now } = context;
  const { episode, covered, maintained } = outage;
  const quietAt = new Date(Date.parse(end) + flapWindowMs);
  const quiet = now >= quietAt;
  const finished = now.getTime() >= quietAt.getTime() + lateMs;
  if (marks.ended >= episode) return { ...nothing, finished };
  const believedOpen = marks.started > marks.ended;
  const isQuiet = !believedOpen && !mayHaveStart(outage, marks);
  if (isQuiet && covered >= episode) return { ...nothing, finished };
  if (isQuiet && isCovered(outage, context)) return { ...nothing, covers: true };
  if (isQuiet) {
    const own = ownMaintenance(outage, context);
    const endedWithin = own === undefined ? maintained >= episode : Date.parse(end) <= own.until;
    if (endedWithin) return { ...nothing, finished };
    const maintenance = maintenanceAt(context.maintenance, now.getTime());
    if (maintenance !== undefined) return { ...nothing, heldUntil: new Date(maintenance.until) };
  }
  const start: What[] = believedOpen ? [] : ['started'];
  // Only a first end is news by itself; later ones may be followed by the next return.
  const first = episode === 1;
  return first || quiet ? { ...nothing, what: [...start, 'ended'] } : { ...nothing, what: start, heldUntil: quietAt };
}

/** What is to be sent of an outage to each sink, and what follows from all of them together. */
export interface NextNotifications extends Omit<NextNotification, 'what' | 'endsAgain'> {
  /** By the name of the sink, those to which something is to be sent. */
  bySink: ReadonlyMap<string, readonly What[]>;
  /** By the name of the sink, the earlier episode whose end is sent once more. */
  endsAgain: ReadonlyMap<string, number>;
}

/** Decides for all sinks what to send of an outage, see `nextNotification`: it is finished when it is for each of them. Pure. */
export function nextNotifications(outage: Outage, sinks: readonly string[], context: NotificationContext): NextNotifications {
  const all = sinks.map((sink) => [sink, nextNotification(outage, marksOf(outage, sink), context)] as const);
  const held = all.flatMap(([, { heldUntil }]) => heldUntil ?? []).sort((a, b) => a.getTime() - b.getTime());
  return {
    bySink: new Map(all.filter(([, { what }]) => what.length > 0).map(([sink, { what }]) => [sink, what])),
    endsAgain: new Map(all.flatMap(([sink, { endsAgain }]) => (endsAgain === undefined ? [] : [[sink, endsAgain] as const]))),
    heldUntil: held[0],
    covers: all.some(([, { covers }]) => covers),
    ...(all.some(([, { maintains }]) => maintains) && { maintains: true }),
    finished: all.every(([, { finished }]) => finished),
  };
}

/** Notes that a sink accepted an event of an episode, and when that was. */
export function markDelivered(outage: Outage, sink: string, what: What, episode: number, at?: string): Outage {
  const marks = marksOf(outage, sink);
  const time = at === undefined || episode < marks[what] ? {} : { [`${what}At`]: at };
  return { ...outage, delivered: { ...outage.delivered, [sink]: { ...marks, ...time, [what]: Math.max(marks[what], episode) } } };
}

const TRIED = { started: 'tried', ended: 'triedEnd' } as const;

/** Whether it is noted that a sink may have an event of an episode. */
export const wasTried = (outage: Outage, sink: string, what: What, episode: number) => (marksOf(outage, sink)[TRIED[what]] ?? 0) >= episode;

/** Notes that an event of an episode was sent to a sink, which may have accepted it although its answer did not come. */
export function markTried(outage: Outage, sink: string, what: What, episode: number): Outage {
  const marks = marksOf(outage, sink);
  return { ...outage, delivered: { ...outage.delivered, [sink]: { ...marks, [TRIED[what]]: Math.max(marks[TRIED[what]] ?? 0, episode) } } };
}

/** Notes that the outage of its cluster covers the present episode, so that it has no notification of its own. */
export function markCovered(outage: Outage): Outage {
  return { ...outage, covered: outage.episode };
}

/** Notes that the present episode began in a maintenance of its cluster. */
export function markMaintained(outage: Outage): Outage {
  return { ...outage, maintained: outage.episode };
}

/** Whether an outage began in a maintenance of its cluster and nobody was notified of it, so that it counts as part of the maintenance. */
export function isOfMaintenance({ maintained, episode, delivered }: Outage): boolean {
  return maintained >= episode && Object.values(delivered).every(({ started }) => started === 0);
}
