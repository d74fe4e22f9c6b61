import type { Blindness } from '../history/blindness.ts';
import { nextStandingNotifications } from '../history/standing.ts';
import { blindRows } from '../tables/blind-rows.ts';
import { blindnessEvent } from './blindness-event.ts';
import type { StandingKind } from './notify-standing.ts';

/** Clusters that became blind, and that are so no longer. */
export const blindnessKind: StandingKind<Blindness> = {
  name: 'blindness',
  rows: blindRows,
  clusterOf: ({ subject }) => subject,
  next: nextStandingNotifications,
  toEvent: blindnessEvent,
};
