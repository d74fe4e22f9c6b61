import { conclusiveOf, expectedOf, type Ledger, reasonWithout } from '../model/ledger.ts';
import { rankReasons } from '../model/rank-reasons.ts';
import { isReasonCode, policyOf, type ReasonCode, reasons } from '../model/reasons.ts';
import type { Unsighted } from './incidents.ts';

/** With verdicts of fewer than so many of the nodes that should have one, nothing can be said of the fleet. */
const LEAST_SEEN = 0.1;

/** What a sweep was to see, and what it saw. */
export interface Sighting {
  /** Subscriptions in scope; `gap` says why one could not be listed. */
  subscriptions: readonly { gap?: string }[];
  /** The ledgers of the clusters, by cluster, and the sum of them. */
  ledgers: ReadonlyMap<string, Ledger>;
  /** Clusters that are blind. */
  blind: ReadonlySet<string>;
  total: Ledger;
}

/** What a sweep in a row saw too little; the first of them names it. */
export interface PendingSight {
  sweep: string;
  since: string;
}

/** Whether nodes with this reason were asked and sent nothing back: Azure takes the commands, so that the prober is not to blame. */
export function isSilent(reason: ReasonCode): boolean {
  return reasons[reason].stage === 'agent' && policyOf(reason).asked;
}

/** Why a fleet without a single known node has none. */
function whyEmpty(subscriptions: Sighting['subscriptions']): ReasonCode {
  const gaps = subscriptions.flatMap(({ gap }) => (isReasonCode(gap) ? [{ reason: gap }] : []));
  // An identity without a right anywhere sees no subscription at all.
  if (subscriptions.length === 0) return 'AccessDenied';
  return gaps.length === subscriptions.length ? rankReasons(gaps)[0]!.reason : 'NothingToWatch';
}

/** Why nothing, or next to nothing, of the fleet was seen in a sweep; undefined where enough was, or nothing is expected to be. Pure. */
export function whyUnsighted({ subscriptions, total }: Pick<Sighting, 'subscriptions' | 'total'>): ReasonCode | undefined {
  const watched = total.known - (total.byReason.Excluded ?? 0);
  if (watched <= 0) return whyEmpty(subscriptions);
  const expected = expectedOf(total);
  // Everything is stopped, for example.
  if (expected <= 0 || conclusiveOf(total) >= expected * LEAST_SEEN) return undefined;
  return reasonWithout(total) ?? 'Undiagnosed';
}

/**
 * Judges whether anybody sees the fleet. Nodes that are silent everywhere are believed at once: each of them was asked. All else, such as a sign-in that
 * failed, or a right that is missing, must last for two sweeps in a row. Pure.
 *
 * @param pending - what the sweep before had found.
 * @returns what is to be remembered for the next sweep, and what is believed now.
 */
export function judgeSight(
  sighting: Sighting,
  sweep: string,
  pending: PendingSight | undefined,
): { pending?: PendingSight; unsighted?: Unsighted } {
  const reason = whyUnsighted(sighting);
  if (reason === undefined) return {};
  // A sweep that is judged once more is not a second one.
  const next = pending ?? { sweep, since: sweep };
  const isBelieved = isSilent(reason) || sweep > next.sweep;
  const isUnseen = ([cluster, ledger]: [string, Ledger]) =>
    expectedOf(ledger) > 0 && (conclusiveOf(ledger) === 0 || sighting.blind.has(cluster));
  const clusters = [...sighting.ledgers].filter(isUnseen).map(([cluster]) => cluster);
  const planned = Math.max(0, expectedOf(sighting.total));
  const nodes = Math.max(0, planned - conclusiveOf(sighting.total));
  return { pending: next, ...(isBelieved && { unsighted: { reason, since: next.since, nodes, planned, clusters } }) };
}
