import { AKS_ITSELF, type Change } from '../../model/finding.ts';
import type { Case } from './case.ts';
import { isChildOf, isSameId, nameOf } from './names.ts';

const BEFORE_MS = 3_600_000;
/** How much later than it was made a change may be dated: the logs of changes date some by when they were noticed. */
const LATE_MS = 300_000;

/** How long before the start a change was, in milliseconds; negative after it. */
const leadOf = (change: Change, { start }: Case) => Date.parse(start) - Date.parse(change.time);

const isOfTags = ({ property }: Change) => /^tags\b/i.test(property ?? '');

/** Whether a change may have brought the outage: within the hour before it, by somebody else than AKS, and not of tags, which nothing on the way reads. */
export function mayHaveBrought(change: Change, each: Case): boolean {
  const lead = leadOf(change, each);
  return change.by !== AKS_ITSELF && !isOfTags(change) && lead <= BEFORE_MS && lead >= -LATE_MS;
}

/** Whether a change is one of a resource, or of a child or parent of it. */
export const concerns = (change: Change, id: string): boolean =>
  isSameId(change.resourceId, id) || isChildOf(change.resourceId, id) || isChildOf(id, change.resourceId);

const textOf = ({ time, resourceId, operation, property, before, after, by }: Change) =>
  JSON.stringify([time, resourceId, operation, property, before, after, by]);

/** Newest first, the same in whatever order they come. */
export const newestFirst = (changes: readonly Change[]): Change[] =>
  changes.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time) || (textOf(a) < textOf(b) ? -1 : 1));

/** The newest of some changes. */
export const newestOf = (changes: readonly Change[]): Change | undefined => newestFirst(changes)[0];

/** The changes of the hour before the outage and since that fulfil a condition. */
export const recentChanges = (each: Case, isMeant: (change: Change) => boolean): Change[] =>
  each.changes.filter((change) => leadOf(change, each) <= BEFORE_MS && isMeant(change));

/** The change to name: the newest that may have brought the outage; else, the newest that somebody made; else, the newest. */
export function changeToName(each: Case, isMeant: (change: Change) => boolean): Change | undefined {
  const meant = recentChanges(each, isMeant);
  return (
    newestOf(meant.filter((change) => mayHaveBrought(change, each))) ??
    newestOf(meant.filter(({ by }) => by !== AKS_ITSELF)) ??
    newestOf(meant)
  );
}

/** The change to name of something that rests on several resources. */
export const changeOfAny = (each: Case, ids: readonly (string | undefined)[]): Change | undefined =>
  changeToName(each, (change) => ids.some((id) => id !== undefined && concerns(change, id)));

/** When a change was, as seen from the outage: `4 minutes before the outage`. */
export function whenOf(change: Change, each: Case): string {
  const minutes = Math.round(leadOf(change, each) / 60_000);
  const count = Math.abs(minutes);
  const span = `${count} ${count === 1 ? 'minute' : 'minutes'}`;
  return count === 0 ? 'as the outage began' : minutes > 0 ? `${span} before the outage` : `${span} after the outage began`;
}

/** The children of resources have their parent's name too: `rt-spoke/routes/def`. */
export function changedName(id: string): string {
  const parts = id.split('/').filter((part) => part !== '');
  const own = parts.slice(parts.lastIndexOf('providers') + 2);
  return parts.includes('providers') && own.length > 2 ? own.slice(1).join('/') : nameOf(id);
}
