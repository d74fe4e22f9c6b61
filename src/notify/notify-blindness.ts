import pLimit from 'p-limit';
import { isBlindnessFinished, markBlindnessDelivered, nextBlindnessNotifications } from '../history/blindness.ts';
import type { What } from '../history/next-notification.ts';
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

function pendingOf({ settings, now }: NotifyContext, rows: Iterable<BlindRow>, sink: string): Pending[] {
  const page = statusPageUrl(settings);
  return [...rows].flatMap(({ blindness }) =>
    nextBlindnessNotifications(blindness, sink).map(({ what, since }) => {
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

/** Sends each sink which blindnesses began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the next sweep. */
export async function notifyBlindness(services: NotifyContext): Promise<void> {
  const { tables, sinks } = services;
  const rows = await readBlindRows(tables);
  const names = sinks.map(({ name }) => name);
  const pending = new Map(names.map((name) => [name, pendingOf(services, rows.values(), name)]));
  const isQuiet = [...pending.values()].every((own) => own.length === 0);
  if (isQuiet && ![...rows.values()].some(({ blindness }) => isBlindnessFinished(blindness, names))) return;
  const deliveries = await deliverEach(sinks, (sink) => pending.get(sink)!.map(({ event }) => event), 'blindness');
  const marks = acceptedOf(pending, deliveries);
  const limit = pLimit(CONCURRENT_WRITES);
  const mark = ({ blindness, etag }: BlindRow) => {
    const own = marks.get(blindness.subject) ?? [];
    const marked = own.reduce((sum, { sink, what }) => markBlindnessDelivered(sum, sink, what), blindness);
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (isBlindnessFinished(marked, names)) return limit(() => unlessLost(deleteBlindRow(tables, blindness.subject, etag)));
    return marked === blindness ? undefined : limit(() => unlessLost(putBlindRow(tables, marked, etag)));
  };
  await Promise.all([...rows.values()].map(mark));
  faultPoint('close-sweep:blindness-notified');
}
