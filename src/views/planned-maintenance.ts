import { isRestError } from '@azure/core-rest-pipeline';
import type { Arm } from '../azure/arm.ts';
import { armErrorText } from '../azure/arm-error.ts';
import { failureOf } from '../azure/failure.ts';
import { retryAfterSeconds } from '../azure/retry-after.ts';
import { listPlannedMaintenance } from '../inventory/planned-maintenance.ts';
import { log } from '../log.ts';
import { redact } from '../model/redact.ts';
import type { Services } from '../services.ts';
import type { ListedCluster } from '../tables/cluster-list.ts';
import * as z from '../zod.ts';
import { components } from './components.ts';

const KEPT_MS = 600_000;
const FAILURE_KEPT_MS = 60_000;
const MOST_CLUSTERS = 200;
const RIGHT = 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read';

export const plannedMaintenanceView = z
  .described(
    z.object({
      name: z.string(),
      schedule: z.described(z.string(), 'Its days, in words.'),
      durationHours: z.optional(z.number()),
      utcOffset: z.described(z.optional(z.string()), '`±HH:MM`; `+00:00` without it.'),
      startTime: z.described(z.optional(z.string()), '`HH:MM`, in the time of `utcOffset`.'),
    }),
    'A planned maintenance of AKS: when AKS may change the cluster by itself. Nothing follows from it: notifications go on.',
  )
  .register(components, { id: 'PlannedMaintenance' });

/** The planned maintenance of a cluster, or why it could not be read. */
interface Planned {
  azure: z.output<typeof plannedMaintenanceView>[] | null;
  azureDetail?: string;
}

/** Why the planned maintenance could not be read, and what to do. */
function sentenceOf(error: unknown): string {
  const failure = failureOf(error);
  if (failure.kind === 'signIn') return 'the prober could not sign in to Azure; see GET /api/sweeps/latest';
  if (failure.kind === 'unavailable') return 'Azure did not answer in time, or is in trouble; try again in a minute';
  if (!isRestError(error)) return 'the prober could not read the answer of Azure; its log has the cause';
  if (failure.kind === 'throttled') return `Azure throttles the prober; try again in ${Math.max(60, retryAfterSeconds(error))} s`;
  if (error.statusCode === 403)
    return `the prober lacks the right ${RIGHT} on the cluster, which is optional; to have it, define the roles again with infra/fleet-roles.bicep or fleet-roles-mg.bicep`;
  return error.statusCode === 404 ? 'Azure has no such cluster, or does not show it to the prober' : armErrorText(error);
}

async function readPlanned(arm: Arm, { cluster, subscriptionId, resourceGroup, name }: ListedCluster): Promise<Planned> {
  try {
    return { azure: await listPlannedMaintenance(await arm.clusters(subscriptionId), { resourceGroup, name }) };
  } catch (error) {
    const azureDetail = sentenceOf(error);
    const said = redact(error instanceof Error ? error.message : String(error), 300);
    log.warn(`the planned maintenance of ${cluster} could not be read: ${azureDetail} (${said})`);
    return { azure: null, azureDetail };
  }
}

interface Kept {
  readAt: number;
  longestMs: number;
  planned: Promise<Planned>;
}

/** What was read with a set of clients, by cluster, the oldest first. */
const keptBy = new WeakMap<Arm, Map<string, Kept>>();

/**
 * Shows when AKS may change a cluster by itself. Azure is asked once in 10 minutes for each cluster, and a minute after a failure, however many ask;
 * that it cannot be read is an answer, not an error.
 */
export async function viewPlannedMaintenance({ arm, now }: Services, row: ListedCluster): Promise<Planned> {
  const kept = keptBy.get(arm) ?? new Map<string, Kept>();
  keptBy.set(arm, kept);
  const time = now().getTime();
  const found = kept.get(row.cluster);
  // If the clock was set back, it must not be kept longer.
  if (found !== undefined && time >= found.readAt && time - found.readAt <= found.longestMs) return found.planned;
  const entry: Kept = { readAt: time, longestMs: KEPT_MS, planned: readPlanned(arm, row) };
  kept.delete(row.cluster);
  kept.set(row.cluster, entry);
  const [oldest] = kept.keys();
  if (kept.size > MOST_CLUSTERS) kept.delete(oldest!);
  const planned = await entry.planned;
  if (planned.azure === null) entry.longestMs = FAILURE_KEPT_MS;
  return planned;
}
