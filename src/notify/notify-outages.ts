import {
  markCovered,
  markDelivered,
  markMaintained,
  markTried,
  type NotificationContext,
  nextNotifications,
  wasTried,
} from '../history/next-notification.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { statusPageUrl } from '../settings.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import { changeOutages } from '../tables/change-outages.ts';
import { notePending } from '../tables/cluster-rows.ts';
import { acquireNotificationLease } from '../tables/notification-lease.ts';
import type { Tables } from '../tables/open-tables.ts';
import { type OutageRow, readOutages } from '../tables/outage-rows.ts';
import { deleteSummary, freezeSummary, readSummaries, type Summary } from '../tables/outbox-rows.ts';
import type { NotifyContext } from './notify-context.ts';
import { type DueOutage, type NotifiedCluster, type PendingNotification, planNotifications, toPending } from './plan-notifications.ts';
import { type Delivery, deliverEach } from './sink.ts';

const TRY_AGAIN_MS = 15_000;

type DueRow = DueOutage & { row: OutageRow };
type Pending = ReadonlyMap<string, readonly PendingNotification[]>;

const namesOf = ({ sinks }: NotifyContext) => sinks.map(({ name }) => name);

async function readDue(
  services: NotifyContext,
  cluster: string,
  context: NotificationContext,
  read?: readonly OutageRow[],
): Promise<DueRow[]> {
  const active = read ?? (await readOutages(services.tables, cluster, { which: 'active' }));
  return active.map((row) => ({ row, outage: row.outage, ...nextNotifications(row.outage, namesOf(services), context) }));
}

/** Marks outages that their cluster's outage covers, so that none of them is notified itself, and those that began in a maintenance. */
async function markSilent(tables: Tables, due: readonly DueRow[]): Promise<void> {
  const changes = due.flatMap(({ row, covers, maintains }) => {
    const marks = [...(covers ? [markCovered] : []), ...(maintains ? [markMaintained] : [])];
    return marks.length === 0 ? [] : [{ row, change: (outage: Outage) => marks.reduce((marked, mark) => mark(marked), outage) }];
  });
  if (changes.length === 0) return;
  await changeOutages(tables, changes);
  faultPoint('assess-cluster:children');
}

async function clearOutbox(tables: Tables, cluster: string, summaries: readonly Summary[]): Promise<void> {
  for (const summary of summaries) {
    await deleteSummary(tables, cluster, summary);
    faultPoint('assess-cluster:outbox-cleared');
  }
}

/** Marks in the outages what was accepted, for all sinks at once, and what may have been. */
async function markSent(
  { tables, now }: NotifyContext,
  due: readonly DueRow[],
  pending: Pending,
  deliveries: readonly Delivery[],
): Promise<void> {
  const at = now().toISOString();
  const accepted = deliveries.flatMap(({ sink, accepted: ids }) =>
    pending
      .get(sink)!
      .filter(({ event }) => ids.has(event.properties.eventId))
      .flatMap(({ marks }) => marks.map((mark) => ({ sink, ...mark }))),
  );
  const unsure = deliveries.filter(({ isUnsure }) => isUnsure === true);
  const unanswered = unsure.flatMap(({ sink, accepted: ids }) =>
    pending
      .get(sink)!
      .filter(({ event }) => !ids.has(event.properties.eventId))
      .flatMap(({ marks }) => marks.map((mark) => ({ sink, ...mark }))),
  );
  const byOutage = Map.groupBy(accepted, ({ outage }) => outageId(outage));
  const triedByOutage = Map.groupBy(unanswered, ({ outage }) => outageId(outage));
  const changes = due.flatMap(({ row }) => {
    const marks = byOutage.get(outageId(row.outage)) ?? [];
    const tried = (triedByOutage.get(outageId(row.outage)) ?? []).filter(
      ({ sink, what, episode }) => !wasTried(row.outage, sink, what, episode),
    );
    if (marks.length + tried.length === 0) return [];
    const change = (outage: Outage) =>
      tried.reduce(
        (marked, { sink, what, episode }) => markTried(marked, sink, what, episode),
        marks.reduce((marked, { sink, what, episode }) => markDelivered(marked, sink, what, episode, at), outage),
      );
    return [{ row, change }];
  });
  await changeOutages(tables, changes);
}

