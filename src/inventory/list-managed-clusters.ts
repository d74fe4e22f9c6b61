import type { ManagedCluster } from '@azure/arm-containerservice';
import { isRestError } from '@azure/core-rest-pipeline';
import type { Clusters } from '../azure/arm.ts';
import { armErrorText, isRefusal } from '../azure/arm-error.ts';
import { failureOf } from '../azure/failure.ts';
import { log } from '../log.ts';
import type { ClusterFacts, PoolFacts } from '../model/cluster-facts.ts';
import { type Treatment, treatmentOfCluster, treatmentOfPool } from '../model/lifecycle.ts';
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

type Pool = NonNullable<ManagedCluster['agentPoolProfiles']>[number];

function recordOnlyReason(cluster: ManagedCluster, selected: boolean, treatment: Treatment): ReasonCode | undefined {
  if (!selected || isSwitchedOff(cluster.tags)) return 'Excluded';
  if (treatment.treat === 'record') return treatment.reason;
  if (cluster.nodeResourceGroupProfile?.restrictionLevel === 'ReadOnly') return 'NodeGroupLocked';
  return undefined;
}

/** How many nodes a pool is to have: pools of single machines may say it by size. */
function countOf({ count, virtualMachineNodesStatus: sizes }: Pool): number | undefined {
  return count ?? sizes?.reduce((total, size) => total + (size.count ?? 0), 0);
}

function toPoolFacts(pool: Pool): PoolFacts {
  const treatment = treatmentOfPool(pool.provisioningState);
  return {
    name: pool.name,
    count: countOf(pool),
    excluded: isSwitchedOff(pool.tags),
    recordOnly: treatment.treat === 'record' ? treatment.reason : undefined,
    changing: treatment.treat === 'mark',
    stopped: pool.powerState?.code === 'Stopped',
  };
}

function toFacts(cluster: ManagedCluster, selection: Selection, matched: Set<string>): ClusterFacts | undefined {
  const parsed = parseManagedClusterId(cluster.id ?? '');
  if (parsed === undefined || parseClusterId(formatClusterId(parsed)) === undefined) {
    log.error(`skipped a cluster: expected the resource ID of a managed cluster from Azure, got "${redact(cluster.id ?? '', 200)}"`);
    return undefined;
  }
  const named = select(`${parsed.resourceGroup}/${parsed.name}`, selection);
  for (const glob of named.matched) matched.add(glob);
  const treatment = treatmentOfCluster(cluster.provisioningState, cluster.powerState?.code);
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
    serverNames: [cluster.fqdn, cluster.privateFqdn].flatMap((name) => hostNameSchema.parse(name) ?? []),
    restricted: (access?.authorizedIPRanges ?? []).length > 0 || cluster.publicNetworkAccess === 'Disabled',
    upgrading: treatment.treat === 'mark',
    maintenanceTag: maintenanceTagOf(cluster.tags),
    pools: (cluster.agentPoolProfiles ?? []).map(toPoolFacts),
    recordOnly: recordOnlyReason(cluster, named.selected, treatment),
    listed: true,
  };
}

/**
 * Lists the clusters of a subscription. It lists managed clusters rather than scale sets, because the subscription-wide list of scale sets is a cache
 * that may be hours old (azure-rest-api-specs#16586).
 *
 * @throws RestError if the subscription cannot be read.
 */
export async function listManagedClusters(client: Clusters, selection: Selection): Promise<ListedClusters> {
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
 * while Azure has an incident.
 *
 * @param matched - the globs of the selection that match the cluster are added to it.
 * @param abortSignal - ends the wait for an answer.
 * @returns its facts, or the reason why there are none: only a 404 proves `ClusterGone`. A failed request is a reason, not an error, so that other
 *   clusters are not affected.
 */
export async function askForCluster(
  client: Clusters,
  { resourceGroup, name }: Pick<ClusterFacts, 'resourceGroup' | 'name'>,
  selection: Selection,
  matched: Set<string>,
  abortSignal?: AbortSignal,
): Promise<ClusterFacts | ReasonCode> {
  try {
    return toFacts(await client.managedClusters.get(resourceGroup, name, { abortSignal }), selection, matched) ?? 'AzureError';
  } catch (error) {
    const { kind } = failureOf(error);
    // Without a sign-in nothing can be read, and the whole listing is tried again.
    if (kind === 'own' || kind === 'signIn') throw error;
    log.warn(
      `the cluster ${resourceGroup}/${name} is missing from the list of its subscription and could not be read: ${isRestError(error) ? armErrorText(error) : 'no answer in time'}`,
    );
    if (kind === 'throttled') return 'Throttled';
    if (kind === 'unavailable' || !isRefusal(error)) return 'AzureError';
    // A subscription that cannot be seen proves nothing about its clusters.
    return error.statusCode === 404 && error.code !== 'SubscriptionNotFound' ? 'ClusterGone' : 'AccessDenied';
  }
}
