import { type Blindness, nextBlindnessNotifications } from '../history/blindness.ts';
import type { Stretch } from '../model/maintenance.ts';
import { statusPageUrl } from '../settings.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import { deleteBlindRow, putBlindRow, readBlindRows } from '../tables/blind-rows.ts';
import { blindnessEvent } from './blindness-event.ts';
import type { NotifyContext } from './notify-context.ts';
import { notifyStanding } from './notify-standing.ts';

/** Notifies of blindnesses that began and ended; `maintenance` has recent stretches of it, by cluster. */
export async function notifyBlindness(
  { tables, sinks, settings, now }: NotifyContext,
  maintenance: ReadonlyMap<string, readonly Stretch[]> = new Map(),
): Promise<void> {
  const rows = [...(await readBlindRows(tables)).values()].map(({ blindness, etag }) => ({ standing: blindness, etag }));
  await notifyStanding<Blindness>(sinks, now(), {
    name: 'blindness',
    rows,
    maintenance: ({ subject }) => maintenance.get(subject),
    next: nextBlindnessNotifications,
    toEvent: (blindness, what, since) => blindnessEvent(blindness, what, since, statusPageUrl(settings), now()),
    put: (blindness, etag) => putBlindRow(tables, blindness, etag),
    remove: (subject, etag) => deleteBlindRow(tables, subject, etag),
  });
  faultPoint('close-sweep:blindness-notified');
}
