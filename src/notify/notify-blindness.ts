import { isBlindnessFinished, markBlindnessDelivered, nextBlindnessNotifications } from '../history/blindness.ts';
import type { What } from '../history/next-notification.ts';
import { statusPageUrl } from '../settings.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import { type BlindRow, deleteBlindRow, putBlindRow, readBlindRows } from '../tables/blind-rows.ts';
import { unlessLost } from '../tables/rows.ts';
import { blindnessEvent } from './blindness-event.ts';
import type { NotifyContext } from './notify-context.ts';
import { deliverEach } from './sink.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

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

/** Sends each sink which blindnesses began and ended, marks what was accepted, and deletes what is over and known to all. What is lost is sent with the next sweep. */
export async function notifyBlindness(services: NotifyContext): Promise<void> {
  const { tables, sinks } = services;
  const rows = await readBlindRows(tables);
  const names = sinks.map(({ name }) => name);
  const pending = new Map(names.map((name) => [name, pendingOf(services, rows.values(), name)]));
  const isQuiet = [...pending.values()].every((own) => own.length === 0);
  if (isQuiet && ![...rows.values()].some(({ blindness }) => isBlindnessFinished(blindness, names))) return;
  const deliveries = await deliverEach(sinks, (sink) => pending.get(sink)!.map(({ event }) => event), 'blindness');
  for (const { blindness, etag } of rows.values()) {
    let marked = blindness;
    for (const { sink, accepted } of deliveries) {
      const own = pending
        .get(sink)!
        .filter(({ subject, event }) => subject === blindness.subject && accepted.has(event.properties.eventId));
      if (own.length > 0)
        marked = markBlindnessDelivered(
          marked,
          sink,
          own.map(({ what }) => what),
        );
    }
    // One that lost is left to whoever was faster: what was sent is sent again with the next sweep.
    if (isBlindnessFinished(marked, names)) await unlessLost(deleteBlindRow(tables, blindness.subject, etag));
    else if (marked !== blindness) await unlessLost(putBlindRow(tables, marked, etag));
  }
  faultPoint('close-sweep:blindness-notified');
}
