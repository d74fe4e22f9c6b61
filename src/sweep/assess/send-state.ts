import { maintenanceAt } from '../../history/next-notification.ts';
import type { Stretch } from '../../model/maintenance.ts';
import type { Services } from '../../services.ts';
import { statusPageUrl } from '../../settings.ts';
import { noteSentState, type OwnClusterRow } from '../../tables/cluster-rows.ts';
import { availabilityOf } from './availability-of.ts';
import type { Said } from './say-alerts.ts';

/** The state of a cluster in short: alerts see no difference between two states with the same. Empty where nothing stands. */
export function shortState(
  { alerts, openOutages }: Pick<OwnClusterRow, 'alerts' | 'openOutages'>,
  incident: string,
  maintenance: boolean,
): string {
  const said = Object.entries(alerts).map(([rule, { of, settled }]) => `${rule}=${of}${settled ? '' : '?'}`);
  return said.length === 0 ? '' : [...said.sort(), openOutages, incident, maintenance].join('|');
}

/**
 * Sends the state of a cluster to Application Insights if it is another one than was accepted last, so that no alert waits for the completion of a sweep.
 * What is not accepted is sent with that.
 */
export async function sendState(
  { tables, telemetry, settings, now: clock }: Services,
  sweep: string,
  row: OwnClusterRow,
  { blind, diagnosis }: Said,
  incident: string | undefined,
  stretches: readonly Stretch[],
): Promise<void> {
  const now = clock();
  const maintenance = maintenanceAt(stretches, now.getTime()) !== undefined;
  const state = shortState(row, incident ?? '', maintenance);
  if (state === (row.sentState ?? '')) return;
  // As of its judgement: a state that leaves later must not hide a newer one.
  const span = { startedAt: sweep, completedAt: row.assessedAt };
  const result = availabilityOf({ cluster: row, sweep, blind, diagnosis, incident, span, maintenance, pageUrl: statusPageUrl(settings) });
  if (result !== undefined && !(await telemetry.state([result]))) return;
  await noteSentState(tables, row.cluster, state);
}
