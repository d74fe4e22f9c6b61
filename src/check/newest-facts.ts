import { askForCluster } from '../inventory/list-managed-clusters.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import type { Services } from '../services.ts';
import { listSweeps } from '../tables/sweep-list.ts';
import { readClusterFacts } from '../tables/sweep-rows.ts';

/** The newest sweep may not have listed its clusters yet, or may have failed to. */
const SWEEPS_READ = 3;

/** The facts of a cluster that Azure listed in one of the newest sweeps; undefined if none listed it. */
export async function listedFacts({ tables, now }: Services, cluster: string): Promise<ClusterFacts | undefined> {
  for (const { sweep } of await listSweeps(tables, now(), SWEEPS_READ)) {
    const facts = await readClusterFacts(tables, sweep, cluster);
    if (facts?.listed && facts.nodeResourceGroup !== '') return facts;
  }
  return undefined;
}

/** The facts of a cluster from the newest sweeps, otherwise read from Azure now; or the reason why they are not known. */
export async function newestFacts(services: Services, cluster: string): Promise<ClusterFacts | ReasonCode> {
  const listed = await listedFacts(services, cluster);
  if (listed !== undefined) return listed;
  const named = parseClusterId(cluster);
  if (named === undefined) return 'ProberError';
  const { settings, arm } = services;
  return askForCluster(await arm.clusters(named.subscriptionId), named, selectionOf(settings), new Set());
}
