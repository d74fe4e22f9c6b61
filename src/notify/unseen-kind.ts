import { nextStandingNotifications } from '../history/standing.ts';
import type { Unseen } from '../history/unseen-standing.ts';
import { unseenRows } from '../tables/unseen-rows.ts';
import type { StandingKind } from './notify-standing.ts';
import { unseenEvent } from './unseen-event.ts';

/** Nodes that nobody has seen for long, notified once for each cluster and reason, and those that are seen again. */
export const unseenKind: StandingKind<Unseen> = {
  name: 'unseen nodes',
  rows: unseenRows,
  clusterOf: ({ cluster }) => cluster,
  next: nextStandingNotifications,
  toEvent: unseenEvent,
};
