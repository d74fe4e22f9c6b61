import type { Degraded } from '../history/degraded-standing.ts';
import { nextStandingNotifications } from '../history/standing.ts';
import { degradedRows } from '../tables/degraded-rows.ts';
import { degradedEvent } from './degraded-event.ts';
import type { StandingKind } from './notify-standing.ts';

/** Clusters whose API server does not serve many of the nodes that reach it, and those that it serves again. */
export const degradedKind: StandingKind<Degraded> = {
  name: 'degraded clusters',
  rows: degradedRows,
  clusterOf: ({ subject }) => subject,
  next: nextStandingNotifications,
  toEvent: degradedEvent,
};
