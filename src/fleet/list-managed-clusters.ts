import type { ContainerServiceClient, ManagedCluster } from '@azure/arm-containerservice';
import { z } from 'zod';
import { type ReasonCode, reasonCode } from '../probe/reasons.ts';
import { redact } from '../probe/redact.ts';
import { formatClusterId, parseClusterId, parseManagedClusterId } from './resource-id.ts';
import { isSelected, isSwitchedOff } from './selection.ts';

/** What a sweep knows of a cluster: kept in the subscription's row of the sweep, so that no message carries a target. */
export const clusterFacts = z.object({
  cluster: z.string(),
  resourceGroup: z.string(),
  name: z.string(),
  region: z.string(),
  nodeResourceGroup: z.string(),
  version: z.string(),
  /** Name of the API server, absent where it is private. */
  fqdn: z.string().optional(),
  upgrading: z.boolean(),
  /** Pools taken out by their tag. */
  excludedPools: z.array(z.string()),
  /** Why the cluster is only recorded and not probed. */
  recordOnly: reasonCode.optional(),
});
export type ClusterFacts = z.output<typeof clusterFacts>;

function recordOnlyReason(cluster: ManagedCluster, selected: boolean): ReasonCode | undefined {
  if (!selected || isSwitchedOff(cluster.tags)) return 'Excluded';
  if (cluster.powerState?.code === 'Stopped') return 'ClusterStopped';
  if (cluster.nodeResourceGroupProfile?.restrictionLevel === 'ReadOnly') return 'NodeGroupLocked';
  return undefined;
}

function toFacts(cluster: ManagedCluster, selection: Selection): ClusterFacts | undefined {
  const parsed = parseManagedClusterId(cluster.id ?? '');
  if (parsed === undefined || parseClusterId(formatClusterId(parsed)) === undefined) {
    console.error(`left a cluster out: expected the resource ID of a managed cluster from Azure, got "${redact(cluster.id ?? '', 200)}"`);
    return undefined;
  }
  const selected = isSelected(`${parsed.resourceGroup}/${parsed.name}`, selection.include, selection.exclude);
  return {
    cluster: formatClusterId(parsed),
    resourceGroup: parsed.resourceGroup,
    name: parsed.name,
    region: cluster.location.toLowerCase(),
    nodeResourceGroup: cluster.nodeResourceGroup ?? '',
    version: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion ?? '',
    fqdn: cluster.apiServerAccessProfile?.enablePrivateCluster ? undefined : cluster.fqdn,
    upgrading: /upgrading|updating/i.test(cluster.provisioningState ?? ''),
    excludedPools: (cluster.agentPoolProfiles ?? []).filter((pool) => isSwitchedOff(pool.tags)).map((pool) => pool.name),
    recordOnly: recordOnlyReason(cluster, selected),
  };
}

/** Globs on `resourceGroup/name`. */
export interface Selection {
  include: readonly string[];
  exclude: readonly string[];
}

/**
 * Lists the clusters of a subscription. Managed clusters are listed rather than scale sets: the subscription-wide list of those is a cache,
 * hours stale (azure-rest-api-specs#16586).
 *
 * @throws RestError where the subscription cannot be read.
 */
export async function listManagedClusters(client: ContainerServiceClient, selection: Selection): Promise<ClusterFacts[]> {
  const clusters: ClusterFacts[] = [];
  for await (const cluster of client.managedClusters.list()) {
    const facts = toFacts(cluster, selection);
    if (facts !== undefined) clusters.push(facts);
  }
  return clusters;
}
