import { foldUnseen } from '../../history/unseen-standing.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { policyOf } from '../../model/reasons.ts';
import { notifyUnseen } from '../../notify/notify-unseen.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { unlessLost } from '../../tables/rows.ts';
import { putUnseenRow, readUnseenRows } from '../../tables/unseen-rows.ts';

/**
 * Judges after a sweep which nodes nobody has seen for long, and notifies of what changed. A cluster that is blind is notified as such, and
 * nothing more is said of its nodes until it is seen again.
 *
 * @param judged - the clusters of the sweep.
 * @param clusters - the roll-ups of all clusters.
 * @param isBlind - whether nothing can be said of a cluster.
 * @param maintenance - recent stretches of maintenance, by cluster: in one of them no start is notified.
 */
export async function judgeUnseen(
  services: Services,
  sweep: string,
  judged: ReadonlySet<string>,
  clusters: readonly ClusterRow[],
  isBlind: (cluster: string) => boolean,
  maintenance: ReadonlyMap<string, readonly Stretch[]>,
): Promise<void> {
  const { tables, sinks } = services;
  const rows = await readUnseenRows(tables);
  const stored = new Map([...rows].map(([subject, { unseen }]) => [subject, unseen]));
  const seen = clusters.filter(({ cluster }) => judged.has(cluster) && !isBlind(cluster));
  const standing = new Map(clusters.map((row) => [row.cluster, row]));
  const isGone = (cluster: string) => {
    const row = standing.get(cluster);
    return row === undefined || (row.recordOnly !== undefined && policyOf(row.recordOnly).endsOutage);
  };
  const found = seen.map(({ cluster, unseen }) => ({ cluster, groups: unseen }));
  const names = sinks.map(({ name }) => name);
  for (const changed of foldUnseen(stored, sweep, found, isGone, names))
    await unlessLost(putUnseenRow(tables, changed, rows.get(changed.subject)?.etag));
  await notifyUnseen(services, maintenance);
}
