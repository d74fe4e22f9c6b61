import { foldDegraded } from '../../history/degraded-standing.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { Quiet } from '../../history/standing.ts';
import { degradedKind } from '../../notify/degraded-kind.ts';
import { notifyStanding } from '../../notify/notify-standing.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { degradedRows } from '../../tables/degraded-rows.ts';
import { changeStanding } from './change-standing.ts';

/**
 * Notifies after a sweep of clusters that became degraded, as their assessments say, and of those that are no longer.
 *
 * @param seen - the clusters of the sweep that are not blind.
 * @param isGone - whether a cluster is not watched any more.
 * @param quiet - the clusters of which no start is notified.
 */
export async function judgeDegraded(
  services: Services,
  sweep: string,
  seen: readonly ClusterRow[],
  isGone: (cluster: string) => boolean,
  quiet: Quiet,
): Promise<void> {
  const { tables, sinks } = services;
  const found = seen.map(({ cluster, degradation, notServed, outage }) => {
    return { cluster, degradation, notServed, inOutage: openEpisode(outage.outage) !== undefined };
  });
  const names = sinks.map(({ name }) => name);
  const { areAny } = await changeStanding(tables, degradedRows, (stored) => foldDegraded(stored, sweep, found, isGone, names));
  if (areAny) await notifyStanding(services, degradedKind, quiet);
}
