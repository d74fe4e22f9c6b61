import type { NodeState } from '../model/node-state.ts';
import { isReasonCode, policyOf } from '../model/reasons.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * The verdict as it is once the same failure has come so often in a row that it does not pass by itself: under the reason that its own turns into. Pure.
 *
 * @param state - the state of the node before this verdict.
 * @param times - how many verdicts in a row, this one among them, make a failure a lasting one, unless its reason says how many.
 */
export function asLasting<V extends Verdict>(
  verdict: V,
  { latest, unknowns, failures }: Pick<NodeState, 'latest' | 'unknowns' | 'failures'>,
  times: number,
): V {
  const { lastsAs, lastsAfter = times } = policyOf(verdict.reason);
  if (!isReasonCode(lastsAs)) return verdict;
  const isRepeated = latest?.reason === verdict.reason || latest?.reason === lastsAs;
  const before = verdict.verdict === 'unknown' ? unknowns : failures;
  return isRepeated && before + 1 >= lastsAfter ? { ...verdict, reason: lastsAs } : verdict;
}
