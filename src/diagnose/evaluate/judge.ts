import type { Change, Finding } from '../../model/finding.ts';
import type { Candidate } from './candidate.ts';
import type { Case } from './case.ts';
import { isUnread } from './names.ts';
import { changeToName, concerns, mayHaveBrought } from './recent.ts';

/** A finding, the change that it names, and whether that may have brought it. */
export interface Judged {
  finding: Finding;
  named?: Change;
  isChanged: boolean;
}

/** Whether all that the rule rests on was read, and says that the connection is impossible. */
export const isImpossible = ({ proof, needs }: Candidate): boolean => proof !== 'none' && !needs.some(isUnread);

/**
 * The rule of causes: the settings make the connection impossible; what the nodes saw agrees; no node behind the same things reaches its API server, which
 * must be known; the nodes connect by themselves and not through a proxy. Nodes that gave no verdict saw nothing, and may be silent for another reason than
 * settings that have long been so: there, a change must also have brought the settings. A change alone never makes a cause. All else is a suspicion, or
 * nothing: what the nodes contradict, and what a reachable neighbour shares unless it was changed just before.
 */
export function judge(candidate: Candidate, each: Case): Judged | undefined {
  const { code, sentence, resourceId, evidence, facts, isUnshared } = candidate;
  const { neighbours, observation, now } = each;
  if (facts === 'contradicts') return undefined;
  const named = candidate.change ?? (resourceId === undefined ? undefined : changeToName(each, (change) => concerns(change, resourceId)));
  const isChanged = named !== undefined && mayHaveBrought(named, each);
  if (!isUnshared && !isChanged && (neighbours.reachable ?? 0) > 0) return undefined;
  const isSeen = facts === 'agrees' && (!observation.blind || isChanged);
  const isCause = isImpossible(candidate) && isSeen && neighbours.reachable === 0 && !observation.proxied;
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
  return { finding, named, isChanged };
}

/** How much a finding says: a cause first, then a suspicion with a change. */
export const rankOf = ({ finding, isChanged }: Judged): number => (finding.kind === 'cause' ? 0 : isChanged ? 1 : 2);
