import { compareResources, type ResourceChange } from './compare-resources.ts';
import { type ActivityEvent, describeActivity } from './describe-activity.ts';
import { describeChange } from './describe-change.ts';
import type { Resources } from './resource.ts';

/** Who made a change: a person by name, or an application by its object id. */
export type Author = { name: string; type: 'User' | 'Application'; client: string };

/** Changes of resources that were made by the same author at once. */
export type Revision = { at: Date; author: Author; correlationId: string; change: ResourceChange };

/** What Azure remembers of changes: they show some time after they were made. */
export type ChangeLog = {
  record(before: Resources, after: Resources, authorOf: (change: ResourceChange) => Author): void;
  /** Events of the activity log of a subscription, newest first. */
  activity(subscriptionId: string): ActivityEvent[];
  /** Rows of the Resource Graph table `resourcechanges`. */
  changes(): ReturnType<typeof describeChange>;
};

const mostKept = 2000;

/**
 * Makes an empty log.
 *
 * @param lagMs - how long a change takes to show.
 */
export function keepChangeLog(lagMs: number, now: () => Date): ChangeLog {
  const revisions: Revision[] = [];
  const visible = () => revisions.filter(({ at }) => at.getTime() + lagMs <= now().getTime());
  return {
    record(before, after, authorOf) {
      const at = now();
      const correlationId = crypto.randomUUID();
      const changes = compareResources(before, after);
      revisions.push(...changes.map((change) => ({ at, author: authorOf(change), correlationId, change })));
      revisions.splice(0, Math.max(0, revisions.length - mostKept));
    },
    activity: (subscriptionId) =>
      visible()
        .reverse()
        .flatMap((revision) => describeActivity(revision, lagMs))
        .filter((event) => event.subscriptionId === subscriptionId)
        .sort((one, other) => Date.parse(other.eventTimestamp) - Date.parse(one.eventTimestamp)),
    changes: () => visible().flatMap(describeChange),
  };
}
