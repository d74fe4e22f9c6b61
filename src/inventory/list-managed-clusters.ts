import type { ContainerServiceClient, ManagedCluster } from '@azure/arm-containerservice';
import { isRestError } from '@azure/core-rest-pipeline';
import { armErrorText, isRefusal, isTimeout } from '../azure/arm-error.ts';
import { log } from '../log.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import { maintenanceTagOf } from '../model/maintenance-tag.ts';
import { hostNameSchema } from '../model/name-schemas.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { redact } from '../model/redact.ts';
import { formatClusterId, parseClusterId, parseManagedClusterId } from '../model/resource-id.ts';
import { isSwitchedOff, type Selection, select } from '../model/selection.ts';

/** The clusters of a subscription, and the globs of the selection that match any of them. */
export interface ListedClusters {
  clusters: ClusterFacts[];
  matched: string[];
}

function recordOnlyReason(cluster: ManagedCluster, selected: boolean): ReasonCode | undefined {
  if (!selected || isSwitchedOff(cluster.tags)) return 'Excluded';
  if (cluster.powerState?.code === 'Stopped') return 'ClusterStopped';
  if (cluster.nodeResourceGroupProfile?.restrictionLevel === 'ReadOnly') return 'NodeGroupLocked';
  return undefined;
}

function toFacts(cluster: ManagedCluster, selection: Selection, matched: Set<string>): ClusterFacts | undefined {
  const parsed = parseManagedClusterId(cluster.id ?? '');
  if (parsed === undefined || parseClusterId(formatClusterId(parsed)) === undefined) {
    log.error(`skipped a cluster: expected the resource ID of a managed cluster from Azure, got "${redact(cluster.id ?? '', 200)}"`);
    return undefined;
  }
  const named = select(`${parsed.resourceGroup}/${parsed.name}`, selection);
  for (const glob of named.matched) matched.add(glob);
  const pools = cluster.agentPoolProfiles ?? [];
  const access = cluster.apiServerAccessProfile;
  const host = hostNameSchema.parse(access?.enablePrivateCluster ? cluster.privateFqdn : cluster.fqdn);
  return {
    cluster: formatClusterId(parsed),
    resourceGroup: parsed.resourceGroup,
    name: parsed.name,
    region: cluster.location.toLowerCase(),
    nodeResourceGroup: cluster.nodeResourceGroup ?? '',
    version: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion ?? '',
    fqdn: access?.enablePrivateCluster ? undefined : host,
    endpoint: host && `${host}:443`,
    restricted: (access?.authorizedIPRanges ?? []).length > 0 || cluster.publicNetworkAccess === 'Disabled',
    upgrading: /upgrading|updating/i.test(cluster.provisioningState ?? ''),
    maintenanceTag: maintenanceTagOf(cluster.tags),
    excludedPools: pools.filter((pool) => isSwitchedOff(pool.tags)).map((pool) => pool.name),
    poolNodes: pools.filter((pool) => !isSwitchedOff(pool.tags)).reduce((total, { count = 0 }) => total + count, 0),
    recordOnly: recordOnlyReason(cluster, named.selected),
    listed: true,
  };
}

/**
 * Lists the clusters of a subscription. It lists managed clusters rather than scale sets, because the subscription-wide list of scale sets is a cache
 * that may be hours old (azure-rest-api-specs#16586).
 *
 * @throws RestError if the subscription cannot be read.
 */
export async function listManagedClusters(client: ContainerServiceClient, selection: Selection): Promise<ListedClusters> {
  const clusters: ClusterFacts[] = [];
  const matched = new Set<string>();
  for await (const cluster of client.managedClusters.list()) {
    const facts = toFacts(cluster, selection, matched);
    if (facts !== undefined) clusters.push(facts);
  }
  return { clusters, matched: [...matched] };
}

/**
 * Reads by name a cluster that is missing from the list of its subscription. Lists hold only what the caller may read, and may be incomplete
 *
 * while Azure has an incident.
 *
 * @param matched - the globs of the selection that match the cluster are added to it.
 * @returns its facts, or the reason why there are none: only a 404 proves `ClusterGone`. A failed request is a reason, not an error, so that other
 *   clusters are not affected.
 */
export async function askForCluster(
  client: ContainerServiceClient,
  { resourceGroup, name }: Pick<ClusterFacts, 'resourceGroup' | 'name'>,
  selection: Selection,
  matched: Set<string>,
): Promise<ClusterFacts | ReasonCode> {
  try {
    return toFacts(await client.managedClusters.get(resourceGroup, name), selection, matched) ?? 'AzureError';
  } catch (error) {
    if (!isRestError(error) && !isTimeout(error)) throw error;
    log.warn(
      `the cluster ${resourceGroup}/${name} is missing from the list of its subscription and could not be read: ${isRestError(error) ? armErrorText(error) : 'no answer in time'}`,
    );
    if (!isRestError(error)) return 'AzureError';
    if (error.statusCode === 404) return 'ClusterGone';
    if (error.statusCode === 429) return 'Throttled';
    return isRefusal(error) ? 'AccessDenied' : 'AzureError';
  }
}
