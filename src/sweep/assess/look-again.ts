import { openEpisode } from '../../history/node-state.ts';
import type { Outage } from '../../history/outage.ts';
import { askForCluster } from '../../inventory/list-managed-clusters.ts';
import { log } from '../../log.ts';
import { comesOrGoes, type ReasonCode } from '../../model/reasons.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { selectionOf } from '../../model/selection.ts';
import type { Services } from '../../services.ts';
import type { OwnClusterRow } from '../../tables/cluster-rows.ts';
import type { Seen } from './judge-cluster.ts';

const ANSWER_WITHIN_MS = 5000;

/**
 * Whether people are about to be notified of an outage of the cluster or its nodes. The sweep has listed the cluster minutes ago: meanwhile somebody
 * may have begun to stop or to delete it. Pure.
 *
 * @param sinks - names of those who are notified.
 */
export function isAboutToNotify({ outage: { outage } }: OwnClusterRow, { before, active }: Seen, sinks: readonly string[]): boolean {
  const opens = openEpisode(outage) !== undefined && openEpisode(before?.row.outage.outage) === undefined;
  const isNew = ({ end, delivered }: Outage) => end === undefined && sinks.some((sink) => (delivered[sink]?.started ?? 0) === 0);
  const own = active.find(({ outage: { node, end } }) => node === undefined && end === undefined);
  return opens || (own === undefined ? active.some(({ outage: each }) => isNew(each)) : isNew(own.outage));
}

/**
 * Asks Azure for the state of a cluster once more.
 *
 * @returns the reason for which it is only to be recorded, if somebody has begun to stop, start or delete it; undefined where it is as it was, or
 *   Azure does not say: an outage must not wait for that.
 */
export async function lookAgain({ arm, settings }: Services, cluster: string): Promise<ReasonCode | undefined> {
  const named = parseClusterId(cluster)!;
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const state = await askForCluster(await arm.clusters(named.subscriptionId), named, selectionOf(settings), new Set(), signal);
    const reason = typeof state === 'string' ? undefined : state.recordOnly;
    return reason !== undefined && comesOrGoes(reason) ? reason : undefined;
  } catch (error) {
    log.warn(
      `the state of ${cluster} could not be read again before its outage is notified: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}
