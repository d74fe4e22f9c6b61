import type { What } from '../history/next-notification.ts';
import { markStandingDelivered, type Standing } from '../history/standing.ts';
import { unlessLost } from '../tables/rows.ts';
import { deliverEach, type Sink } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/** How conditions of one kind are read, told and stored. */
export interface StandingKind<S extends Standing> {
  /** Names the kind, for messages. */
  name: string;
  rows: readonly { standing: S; etag: string }[];
  next(standing: S, sink: string): readonly { what: What; since: string }[];
  isFinished(standing: S, sinks: readonly string[]): boolean;
  toEvent(standing: S, what: What, since: string): TelemetryEvent;
  put(standing: S, etag: string): Promise<void>;
  remove(subject: string, etag: string): Promise<void>;
}

/** Sends each sink which conditions began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the next sweep. */
export async function notifyStanding<S extends Standing>(sinks: readonly Sink[], kind: StandingKind<S>): Promise<void> {
  const names = sinks.map(({ name }) => name);
  const pendingOf = (sink: string) =>
    kind.rows.flatMap(({ standing }) =>
      kind.next(standing, sink).map(({ what, since }) => ({ standing, what, event: kind.toEvent(standing, what, since) })),
    );
  const pending = new Map(names.map((name) => [name, pendingOf(name)]));
  const isQuiet = [...pending.values()].every((own) => own.length === 0);
  if (isQuiet && !kind.rows.some(({ standing }) => kind.isFinished(standing, names))) return;
  const deliveries = await deliverEach(sinks, (sink) => pending.get(sink)!.map(({ event }) => event), kind.name);
  for (const { standing, etag } of kind.rows) {
    let marked = standing;
    for (const { sink, accepted } of deliveries) {
      const own = pending.get(sink)!.filter((each) => each.standing === standing && accepted.has(each.event.properties.eventId));
      if (own.length > 0)
        marked = markStandingDelivered(
          marked,
          sink,
          own.map(({ what }) => what),
        );
    }
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (kind.isFinished(marked, names)) await unlessLost(kind.remove(standing.subject, etag));
    else if (marked !== standing) await unlessLost(kind.put(marked, etag));
  }
}
