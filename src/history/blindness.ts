import type { Change, Finding } from '../model/finding.ts';
import type { Ledger } from '../model/ledger.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { isReasonCode, policyOf, type ReasonCode } from '../model/reasons.ts';
import { resumeStanding, type Standing } from './standing.ts';

/** How many planned nodes of a cluster gave no verdict in a sweep, and whether that makes the cluster blind. */
export interface Visibility {
  cluster: string;
  blind: boolean;
  unknown: number;
  planned: number;
  /** The reason that most of them have. */
  reason: ReasonCode;
}

/** A cluster of which nothing can be said: since which sweep, and until which. */
export interface Blindness extends Standing {
  /** The counts and the reason of the sweep in which it began. */
  unknown: number;
  planned: number;
  reason: ReasonCode;
  /** The counts of the sweep in which it ended. */
  after?: { unknown: number; planned: number };
  /** What Azure's configuration says of it, and what had changed before; absent until it was searched. */
  findings?: readonly Finding[];
  changes?: readonly Change[];
  searchedAt?: string;
}

/**
 * Judges from a cluster's ledger whether it is blind: so many of its planned nodes are `unknown`, not by access or our own doing. Pure.
 *
 * @param least - of the planned nodes: percent of them, and how many.
 * @param known - whether the cluster has an outage of its own, so that it was seen, and how many of its nodes were unknown for so many probes in a
 *   row that they count as blind.
 */
export function visibilityOf(
  cluster: string,
  ledger: Ledger,
  least: { percent: number; nodes: number },
  known: { inOutage: boolean; blindNodes: number } = { inOutage: false, blindNodes: 0 },
): Visibility {
  const planned = ledger.known - ledger.notProbed;
  const unseen = Object.entries(ledger.unknownByReason).flatMap(([reason, nodes]) => (isReasonCode(reason) ? [{ reason, nodes }] : []));
  const counted = rankReasons(unseen.filter(({ reason }) => policyOf(reason).blinds === 'cluster'));
  const unknown = counted.reduce((total, { nodes }) => total + nodes, 0);
  const many = unknown >= least.nodes && unknown * 100 >= planned * least.percent;
  // Fewer nodes than a quorum, all of them unknown: that is believed once each of them counts as blind.
  const few = planned < least.nodes && unknown > 0 && unknown === planned && known.blindNodes >= planned;
  return { cluster, blind: (many || few) && !known.inOutage, unknown, planned, reason: counted[0]?.reason ?? 'Undiagnosed' };
}

/**
 * Decides which blindnesses begin, go on or end after a sweep. Pure.
 *
 * @param stored - by subject.
 * @param over - clusters that are not to be seen any more, so that they are not blind either.
 * @param sinks - names of those who are notified.
 * @returns those that change, as they become.
 */
export function foldBlindness(
  stored: ReadonlyMap<string, Blindness>,
  sweep: string,
  clusters: readonly Visibility[],
  over: ReadonlySet<string>,
  sinks: readonly string[],
): Blindness[] {
  return clusters.flatMap(({ cluster: subject, blind, ...counts }) => {
    const before = stored.get(subject);
    if (before !== undefined && before.sweep >= sweep) return [];
    if (blind && before === undefined) return [{ subject, since: sweep, delivered: {}, ...counts, sweep }];
    if (before === undefined) return [];
    if (blind && before.until !== undefined)
      return [
        {
          ...resumeStanding(before, sweep, sinks),
          after: undefined,
          findings: undefined,
          changes: undefined,
          searchedAt: undefined,
          ...counts,
          sweep,
        },
      ];
    const ends = !blind && before.until === undefined && (counts.planned > 0 || over.has(subject));
    return ends ? [{ ...before, until: sweep, after: { unknown: counts.unknown, planned: counts.planned }, sweep }] : [];
  });
}
