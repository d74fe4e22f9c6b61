import { nextStandingNotifications } from '../history/standing.ts';
import type { Unseen } from '../history/unseen-standing.ts';
import type { Stretch } from '../model/maintenance.ts';
import { statusPageUrl } from '../settings.ts';
import { deleteUnseenRow, putUnseenRow, readUnseenRows } from '../tables/unseen-rows.ts';
import type { NotifyContext } from './notify-context.ts';
import { notifyStanding } from './notify-standing.ts';
import { unseenEvent } from './unseen-event.ts';

/** Notifies of nodes that nobody has seen for long, once for each cluster and reason, and of those that are seen again; `maintenance` has recent stretches of it, by cluster. */
export async function notifyUnseen(
  { tables, sinks, settings, now }: NotifyContext,
  maintenance: ReadonlyMap<string, readonly Stretch[]> = new Map(),
): Promise<void> {
  const rows = [...(await readUnseenRows(tables)).values()].map(({ unseen, etag }) => ({ standing: unseen, etag }));
  await notifyStanding<Unseen>(sinks, now(), {
    name: 'unseen nodes',
    rows,
    maintenance: ({ cluster }) => maintenance.get(cluster),
    next: nextStandingNotifications,
    toEvent: (unseen, what, since) => unseenEvent(unseen, what, since, statusPageUrl(settings), now()),
    put: (unseen, etag) => putUnseenRow(tables, unseen, etag),
    remove: (subject, etag) => deleteUnseenRow(tables, subject, etag),
  });
}
