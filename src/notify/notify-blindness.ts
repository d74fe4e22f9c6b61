import pLimit from 'p-limit';
import {
  type Blindness,
  isBlindnessFinished,
  maintenanceOfBlindness,
  markBlindnessDelivered,
  nextBlindnessNotifications,
} from '../history/blindness.ts';
import type { What } from '../history/next-notification.ts';
import type { Stretch } from '../model/maintenance.ts';
import { statusPageUrl } from '../settings.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import { type BlindRow, deleteBlindRow, putBlindRow, readBlindRows } from '../tables/blind-rows.ts';
import { unlessLost } from '../tables/rows.ts';
import { blindnessEvent } from './blindness-event.ts';
import type { NotifyContext } from './notify-context.ts';
import { type Delivery, deliverEach } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const CONCURRENT_WRITES = 8;

interface Pending {
  subject: string;
  what: What;
  event: TelemetryEvent;
}

/** What a sink is to be sent. While a cluster is in maintenance, that is the end of what it was notified of before, and nothing else. */
function pendingOf({ settings, now }: NotifyContext, rows: Iterable<BlindRow>, sink: string, held: ReadonlySet<string>): Pending[] {
  const page = statusPageUrl(settings);
  return [...rows].flatMap(({ blindness }) =>
    nextBlindnessNotifications(blindness, sink).flatMap(({ what, since }) => {
      if (held.has(blindness.subject) && !blindness.delivered[sink]?.started) return [];
      return { subject: blindness.subject, what, event: blindnessEvent(blindness, what, since, page, now()) };
    }),
  );
}

/** What each sink accepted, by the subject that it is about. */
function acceptedOf(pending: ReadonlyMap<string, readonly Pending[]>, deliveries: readonly Delivery[]) {
  const all = deliveries.flatMap(({ sink, accepted }) => {
    const own = Map.groupBy(
      pending.get(sink)!.filter(({ event }) => accepted.has(event.properties.eventId)),
      ({ subject }) => subject,
    );
    return [...own].map(([subject, each]) => ({ subject, sink, what: each.map(({ what }) => what) }));
  });
  return Map.groupBy(all, ({ subject }) => subject);
}

/** Sends each sink which blindnesses began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the next sweep. One that began and ended in a maintenance is deleted unsent. */
export async function notifyBlindness(
  services: NotifyContext,
  maintenance: ReadonlyMap<string, readonly Stretch[]> = new Map(),
): Promise<void> {
  const { tables, sinks } = services;
  const rows = await readBlindRows(tables);
  const names = sinks.map(({ name }) => name);
  const kindOf = ({ blindness }: BlindRow) => maintenanceOfBlindness(blindness, maintenance.get(blindness.subject), services.now());
  const withKind = [...rows.values()].map((row) => ({ row, kind: kindOf(row) }));
  const subjectsOf = (wanted: 'held' | 'silent') =>
    new Set(withKind.flatMap(({ row, kind }) => (kind === wanted ? [row.blindness.subject] : [])));
  const [held, silent] = [subjectsOf('held'), subjectsOf('silent')];
  const quietly = new Set([...held, ...silent]);
  const pending = new Map(names.map((name) => [name, pendingOf(services, rows.values(), name, quietly)]));
  const isQuiet = [...pending.values()].every((own) => own.length === 0);
  const isFinished = (blindness: Blindness) => silent.has(blindness.subject) || isBlindnessFinished(blindness, names);
  if (isQuiet && ![...rows.values()].some(({ blindness }) => isFinished(blindness))) return;
  const deliveries = await deliverEach(sinks, (sink) => pending.get(sink)!.map(({ event }) => event), 'blindness');
  const marks = acceptedOf(pending, deliveries);
  const limit = pLimit(CONCURRENT_WRITES);
  const mark = ({ blindness, etag }: BlindRow) => {
    const own = marks.get(blindness.subject) ?? [];
    const marked = own.reduce((sum, { sink, what }) => markBlindnessDelivered(sum, sink, what), blindness);
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (isFinished(marked)) return limit(() => unlessLost(deleteBlindRow(tables, blindness.subject, etag)));
    return marked === blindness ? undefined : limit(() => unlessLost(putBlindRow(tables, marked, etag)));
  };
  await Promise.all([...rows.values()].map(mark));
  faultPoint('close-sweep:blindness-notified');
}
