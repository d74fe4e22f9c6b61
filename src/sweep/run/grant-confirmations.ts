import { type FirstFailure, type Grants, grant, grantedOf } from '../../history/confirmations.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { Services } from '../../services.ts';
import { readCluster } from '../../tables/cluster-rows.ts';
import { updateGrants } from '../../tables/confirmation-rows.ts';

/**
 * Grants confirmations of first failures, within their limit. A cluster that has an outage as a whole needs none: its nodes confirm one another.
 * A repeated request for the same failure is granted again.
 *
 * @returns the nonces of the failures to confirm, by node.
 */
export async function grantConfirmations(
  { tables }: Services,
  sweep: string,
  cluster: string,
  slice: string,
  failed: readonly FirstFailure[],
): Promise<Record<string, string>> {
  if (failed.length === 0) return {};
  const { outage } = (await readCluster(tables, cluster))?.row.outage ?? {};
  if (openEpisode(outage) !== undefined) return {};
  let granted: Grants = {};
  await updateGrants(tables, sweep, cluster, (before) => {
    granted = grant(before, slice, failed);
    return granted;
  });
  return grantedOf(granted, failed);
}