type Refused = Record<string, number>;

/** Freezes summaries, sends events, marks what was accepted, and clears the outbox of what all have. Returns how many events each sink did not accept. */
async function deliver(services: NotifyContext, subject: NotifiedCluster, due: readonly DueRow[]): Promise<Refused> {
  const { tables, sinks, settings, now } = services;
  const { cluster } = subject;
  const plan = planNotifications(subject, due, await readSummaries(tables, cluster), namesOf(services));
  await clearOutbox(tables, cluster, plan.done);
  for (const summary of plan.toFreeze) {
    await freezeSummary(tables, cluster, summary);
    faultPoint('assess-cluster:outbox');
  }
  const page = statusPageUrl(settings);
  const pending: Pending = new Map([...plan.bySink].map(([sink, own]) => [sink, toPending(own, cluster, page, now())]));
  if ([...pending.values()].every((own) => own.length === 0)) return {};
  const eventsOf = (sink: string) => pending.get(sink)!.map(({ event }) => event);
  const deliveries = await deliverEach(sinks, eventsOf, `outages of ${cluster}`);
  const left = deliveries.map(({ sink, accepted }) => [sink, pending.get(sink)!.length - accepted.size] as const);
  const refused = Object.fromEntries(left.filter(([, events]) => events > 0));
  const isAccepted = deliveries.some(({ accepted }) => accepted.size > 0);
  if (isAccepted) faultPoint('assess-cluster:notified');
  await markSent(services, due, pending, deliveries);
  if (!isAccepted) return refused;
  faultPoint('assess-cluster:marked');
  const awaited = new Set<string>();
  const sent = new Map<string, Summary>();
  for (const { sink, accepted } of deliveries)
    for (const summary of plan.bySink.get(sink)!.summaries) {
      sent.set(summary.eventId, summary);
      if (!accepted.has(summary.eventId)) awaited.add(summary.eventId);
    }
  await clearOutbox(
    tables,
    cluster,
    [...sent.values()].filter(({ eventId }) => !awaited.has(eventId)),
  );
  return refused;
}

/** Notes what waits, where that is another number than was noted. */
async function noteRefused({ tables }: NotifyContext, { cluster, pending = {} }: NotifiedCluster, refused: Refused): Promise<void> {
  const names = Object.keys(refused);
  const isSame = names.length === Object.keys(pending).length && names.every((name) => pending[name] === refused[name]);
  if (!isSame) await notePending(tables, cluster, names.length === 0 ? undefined : refused);
}

/**
 * Sends each sink what the tables hold and it has not accepted yet: sent first, marked when accepted, so that a crash in between repeats it under the
 * same id, and a sink that refuses gets it again while the others do not.
 *
 * @param active - the cluster's outages that are not archived, where they have just been read.
 * @returns when to assess the cluster again, for a notification that is held back, not accepted, or under way elsewhere.
 */
export async function notifyOutages(
  services: NotifyContext,
  subject: NotifiedCluster,
  context: NotificationContext,
  active?: readonly OutageRow[],
): Promise<Date | undefined> {
  const { cluster } = subject;
  const { now } = context;
  const seen = await readDue(services, cluster, context, active);
  const again = seen.flatMap(({ heldUntil }) => heldUntil ?? []);
  if (seen.some(({ bySink, endsAgain, covers, maintains }) => bySink.size + endsAgain.size > 0 || covers || maintains)) {
    const lease = await acquireNotificationLease(services.tables, cluster, now);
    if (lease instanceof Date) again.push(lease);
    else {
      // Read again: what another assessment has sent meanwhile is marked by now.
      const due = await readDue(services, cluster, context);
      await markSilent(services.tables, due);
      // One that is covered since may be in a summary that was frozen before: then it is marked with it.
      const refused = await deliver(services, subject, due);
      // At a mark, so that all assessments that find the sink refusing are followed by one.
      if (Object.keys(refused).length > 0) again.push(new Date(Math.ceil((now.getTime() + TRY_AGAIN_MS) / TRY_AGAIN_MS) * TRY_AGAIN_MS));
      await noteRefused(services, subject, refused);
      await lease.release();
    }
  } else await noteRefused(services, subject, {});
  return again.sort((a, b) => a.getTime() - b.getTime())[0];
}
