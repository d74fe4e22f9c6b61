import type { Change, Evidence } from '../../model/finding.ts';
import type { Candidate } from './candidate.ts';
import type { Case } from './case.ts';
import type { Judged } from './judge.ts';
import { isSameId } from './names.ts';
import { changedName, concerns, mayHaveBrought, newestFirst, recentChanges, whenOf } from './recent.ts';

const SHOWN = 10;

const evidenceOf = (change: Change, each: Case): Evidence => {
  const { resourceId, operation, property, before, after } = change;
  const values = before === undefined && after === undefined ? '' : `: ${before ?? 'nothing'} → ${after ?? 'nothing'}`;
  return { resourceId, setting: property ?? operation, value: `${whenOf(change, each)}${values}` };
};

/** Whether a resource itself was deleted: what happens to its parts is logged as a change of the whole too. */
function isDeletion({ operation, resourceId }: Change): boolean {
  const deleted = /\/(\w+)\/delete$/i.exec(operation)?.[1];
  return deleted !== undefined && deleted.toLowerCase() === resourceId.split('/').at(-2)?.toLowerCase();
}

/**
 * Finding 21: what else was changed just before, none of which belongs to another finding. All of it is one finding, so that a busy hour does not hide
 * what says more.
 */
export function recentChange(each: Case, others: readonly Judged[]): Candidate[] {
  const belongsTo = (change: Change, { finding: { resourceId }, named }: Judged) =>
    isSameId(change.resourceId, named?.resourceId) || (resourceId !== undefined && concerns(change, resourceId));
  const isTaken = (change: Change) => others.some((other) => belongsTo(change, other));
  const open = newestFirst(recentChanges(each, (change) => mayHaveBrought(change, each) && !isTaken(change)));
  const [newest] = open;
  if (newest === undefined) return [];
  const verb = isDeletion(newest) ? 'deleted' : 'changed';
  const names = new Set(open.map(({ resourceId }) => resourceId.toLowerCase()));
  const more =
    names.size > 1 ? `; ${names.size - 1} more ${names.size === 2 ? 'resource was' : 'resources were'} changed in that hour` : '';
  return [
    {
      code: 'RecentChange',
      sentence: `${newest.by ?? 'somebody'} ${verb} ${changedName(newest.resourceId)} ${whenOf(newest, each)}${more}`,
      resourceId: newest.resourceId,
      evidence: open.slice(0, SHOWN).map((change) => evidenceOf(change, each)),
      proof: 'none',
      facts: 'unknown',
      needs: [],
      isUnshared: true,
      change: newest,
    },
  ];
}
