import type { Stretch } from '../model/maintenance.ts';
import { maintenanceAt, type What } from './next-notification.ts';

const LONGEST_AHEAD_MS = 2 * 86_400_000;

/** What a sink knows of a condition: since when it stands, and whether its start and its end were accepted. */
export interface StandingMarks {
  since: string;
  started: boolean;
  ended: boolean;
  /** When they were. */
  startedAt?: string;
  endedAt?: string;
}

/** A condition that sweeps find: since which one it stands, until which one, and who was notified. */
export interface Standing {
  /** Names it among those of its kind. */
  subject: string;
  since: string;
  until?: string;
  /** By the name of the sink. */
  delivered: Readonly<Record<string, StandingMarks>>;
  /** The newest sweep that was judged: an older one never judges over it. */
  sweep: string;
}

const marksOf = ({ delivered, since }: Standing, sink: string): StandingMarks => delivered[sink] ?? { since, started: false, ended: false };

/** What is to be sent of a condition to a sink now, with the moment that names it there. Pure. */
export function nextStandingNotifications(standing: Standing, sink: string): { what: What; since: string }[] {
  const { since, started, ended } = marksOf(standing, sink);
  const what: What[] = [...(started ? [] : ['started' as const]), ...(standing.until !== undefined && !ended ? ['ended' as const] : [])];
  return what.map((each) => ({ what: each, since }));
}

/**
 * Whether a condition is over and every sink knows. Pure.
 *
 * @param next - what is still to be sent of it to a sink.
 */
export function isStandingFinished<S extends Standing>(
  standing: S,
  sinks: readonly string[],
  next: (standing: S, sink: string) => readonly unknown[] = nextStandingNotifications,
): boolean {
  return standing.until !== undefined && sinks.every((sink) => next(standing, sink).length === 0);
}

/** Notes what a sink accepted; an end counts only after its start, so that both are sent again otherwise. */
export function markStandingDelivered<S extends Standing>(standing: S, sink: string, accepted: readonly What[], at?: string): S {
  const marks = marksOf(standing, sink);
  const started = marks.started || accepted.includes('started');
  const ended = marks.ended || (started && accepted.includes('ended'));
  const times =
    at === undefined ? {} : { ...(started && !marks.started && { startedAt: at }), ...(ended && !marks.ended && { endedAt: at }) };
  return { ...standing, delivered: { ...standing.delivered, [sink]: { ...marks, ...times, started, ended } } };
}

/** One that stands again: for a sink that accepted its end it begins anew, for one that did not it goes on. */
export function resumeStanding<S extends Standing>(before: S, sweep: string, sinks: readonly string[]): S {
  const unfinished = sinks.filter((sink) => nextStandingNotifications(before, sink).length > 0);
  const delivered = Object.fromEntries(unfinished.map((sink) => [sink, marksOf(before, sink)]));
  return { ...before, since: unfinished.length < sinks.length ? sweep : before.since, until: undefined, delivered };
}

/** What is known of a condition that stands, apart from its history. */
export type Found<S extends Standing> = Omit<S, Exclude<keyof Standing, 'subject'>> & Pick<Standing, 'subject'>;

/**
 * Decides which conditions of a kind begin after a sweep, and which end. Pure.
 *
 * @param stored - by subject.
 * @param found - those that stand now; one that begins keeps what is known of it now.
 * @param began - the field that says since when it is so: one that goes on for every sink keeps that, as it keeps its name.
 * @param isOver - whether one that stood is over. Where nothing is known of it, it stays as it is.
 * @param sinks - names of those who are notified.
 * @returns those that change, as they become.
 */
export function foldStanding<S extends Standing>(
  stored: ReadonlyMap<string, S>,
  sweep: string,
  found: readonly Found<S>[],
  began: keyof Found<S> & keyof S,
  isOver: (standing: S) => boolean,
  sinks: readonly string[],
): S[] {
  // Sweeps overlap, and one may be judged late; a mark that is days ahead is none of ours, and would keep the condition as it is until then.
  const isOlder = (mark: string) => mark < sweep || Date.parse(mark) - Date.parse(sweep) > LONGEST_AHEAD_MS;
  const begun = found.flatMap((own) => {
    const before = stored.get(own.subject);
    if (before === undefined) return [{ ...own, since: sweep, delivered: {}, sweep } as unknown as S];
    if (!isOlder(before.sweep) || before.until === undefined) return [];
    const resumed = resumeStanding(before, sweep, sinks);
    return [{ ...resumed, ...own, ...(resumed.since === before.since && { [began]: before[began] }), sweep }];
  });
  const ended = [...stored.values()].filter((each) => each.until === undefined && isOlder(each.sweep) && isOver(each));
  return [...begun, ...ended.map((each) => ({ ...each, until: sweep, sweep }))];
}

/** What keeps people from being notified of the conditions of clusters. */
export interface Quiet {
  /** Recent stretches of maintenance, by cluster. */
  maintenance: ReadonlyMap<string, readonly Stretch[]>;
  /** Clusters that an incident covers. */
  covered: ReadonlySet<string>;
  /** Clusters that are, or were, one of an incident that is open or has just ended. */
  members: ReadonlySet<string>;
}

export const notQuiet: Quiet = { maintenance: new Map(), covered: new Set(), members: new Set() };

/** Decides whether the start of a condition is held back, or nothing is sent of it at all: by an incident that covers its cluster, or its maintenance. Pure. */
export function quietOf(
  standing: Standing,
  cluster: string,
  { maintenance, covered, members }: Quiet,
  now: Date,
): 'held' | 'silent' | undefined {
  const wasNotified = Object.values(standing.delivered).some(({ started }) => started);
  if (standing.until !== undefined && !wasNotified && members.has(cluster)) return 'silent';
  return covered.has(cluster) ? 'held' : maintenanceOf(standing, maintenance.get(cluster), now);
}

/**
 * Decides what a maintenance of its cluster makes of a condition: starts are held back until the end of the maintenance, and one that began and ended
 * in it is never notified. Pure.
 *
 * @param stretches - of maintenance, recent ones.
 */
export function maintenanceOf(
  { since, until, delivered }: Standing,
  stretches: readonly Stretch[] | undefined,
  now: Date,
): 'held' | 'silent' | undefined {
  const wasNotified = Object.values(delivered).some(({ started }) => started);
  const own = maintenanceAt(stretches, Date.parse(since));
  if (!wasNotified && own !== undefined && until !== undefined && Date.parse(until) <= own.until) return 'silent';
  return maintenanceAt(stretches, now.getTime()) === undefined ? undefined : 'held';
}
