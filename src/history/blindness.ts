import type { Ledger } from '../model/ledger.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { isReasonCode, policyOf, type ReasonCode } from '../model/reasons.ts';

/** How many planned nodes of a cluster could not be asked in a sweep. */
export interface Sight {
  cluster: string;
  blind: boolean;
  unknown: number;
  planned: number;
  /** The reason that most of them have. */
  reason: ReasonCode;
}

const ACCUSED_ALONE_BELOW = 0.9;

/**
 * Tells from a cluster's ledger whether nobody can see it: so many of its planned nodes are `unknown`, not by access or our own doing. Pure.
 *
 * @param percent - of the planned nodes, at least.
 * @param least - nodes, at least.
 */
export function sightOf(cluster: string, ledger: Ledger, percent: number, least: number): Sight {
  const planned = ledger.known - ledger.notProbed;
  const unseen = Object.entries(ledger.unknownByReason ?? {}).flatMap(([reason, nodes]) =>
    isReasonCode(reason) ? [{ reason, nodes }] : [],
  );
  const counted = rankReasons(unseen.filter(({ reason }) => policyOf(reason).blinds === 'cluster'));
  const unknown = counted.reduce((total, { nodes }) => total + nodes, 0);
  const blind = unknown >= least && unknown * 100 >= planned * percent;
  return { cluster, blind, unknown, planned, reason: counted[0]?.reason ?? 'Undiagnosed' };
}

/**
 * Tells whether it is the prober that is blind: then nearly all clusters with planned nodes are, and none is to be accused. Pure.
 * With one cluster alone the two cannot be told apart, and the cluster is named.
 */
export function isProberBlind(sights: readonly Sight[]): boolean {
  const asked = sights.filter(({ planned }) => planned > 0);
  const blind = asked.filter((sight) => sight.blind).length;
  return blind >= 2 && blind >= asked.length * ACCUSED_ALONE_BELOW;
}
