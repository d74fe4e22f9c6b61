import { latenessMs, type NotificationContext } from '../../history/next-notification.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import type { OwnClusterRow } from '../../tables/cluster-rows.ts';

/**
 * What notifications of a cluster depend on.
 *
 * @param maintenance - the recent stretches of its maintenance, see `recentMaintenance`.
 * @param incident - the open incident that it is one of.
 */
export function notificationContext(
  settings: Settings,
  { outage: { outage }, finalizedSweep }: Pick<OwnClusterRow, 'outage' | 'finalizedSweep'>,
  maintenance: readonly Stretch[],
  incident: NotificationContext['incident'],
  now: Date,
): NotificationContext {
  return {
    finalizedSweep,
    clusterOutage: outage && { start: outage.from, end: outage.end },
    maintenance,
    incident,
    flapWindowMs: settings.FLAP_WINDOW_MINUTES * 60_000,
    lateMs: latenessMs(intervalAt(settings.SWEEP_SCHEDULE, now), settings.PROBE_DEADLINE_SECONDS * 1000),
    now,
  };
}
