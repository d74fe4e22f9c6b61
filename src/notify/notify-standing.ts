import pLimit from 'p-limit';
import type { What } from '../history/next-notification.ts';
import { isStandingFinished, maintenanceOf, markStandingDelivered, type Standing } from '../history/standing.ts';
import type { Stretch } from '../model/maintenance.ts';
import { statusPageUrl } from '../settings.ts';
import { unlessLost } from '../tables/rows.ts';
import type { StandingRows } from '../tables/standing-rows.ts';
import type { NotifyContext } from './notify-context.ts';
import { deliverEach } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const CONCURRENT_WRITES = 8;

/** How conditions of one kind are stored and notified. */
export interface StandingKind<S extends Standing> {
  /** Names the kind, for messages. */
  name: string;
  rows: StandingRows<S>;
  /** The cluster that a condition is about, whose maintenance holds its start back. */
  clusterOf(standing: S): string;
  next(standing: S, sink: string): readonly { what: What; since: string }[];
  /** Writes the event of a start or an end; `since` is when the condition began, as its recipient knows it, and names the event. */
  toEvent(standing: S, what: What, since: string, pageUrl: string | undefined, now: Date): TelemetryEvent;
}

/**
 * Sends each sink which conditions began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the
 * next sweep. While a cluster is in maintenance, a sink is sent the end of what it was notified of before, and nothing else; what began and ended in
 * a maintenance is deleted unsent.
 *
 * @param maintenance - recent stretches of it, by cluster.
 */
export async function notifyStanding<S extends Standing>(
  { tables, sinks, settings, now: clock }: NotifyContext,
  kind: StandingKind<S>,
  maintenance: ReadonlyMap<string, readonly Stretch[]> = new Map(),
): Promise<void> {
  const [names, now, page] = [sinks.map(({ name }) => name), clock(), statusPageUrl(settings)];
  const quietOf = (standing: S) => maintenanceOf(standing, maintenance.get(kind.clusterOf(standing)), now);
  const rows = [...(await kind.rows.read(tables)).values()].map((row) => ({ ...row, quiet: quietOf(row.standing) }));
  const pendingOf = (sink: string) =>
    rows.flatMap(({ standing, quiet }) =>
      kind.next(standing, sink).flatMap(({ what, since }) => {
        if (quiet !== undefined && !standing.delivered[sink]?.started) return [];
        return [{ subject: standing.subject, what, event: kind.toEvent(standing, what, since, page, now) }];
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
    if (isOver(marked, quiet)) return limit(() => unlessLost(kind.rows.remove(tables, standing.subject, etag)));
    return marked === standing ? undefined : limit(() => unlessLost(kind.rows.put(tables, marked, etag)));
  };
  await Promise.all(rows.map(mark));
}
