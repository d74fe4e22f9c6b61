import pLimit from 'p-limit';
import type { What } from '../history/next-notification.ts';
import { isStandingFinished, markStandingDelivered, notQuiet, type Quiet, quietOf, type Standing } from '../history/standing.ts';
import { statusPageUrl } from '../settings.ts';
import type { Tables } from '../tables/open-tables.ts';
import { unlessLost } from '../tables/rows.ts';
import type { StandingRow } from '../tables/standing-rows.ts';
import type { NotifyContext } from './notify-context.ts';
import { deliverEach } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const CONCURRENT_WRITES = 8;

/** How conditions of one kind are stored and notified. */
export interface StandingKind<S extends Standing> {
  /** Names the kind, for messages. */
  name: string;
  rows: {
    /** Reads all that somebody may still have to be notified of, by subject. */
    read(tables: Tables): Promise<Map<string, StandingRow<S>>>;
    put(tables: Tables, standing: S, etag: string): Promise<void>;
    /** Puts away one that is over and that everybody knows of. */
    close(tables: Tables, standing: S, etag: string): Promise<void>;
  };
  /** The cluster that a condition is about, whose maintenance holds its start back. */
  clusterOf(standing: S): string;
  next(standing: S, sink: string): readonly { what: What; since: string }[];
  /** Writes the event of a start or an end; `since` is when the condition began, as its recipient knows it, and names the event. */
  toEvent(standing: S, what: What, since: string, pageUrl: string | undefined, now: Date): TelemetryEvent;
}

type Held = 'held' | 'silent' | undefined;

const isHeld = (standing: Standing, quiet: Held, sink: string) => quiet !== undefined && !standing.delivered[sink]?.started;

/** Counts what is due of the conditions of one kind, by sink. It sends nothing. */
export async function countPending<S extends Standing>(
  { tables, sinks, now }: NotifyContext,
  kind: StandingKind<S>,
  quiet: Quiet = notQuiet,
): Promise<ReadonlyMap<string, number>> {
  const all = [...(await kind.rows.read(tables)).values()].map(({ standing }) => standing);
  const countFor = (sink: string) =>
    all.reduce((total, standing) => {
      const own = quietOf(standing, kind.clusterOf(standing), quiet, now());
      return total + (isHeld(standing, own, sink) ? 0 : kind.next(standing, sink).length);
    }, 0);
  return new Map(sinks.map(({ name }) => [name, countFor(name)]));
}

/**
 * Sends each sink which conditions began and ended, marks what was accepted, and closes what is over and known to all. What is lost is sent with the
 * next sweep. While a cluster is in maintenance, or an incident covers it, a sink is sent the end of what it was notified of before, and nothing else;
 * what began and ended meanwhile is closed unsent.
 */
export async function notifyStanding<S extends Standing>(
  { tables, sinks, settings, now: clock }: NotifyContext,
  kind: StandingKind<S>,
  quiet: Quiet = notQuiet,
): Promise<void> {
  const [names, now, page] = [sinks.map(({ name }) => name), clock(), statusPageUrl(settings)];
  const stored = await kind.rows.read(tables);
  const rows = [...stored.values()].map((row) => ({ ...row, quiet: quietOf(row.standing, kind.clusterOf(row.standing), quiet, now) }));
  const pendingOf = (sink: string) =>
    rows.flatMap(({ standing, quiet }) =>
      kind.next(standing, sink).flatMap(({ what, since }) => {
        if (isHeld(standing, quiet, sink)) return [];
        return [{ subject: standing.subject, what, event: kind.toEvent(standing, what, since, page, now) }];
      }),
    );
  const pending = new Map(names.map((name) => [name, pendingOf(name)]));
  const isOver = (standing: S, quiet: Held) => quiet === 'silent' || isStandingFinished(standing, names, kind.next);
  const isQuiet = [...pending.values()].every((own) => own.length === 0);
  if (isQuiet && !rows.some(({ standing, quiet }) => isOver(standing, quiet))) return;
  const deliveries = await deliverEach(sinks, (sink) => pending.get(sink)!.map(({ event }) => event), kind.name);
  const accepted = deliveries.map(({ sink, accepted: ids }) => {
    const own = pending.get(sink)!.filter(({ event }) => ids.has(event.properties.eventId));
    return { sink, bySubject: Map.groupBy(own, ({ subject }) => subject) };
  });
  const limit = pLimit(CONCURRENT_WRITES);
  const mark = ({ standing, etag, quiet }: (typeof rows)[number]) => {
    const marked = accepted.reduce((sum, { sink, bySubject }) => {
      const own = bySubject.get(standing.subject)?.map(({ what }) => what);
      return own === undefined ? sum : markStandingDelivered(sum, sink, own, clock().toISOString());
    }, standing);
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (isOver(marked, quiet)) return limit(() => unlessLost(kind.rows.close(tables, marked, etag)));
    return marked === standing ? undefined : limit(() => unlessLost(kind.rows.put(tables, marked, etag)));
  };
  await Promise.all(rows.map(mark));
}
