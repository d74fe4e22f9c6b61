import type { Unread } from '../evaluate/configuration.ts';
import type { SettingsReader } from '../read/read-settings.ts';
import type { DetectedChange, LoggedOperation } from './join-changes.ts';
import { readActivity } from './read-activity.ts';
import { readDetected } from './read-detected.ts';

/** A change this long before an outage may have to do with it. */
const LOOK_BACK_MS = 3_600_000;
const MOST_SUBSCRIPTIONS = 3;

/** What both change logs say since an hour before an outage, and what could not be read. */
export interface ChangeLogs {
  logged: LoggedOperation[];
  detected: DetectedChange[];
  unread: Unread[];
  /** How many logs there were to read. */
  reads: number;
}

/** The subscription of a resource; empty where its id is none. */
const subscriptionOf = (id: string) => /^\/subscriptions\/([0-9a-f-]{36})\//i.exec(id)?.[1]?.toLowerCase() ?? '';

/**
 * Reads what has changed since an hour before an outage: clusters in the subscription of the cluster, networks also in those that its network leads to.
 *
 * @param networks - ids of resources on the way, in the order in which their subscriptions matter.
 */
export async function readChangeLogs(
  reader: SettingsReader,
  cluster: string,
  networks: readonly string[],
  start: string,
  now: Date,
): Promise<ChangeLogs> {
  const from = new Date(Date.parse(start) - LOOK_BACK_MS);
  const subscriptions = [...new Set([cluster, ...networks].map(subscriptionOf))].filter((id) => id !== '').slice(0, MOST_SUBSCRIPTIONS);
  const [logs, graph] = await Promise.all([
    Promise.all([
      readActivity(reader, subscriptionOf(cluster), 'Microsoft.ContainerService', from, now),
      ...subscriptions.map((id) => readActivity(reader, id, 'Microsoft.Network', from, now)),
    ]),
    readDetected(reader, subscriptions, from, now),
  ]);
  const isSince = ({ time }: { time: string }) => Date.parse(time) >= from.getTime();
  return {
    logged: logs.flatMap(({ entries }) => entries).filter(isSince),
    detected: graph.entries.filter(isSince),
    unread: [...logs, graph].flatMap(({ unread }) => unread ?? []),
    reads: logs.length + 1,
  };
}
