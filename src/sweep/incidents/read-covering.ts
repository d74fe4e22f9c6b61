import { coveredBy } from '../../history/incidents.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { readOpenIncidents, type StoredIncident } from '../../tables/incident-rows.ts';

/**
 * Reads the open incident that covers a cluster; undefined if there is none. A cluster of which nothing stands, and nothing is to be notified, costs no read.
 *
 * @param active - its outages of which something may still be to be notified; undefined where they were not read.
 */
export async function readCovering(
  { tables }: Pick<Services, 'tables'>,
  { cluster, outage, alerts, blindSince }: Pick<ClusterRow, 'cluster' | 'outage' | 'alerts' | 'blindSince'>,
  active: readonly unknown[] | undefined,
): Promise<StoredIncident | undefined> {
  const stands = openEpisode(outage.outage) !== undefined || blindSince !== undefined || Object.keys(alerts).length > 0;
  const isCalm = !stands && active?.length === 0;
  return isCalm ? undefined : coveredBy(await readOpenIncidents(tables)).get(cluster);
}
