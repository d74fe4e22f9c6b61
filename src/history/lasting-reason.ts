import type { NodeState } from '../model/node-state.ts';
import { isReasonCode, policyOf } from '../model/reasons.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * The verdict as it is once the same failure has come so often in a row that it does not pass by itself: under the reason that its own turns into. Pure.
 *
 * @param state - the state of the node before this verdict.
 * @param times - how many verdicts in a row, this one among them, make a failure a lasting one.
 */
export function asLasting<V extends Verdict>(verdict: V, { latest, unknowns }: Pick<NodeState, 'latest' | 'unknowns'>, times: number): V {
  const { lastsAs } = policyOf(verdict.reason);
  if (!isReasonCode(lastsAs)) return verdict;
  const isRepeated = latest?.reason === verdict.reason || latest?.reason === lastsAs;
  return isRepeated && unknowns + 1 >= times ? { ...verdict, reason: lastsAs } : verdict;
}
