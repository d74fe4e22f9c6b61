import { z } from 'zod';
import { type ClusterMaintenance, currentMaintenance } from '../model/cluster-maintenance.ts';
import { components, time } from './components.ts';

/** A maintenance as the API shows it. */
export const maintenanceView = z
  .object({
    from: time,
    until: time.describe('It ends then by itself.'),
    source: z.enum(['tag', 'request']).describe('What says so: the tag `aks-fleet-prober-maintenance` of the cluster, or a POST.'),
    by: z.string().nullable().describe('Who asked for it; null by tag.'),
    reason: z.string().nullable(),
  })
  .describe('While it lasts, the cluster is probed and recorded, and nobody is notified; its time counts neither as up nor as down.')
  .register(components, { id: 'Maintenance' });
export type MaintenanceView = z.output<typeof maintenanceView>;

/** Shows the maintenance that a cluster is in now; null if it is in none. */
export function viewMaintenance(maintenance: ClusterMaintenance, now: Date): MaintenanceView | null {
  const current = currentMaintenance(maintenance, now);
  return current === undefined ? null : { ...current, by: current.by ?? null, reason: current.reason ?? null };
}
