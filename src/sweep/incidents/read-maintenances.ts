import { maintenanceAt } from '../../history/next-notification.ts';
import { recentMaintenance } from '../../model/cluster-maintenance.ts';
import type { Stretch } from '../../model/maintenance.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { readMaintenanceRequests } from '../../tables/maintenance-rows.ts';

/** The recent stretches of maintenance of each cluster that had any. */
export async function readMaintenances({ tables, now }: Services, clusters: readonly ClusterRow[]): Promise<Map<string, Stretch[]>> {
  const requests = await readMaintenanceRequests(tables);
  const all = clusters.map(({ cluster, maintenanceTag: tag }) => {
    return [cluster, recentMaintenance({ tag, request: requests.get(cluster) }, now())] as const;
  });
  return new Map(all.filter(([, stretches]) => stretches.length > 0));
}

/** The clusters that are in maintenance at a time. */
export function maintainedAt(maintenance: ReadonlyMap<string, readonly Stretch[]>, time: Date): Set<string> {
  return new Set([...maintenance].flatMap(([cluster, own]) => (maintenanceAt(own, time.getTime()) === undefined ? [] : [cluster])));
}
