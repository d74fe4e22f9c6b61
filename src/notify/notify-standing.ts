import pLimit from 'p-limit';
import type { What } from '../history/next-notification.ts';
import { isStandingFinished, maintenanceOf, markStandingDelivered, type Standing } from '../history/standing.ts';
import type { Stretch } from '../model/maintenance.ts';
import { unlessLost } from '../tables/rows.ts';
import { deliverEach, type Sink } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const CONCURRENT_WRITES = 8;

/** How conditions of one kind are read, notified and stored. */
export interface StandingKind<S extends Standing> {
  /** Names the kind, for messages. */
  name: string;
  rows: readonly { standing: S; etag: string }[];
  /** Recent stretches of maintenance of the cluster that a condition is about. */
  maintenance(standing: S): readonly Stretch[] | undefined;
  next(standing: S, sink: string): readonly { what: What; since: string }[];
  toEvent(standing: S, what: What, since: string): TelemetryEvent;
  put(standing: S, etag: string): Promise<void>;
  remove(subject: string, etag: string): Promise<void>;
}

/**
 * Sends each sink which conditions began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the
 * next sweep. While a cluster is in maintenance, a sink is sent the end of what it was notified of before, and nothing else; what began and ended in
 * a maintenance is deleted unsent.
 */
export async function notifyStanding<S extends Standing>(sinks: readonly Sink[], now: Date, kind: StandingKind<S>): Promise<void> {
  const names = sinks.map(({ name }) => name);
  const rows = kind.rows.map((row) => ({ ...row, quiet: maintenanceOf(row.standing, kind.maintenance(row.standing), now) }));
  const pendingOf = (sink: string) =>
    rows.flatMap(({ standing, quiet }) =>
      kind.next(standing, sink).flatMap(({ what, since }) => {
        if (quiet !== undefined && !standing.delivered[sink]?.started) return [];
        return [{ subject: standing.subject, what, event: kind.toEvent(standing, what, since) }];
      }),
    );
  const pending = new Map(names.map((name) => [name, pendingOf(name)]));
  const isOver = (standing: S, quiet: 'held' | 'silent' | undefined) =>
    quiet === 'silent' || isStandingFinished(standing, names, kind.next);
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
      return own === undefined ? sum : markStandingDelivered(sum, sink, own);
    }, standing);
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (isOver(marked, quiet)) return limit(() => unlessLost(kind.remove(standing.subject, etag)));
    return marked === standing ? undefined : limit(() => unlessLost(kind.put(marked, etag)));
  };
  await Promise.all(rows.map(mark));
}
