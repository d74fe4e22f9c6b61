import type { Finding } from '../../model/finding.ts';
import type { Candidate } from './candidate.ts';
import type { Case } from './case.ts';
import { isUnread } from './names.ts';
import { changeToName, concerns, mayHaveBrought } from './recent.ts';

/** A finding, and whether a change may have brought it. */
export interface Judged {
  finding: Finding;
  isChanged: boolean;
}

/** Whether all that the rule rests on was read, and says that the connection is impossible. */
export const isImpossible = ({ proof, needs }: Candidate): boolean => proof !== 'none' && !needs.some(isUnread);

/**
 * The rule of causes: the settings make the connection impossible; what the nodes saw agrees; no node behind the same things reaches its API server, which
 * must be known; the nodes connect by themselves and not through a proxy. All else is a suspicion, or nothing: what the nodes contradict, and what a
 * reachable neighbour shares unless it was changed just before. A change never makes a cause.
 */
export function judge(candidate: Candidate, each: Case): Judged | undefined {
  const { code, sentence, resourceId, evidence, facts, isUnshared } = candidate;
  const { neighbours, observation, now } = each;
  if (facts === 'contradicts') return undefined;
  const named = candidate.change ?? (resourceId === undefined ? undefined : changeToName(each, (change) => concerns(change, resourceId)));
  const isChanged = named !== undefined && mayHaveBrought(named, each);
  if (!isUnshared && !isChanged && (neighbours.reachable ?? 0) > 0) return undefined;
  const isCause = isImpossible(candidate) && facts === 'agrees' && neighbours.reachable === 0 && !observation.proxied;
  const finding: Finding = {
    code,
    kind: isCause ? 'cause' : 'suspicion',
    sentence,
    ...(resourceId !== undefined && { resourceId }),
    evidence,
    ...(named !== undefined && { changedAt: named.time }),
    ...(named?.by !== undefined && { changedBy: named.by }),
    foundAt: now.toISOString(),
  };
  return { finding, isChanged };
}

/** How much a finding says: a cause first, then a suspicion with a change. */
export const rankOf = ({ finding, isChanged }: Judged): number => (finding.kind === 'cause' ? 0 : isChanged ? 1 : 2);
