import { type FirstFailure, type Grants, grant, grantedOf } from '../../history/confirmations.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { ClusterFacts } from '../../model/cluster-facts.ts';
import type { Services } from '../../services.ts';
import { readCluster } from '../../tables/cluster-rows.ts';
import { updateGrants } from '../../tables/confirmation-rows.ts';
import { readClusterFacts } from '../../tables/sweep-rows.ts';

/**
 * The nodes whose cluster and pool nobody is changing. Others may just be drained, reimaged or deleted: the next sweep, whose listing shows that,
 * probes them once more before anything is said of them.
 */
function steadyOf(facts: ClusterFacts | undefined, failed: readonly FirstFailure[]): FirstFailure[] {
  if (facts?.upgrading) return [];
  const changing = new Set(facts?.pools.filter((pool) => pool.changing).map(({ name }) => name));
  return failed.filter(({ pool }) => !changing.has(pool));
}

/**
 * Grants confirmations of first failures, within their limit. A cluster that has an outage as a whole needs none: its nodes confirm one another.
 * A repeated request for the same failure is granted again.
 *
 * @returns the nonces of the failures to confirm, by node.
 */
export async function grantConfirmations(
  { tables, now }: Services,
  sweep: string,
  cluster: string,
  slice: string,
  failed: readonly FirstFailure[],
): Promise<Record<string, string>> {
  if (failed.length === 0) return {};
  const { outage } = (await readCluster(tables, cluster))?.row.outage ?? {};
  if (openEpisode(outage) !== undefined) return {};
  const steady = steadyOf(await readClusterFacts(tables, sweep, cluster), failed);
  if (steady.length === 0) return {};
  let granted: Grants = {};
  await updateGrants(tables, sweep, cluster, now().toISOString(), (before) => {
    granted = grant(before, slice, steady);
    return granted;
  });
  return grantedOf(granted, steady);
}
