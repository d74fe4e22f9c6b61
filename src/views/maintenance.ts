import { type ClusterMaintenance, currentMaintenance } from '../model/cluster-maintenance.ts';
import { readMaintenanceTag } from '../model/maintenance-tag.ts';
import type { Services } from '../services.ts';
import type { ListedCluster } from '../tables/cluster-list.ts';
import * as z from '../zod.ts';
import { components, time } from './components.ts';
import { plannedMaintenanceView, viewPlannedMaintenance } from './planned-maintenance.ts';

/** A maintenance as the API shows it. */
export const maintenanceView = z
  .described(
    z.object({
      from: time,
      until: z.described(time, 'It ends then by itself.'),
      source: z.described(z.enum(['tag', 'request']), 'What says so: the tag `aks-fleet-prober-maintenance` of the cluster, or a POST.'),
      by: z.described(z.nullable(z.string()), 'Who asked for it; null by tag.'),
      reason: z.nullable(z.string()),
    }),
    'While it lasts, the cluster is probed and recorded, and nobody is notified; its time counts neither as up nor as down.',
  )
  .register(components, { id: 'Maintenance' });
export type MaintenanceView = z.output<typeof maintenanceView>;

/** Shows the maintenance that a cluster is in now; null if it is in none. */
export function viewMaintenance(maintenance: ClusterMaintenance, now: Date): MaintenanceView | null {
  const current = currentMaintenance(maintenance, now);
  return current === undefined ? null : { ...current, by: current.by ?? null, reason: current.reason ?? null };
}

export const clusterMaintenanceView = z
  .object({
    current: z.described(z.nullable(maintenanceView), 'The maintenance that it is in now.'),
    tag: z.described(z.nullable(z.string()), 'The value of the tag `aks-fleet-prober-maintenance` as the last sweep read it.'),
    warnings: z.described(z.optional(z.array(z.string())), 'What of the tag cannot be followed.'),
    azure: z.described(
      z.nullable(z.array(plannedMaintenanceView)),
      'The planned maintenance of AKS, at most 10 minutes old: shown, and not followed. Null if it cannot be read.',
    ),
    azureDetail: z.described(z.optional(z.string()), 'Why it cannot be read.'),
  })
  .register(components, { id: 'ClusterMaintenance' });

/** Shows all that is known of the maintenance of a cluster; this asks Azure. */
export async function viewClusterMaintenance(services: Services, row: ListedCluster): Promise<z.output<typeof clusterMaintenanceView>> {
  const { maintenanceTag: tag, maintenance: request } = row;
  const { mistakes } = readMaintenanceTag(tag);
  return {
    current: viewMaintenance({ tag, request }, services.now()),
    tag: tag ?? null,
    ...(mistakes.length > 0 && { warnings: mistakes }),
    ...(await viewPlannedMaintenance(services, row)),
  };
}
