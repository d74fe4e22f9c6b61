import type { Evidence } from '../../model/finding.ts';
import type { Read, Unread } from './configuration.ts';

/** Whether two ids are of one resource: Azure writes the same id in different letter cases. */
export const isSameId = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();

/** Whether an id is that of a child of a resource, such as a route of a route table. What only hangs on it, such as a lock, is none. */
export function isChildOf(child: string, parent: string): boolean {
  const [inner, outer] = [child.toLowerCase(), parent.toLowerCase()];
  return inner.startsWith(`${outer}/`) && outer.includes('/providers/') && !inner.slice(outer.length).includes('/providers/');
}

/** The name of a resource, as people call it: the last part of its id, with the part before where the last one is no name. */
export function nameOf(id: string): string {
  const parts = id.split('/').filter((part) => part !== '');
  const last = parts.at(-1) ?? id;
  const types = parts.slice(parts.lastIndexOf('providers') + 2);
  const isCollection = parts.includes('providers') && types.length % 2 === 1;
  return (isCollection || last === 'current') && parts.length > 1 ? `${parts.at(-2)}/${last}` : last;
}

/** What a text says, as a word to compare. */
export const wordOf = (text: string | undefined): string => (text ?? '').trim().toLowerCase();

/** The value of a setting that was read. */
export const settingOf = <T>(read: Read<T> | undefined): T | undefined => (read?.status === 'read' ? read.value : undefined);

/** Whether a setting was needed and not read. */
export const isUnread = (read: Read<unknown> | undefined): read is Unread => read?.status === 'unread';

/** A setting as it was read. */
export const evidenceOf = (resourceId: string, setting: string, value: string | readonly string[]): Evidence => ({
  resourceId,
  setting,
  value: typeof value === 'string' ? value : value.join(', '),
});

/** A time as people read it in a sentence. */
export const clockOf = (time: string): string => {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : `${at.toISOString().slice(11, 16)} UTC`;
};
