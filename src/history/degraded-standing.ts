import type { ReasonCode } from '../model/reasons.ts';
import type { Degradation } from './degradation.ts';
import type { NotServedGroup } from './not-served.ts';
import { type Found, foldStanding, type Standing } from './standing.ts';

const MOST_NAMES = 20;

/** A degraded cluster, which is the subject, as people are notified of it: with the counts of the sweep in which that began. */
export interface Degraded extends Standing, Omit<Degradation, 'since'> {
  reason: ReasonCode;
  /** Since when so many of its nodes are not served. */
  degradedSince: string;
  /** Names of up to 20 of these nodes. */
  names: string[];
}

/** What one cluster comes to in a sweep. */
export interface ClusterDegradation {
  cluster: string;
  degraded: Degradation | undefined;
  notServed: readonly NotServedGroup[];
  /** Whether the cluster has an outage of its own. */
  inOutage: boolean;
}

/**
 * Decides which clusters begin to be degraded, and which are served again. Pure. While a cluster has an outage of its own, which says more, none begins.
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
  const found = clusters.flatMap(({ cluster, degraded, notServed, inOutage }): Found<Degraded>[] => {
    if (degraded === undefined || inOutage) return [];
    const { since: degradedSince, ...counts } = degraded;
    return [{ subject: cluster, degradedSince, ...counts, names: notServed.flatMap(({ names }) => names).slice(0, MOST_NAMES) }];
  });
  const served = new Set(clusters.filter(({ degraded }) => degraded === undefined).map(({ cluster }) => cluster));
  return foldStanding(stored, sweep, found, ({ subject }) => gone(subject) || served.has(subject), sinks);
}
