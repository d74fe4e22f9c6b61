import type { Quiet } from '../../history/standing.ts';
import { foldUnseen } from '../../history/unseen-standing.ts';
import { notifyStanding } from '../../notify/notify-standing.ts';
import { unseenKind } from '../../notify/unseen-kind.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { unseenRows } from '../../tables/unseen-rows.ts';
import { changeStanding } from './change-standing.ts';

/**
 * Judges after a sweep which nodes nobody has seen for long, and notifies of what changed.
 *
 * @param seen - the clusters of the sweep that are not blind: one that is blind is notified as such, and nothing more is said of its nodes until it is
 *   seen again.
 * @param isGone - whether a cluster is not watched any more.
 * @param quiet - the clusters of which no start is notified.
 */
export async function judgeUnseen(
  services: Services,
  sweep: string,
  seen: readonly ClusterRow[],
  isGone: (cluster: string) => boolean,
  quiet: Quiet,
): Promise<void> {
  const { tables, sinks } = services;
  const found = seen.map(({ cluster, unseen }) => ({ cluster, groups: unseen }));
  const names = sinks.map(({ name }) => name);
  const { areAny } = await changeStanding(tables, unseenRows, (stored) => foldUnseen(stored, sweep, found, isGone, names));
  if (areAny) await notifyStanding(services, unseenKind, quiet);
}
