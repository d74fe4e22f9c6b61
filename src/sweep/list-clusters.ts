import { isRestError } from '@azure/core-rest-pipeline';
import { type ClusterFacts, listManagedClusters } from '../fleet/list-managed-clusters.ts';
import type { ReasonCode } from '../probe/reasons.ts';
import { redact } from '../probe/redact.ts';
import type { Services } from '../services.ts';
import { type ClusterRow, listClusterRows } from '../tables/cluster-rows.ts';
import { insertSubscription, type SubscriptionRow } from '../tables/sweep-rows.ts';
import { effectDone } from './effect.ts';
import type { MessageOf } from './messages.ts';

/** What is left to say of a cluster that was not listed: enough to record its nodes and, where it is gone, to close its outages. */
function remembered(row: ClusterRow, recordOnly: ReasonCode): ClusterFacts {
  const { cluster, resourceGroup, name, region, version } = row;
  return { cluster, resourceGroup, name, region, version, nodeResourceGroup: '', upgrading: false, excludedPools: [], recordOnly };
}

async function listSubscription(services: Services, subscription: string, known: readonly ClusterRow[]): Promise<SubscriptionRow> {
  const { settings, arm } = services;
  const selection = { include: settings.INCLUDE_CLUSTERS, exclude: settings.EXCLUDE_CLUSTERS };
  try {
    const listed = await listManagedClusters(arm.clusters(subscription), selection);
    const ids = new Set(listed.map((facts) => facts.cluster));
    const gone = known.filter((row) => !ids.has(row.cluster)).map((row) => remembered(row, 'ClusterGone'));
    return { subscription, clusters: [...listed, ...gone] };
  } catch (error) {
    // Being refused is an answer; anything else is tried again by the queue.
    if (!isRestError(error) || ![401, 403, 404].includes(error.statusCode ?? 0)) throw error;
    const clusters = known.map((row) => remembered(row, 'SubscriptionUnreadable'));
    return { subscription, clusters, gap: 'SubscriptionUnreadable', detail: redact(error.message, 300) };
  }
}

/** Stage 2: lists the clusters of one subscription and has each expanded. A subscription that cannot be read is a gap with its reason. */
export async function listClusters(services: Services, { sweep, subscription }: MessageOf<'list-clusters'>): Promise<void> {
  const { tables, queue } = services;
  const known = (await listClusterRows(await tables.open('clusters'), subscription)).filter(
    (row) => row.nodes.known > 0 || row.openOutages > 0,
  );
  const listed = await listSubscription(services, subscription, known);
  const stored = await insertSubscription(await tables.open('sweeps'), sweep, listed);
  effectDone('list-clusters:subscription-row');

  for (const { cluster } of stored.clusters) await queue.send({ kind: 'expand-cluster', sweep, cluster });
  effectDone('list-clusters:expand-cluster');
}
