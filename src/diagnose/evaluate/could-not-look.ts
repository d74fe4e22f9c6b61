import type { Finding } from '../../model/finding.ts';
import type { Case } from './case.ts';
import type { Read, Unread } from './configuration.ts';
import { isUnread, nameOf } from './names.ts';

const NAMED = 5;

const saying = {
  denied: (action: string) => `the role lacks ${action}`,
  unseen: (action: string) => `nothing that the role can see holds it (${action})`,
  throttled: () => 'Azure throttled reading it',
  budget: () => 'the search had asked for as much as it may',
  cut: () => 'it is longer than what was read of it',
  failed: () => 'reading it failed',
};

/** All that was needed and not read, each thing once. */
export function unreadIn({ configuration, unread: others = [] }: Pick<Case, 'configuration' | 'unread'>): Unread[] {
  const { publicAddresses, zone, ...pieces } = configuration;
  const reads: (Read<unknown> | undefined)[] = [...Object.values(pieces), zone?.links, zone?.record, ...publicAddresses.values()];
  const unread = [...reads.filter(isUnread), ...others];
  const groups = [...Map.groupBy(unread, ({ resourceId, action }) => `${resourceId} ${action}`.toLowerCase())];
  return groups.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, [first]]) => first!);
}

/** Finding 24: what was not read, and which right is missing. */
export function couldNotLook(each: Case): Finding[] {
  const unread = unreadIn(each);
  if (unread.length === 0) return [];
  const named = unread.slice(0, NAMED).map(({ resourceId, why, action }) => `${nameOf(resourceId)}: ${saying[why](action)}`);
  const more = unread.length > NAMED ? [`and ${unread.length - NAMED} more`] : [];
  return [
    {
      code: 'CouldNotLook',
      kind: 'couldNotLook',
      sentence: `could not look: ${[...named, ...more].join('; ')}`,
      ...(unread.length === 1 && { resourceId: unread[0]!.resourceId }),
      evidence: unread.map(({ resourceId, why, action }) => ({ resourceId, setting: action, value: why })),
      foundAt: each.now.toISOString(),
    },
  ];
}
