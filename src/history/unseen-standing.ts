import type { ReasonCode } from '../model/reasons.ts';
import { type Found, foldStanding, type Standing } from './standing.ts';
import type { UnseenGroup } from './unseen.ts';

/** Nodes of a cluster that nobody has seen for long, for one reason, as people are notified of them: with the counts of the sweep in which it began. */
export interface Unseen extends Standing, Omit<UnseenGroup, 'since'> {
  cluster: string;
  reason: ReasonCode;
  /** Since when the first of the nodes has had no verdict. */
  unseenSince: string;
}

/** What one cluster comes to in a sweep. */
export interface ClusterUnseen {
  cluster: string;
  groups: readonly UnseenGroup[];
}

const subjectOf = (cluster: string, reason: ReasonCode) => `${cluster}|${reason}`;

/**
 * Decides which nodes begin to be unseen, and which are seen again, by cluster and reason. Pure.
 *
 * @param stored - by subject.
 * @param clusters - those that were judged in this sweep. Of others nothing is known: theirs stay as they are.
 * @param gone - clusters that are not watched any more.
 * @param sinks - names of those who are notified.
 * @returns those that change, as they become.
 */
export function foldUnseen(
  stored: ReadonlyMap<string, Unseen>,
  sweep: string,
  clusters: readonly ClusterUnseen[],
  gone: (cluster: string) => boolean,
  sinks: readonly string[],
): Unseen[] {
  const found = clusters.flatMap(({ cluster, groups }) =>
    groups.map(
      ({ since, ...group }): Found<Unseen> => ({ subject: subjectOf(cluster, group.reason), cluster, unseenSince: since, ...group }),
    ),
  );
  const judged = new Map(clusters.map(({ cluster, groups }) => [cluster, new Set(groups.map(({ reason }) => reason))]));
  const isOver = ({ cluster, reason }: Unseen) => gone(cluster) || judged.get(cluster)?.has(reason) === false;
  return foldStanding(stored, sweep, found, 'unseenSince', isOver, sinks);
}
