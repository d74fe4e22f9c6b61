import type { ReasonCode } from '../model/reasons.ts';
import type { Counted, Degradation, DegradationState } from './degradation.ts';
import { MOST_NAMES, type NotServedGroup } from './not-served.ts';
import { type Found, foldStanding, type Standing } from './standing.ts';

/** A degraded cluster, which is the subject, as people are notified of it: with the counts of the sweep in which that began. */
export interface Degraded extends Standing, Omit<Degradation, 'since'> {
  reason: ReasonCode;
  /** Since when so many of its nodes are not served. */
  degradedSince: string;
  /** Names of up to 20 of these nodes. */
  names: string[];
  /** The counts of the sweep in which it ended; absent where the cluster is not watched for it any more. */
  after?: Counted;
}

/** What one cluster comes to in a sweep. */
export interface ClusterDegradation {
  cluster: string;
  degradation: DegradationState;
  notServed: readonly NotServedGroup[];
  /** Whether the cluster has an outage of its own. */
  inOutage: boolean;
}

/**
 * Decides which clusters begin to be degraded, and which are served again. Pure. While a cluster has an outage of its own, which says more, none begins,
 * nor of one that is about to end, as where nobody could see the cluster before.
 *
 * @param stored - by cluster.
 * @param clusters - those that were judged in this sweep. Of others nothing is known: theirs stay as they are.
 * @param gone - clusters that are not watched any more.
 * @param sinks - names of those who are notified.
 * @returns those that change, as they become.
 */
export function foldDegraded(
  stored: ReadonlyMap<string, Degraded>,
  sweep: string,
  clusters: readonly ClusterDegradation[],
  gone: (cluster: string) => boolean,
  sinks: readonly string[],
): Degraded[] {
  const found = clusters.flatMap(({ cluster, degradation: { degraded, below }, notServed, inOutage }): Found<Degraded>[] => {
    if (degraded === undefined || below !== undefined || inOutage) return [];
    const { since: degradedSince, ...counts } = degraded;
    const names = notServed.flatMap((group) => group.names).slice(0, MOST_NAMES);
    return [{ subject: cluster, degradedSince, ...counts, names, after: undefined }];
  });
  const states = new Map(clusters.map(({ cluster, degradation }) => [cluster, degradation]));
  const isServed = (cluster: string) => states.has(cluster) && states.get(cluster)?.degraded === undefined;
  const changed = foldStanding(stored, sweep, found, 'degradedSince', ({ subject }) => gone(subject) || isServed(subject), sinks);
  return changed.map((each) => (each.until === undefined ? each : { ...each, after: states.get(each.subject)?.after }));
}
