import { type Blindness, nextBlindnessNotifications } from '../history/blindness.ts';
import { blindRows } from '../tables/blind-rows.ts';
import { blindnessEvent } from './blindness-event.ts';
import type { StandingKind } from './notify-standing.ts';

/** Clusters, or the prober itself, that became blind, and that are so no longer. */
export const blindnessKind: StandingKind<Blindness> = {
  name: 'blindness',
  rows: blindRows,
  clusterOf: ({ subject }) => subject,
  next: nextBlindnessNotifications,
  toEvent: blindnessEvent,
};
