import { createHash } from 'node:crypto';
import { marksOf, type NextNotifications, type What } from '../history/next-notification.ts';
import { asOfEnd, type Outage, outageId } from '../history/outage.ts';
import type { Summary } from '../tables/outbox-rows.ts';
import { eventIdOf, outageEvent, summaryEvent } from './outage-events.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

/** Past so many events of nodes for a sink in one assessment, there is one summary for each kind. */
const MOST_EVENTS = 20;

/** A cluster, and what its failing nodes share. */
export interface NotifiedCluster extends Pick<Summary, 'commonFactors'> {
  cluster: string;
  /** Notifications that waited for a sink, by its name, as it was noted last. */
  pending?: Record<string, number>;
}

/** An outage with what is to be sent of it. */
export interface DueOutage extends NextNotifications {
  outage: Outage;
}

/** An event that is to be sent, and what its acceptance means for which outages. */
export interface PendingNotification {
  event: TelemetryEvent;
  marks: { outage: Pick<Outage, 'cluster' | 'node' | 'start'>; what: What; episode: number }[];
}

/** What is to be sent to each sink. */
interface SinkPlan {
  summaries: Summary[];
  single: { outage: Outage; what: What }[];
}

export interface NotificationPlan {
  bySink: ReadonlyMap<string, SinkPlan>;
  /** Summaries that are to be frozen before they are sent, or frozen for further sinks. */
  toFreeze: Summary[];
  /** Summaries of the outbox whose members were all marked, by a process that died then. */
  done: Summary[];
}

/** Whether a sink is still to have a summary: some of its members are not marked. */
function isPending({ sinks, what, members }: Summary, sink: string, outages: ReadonlyMap<string, Outage>, cluster: string): boolean {
  const isUnmarked = (each: Summary['members'][number]) => {
    const outage = outages.get(outageId({ ...each, cluster }));
    return outage !== undefined && marksOf(outage, sink)[what] < each.episode;
  };
  return sinks.includes(sink) && members.some(isUnmarked);
}

/** One summary of many nodes, with an id made of what it stands for. */
function summarize({ cluster, commonFactors }: NotifiedCluster, what: What, outages: readonly Outage[], sink: string): Summary {
  const members = outages.map(({ node, start, end, reason, episode }) => ({ node: node!, start, end, reason, episode }));
  const ids = outages.map((outage) => eventIdOf(outage, what, outage.episode)).sort();
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 16);
  return { eventId: `${cluster}|summary|${hash}/${what}`, what, members, commonFactors, sinks: [sink] };
}

/**
 * Decides what each sink is sent: what was frozen before, and of the rest one event each, or past 20 of nodes one summary of each kind. Pure.
 *
 * @param due - all outages of the cluster that are not archived.
 * @param outbox - summaries that were frozen.
 * @param sinks - names of those that are configured.
 */
export function planNotifications(
  subject: NotifiedCluster,
  due: readonly DueOutage[],
  outbox: readonly Summary[],
  sinks: readonly string[],
): NotificationPlan {
  const { cluster } = subject;
  const outages = new Map(due.map(({ outage }) => [outageId(outage), outage]));
  const known = new Map(outbox.map((summary) => [summary.eventId, summary]));
  const frozen = new Map<string, Summary>();
  const freeze = (summary: Summary): Summary => {
    const before = frozen.get(summary.eventId) ?? known.get(summary.eventId);
    const frozenNow = before === undefined ? summary : { ...before, sinks: [...new Set([...before.sinks, ...summary.sinks])] };
    frozen.set(summary.eventId, frozenNow);
    return frozenNow;
  };
  const planFor = (sink: string): SinkPlan => {
    const summaries = outbox.filter((summary) => isPending(summary, sink, outages, cluster));
    const key = (outage: Pick<Outage, 'cluster' | 'node' | 'start'>, what: What, episode: number) =>
      `${outageId(outage)}/${what}/${episode}`;
    const inSummary = new Set(
      summaries.flatMap(({ what, members }) => members.map((each) => key({ ...each, cluster }, what, each.episode))),
    );
    const open = due.flatMap(({ outage, bySink }) => (bySink.get(sink) ?? []).map((what) => ({ outage, what })));
    const left = open.filter(({ outage, what }) => !inSummary.has(key(outage, what, outage.episode)));
    const again = due.flatMap(({ outage, endsAgain }) => {
      const episode = endsAgain.get(sink);
      return episode === undefined ? [] : [{ outage: asOfEnd(outage, episode), what: 'ended' as const }];
    });
    const ofNodes = left.filter(({ outage }) => outage.node !== undefined);
    const summed = ofNodes.length > MOST_EVENTS ? ofNodes : [];
    for (const [what, group] of Map.groupBy(summed, (each) => each.what)) {
      const members = group.map(({ outage }) => outage);
      summaries.push(freeze(summarize(subject, what, members, sink)));
    }
    return { summaries, single: [...again, ...left.filter((each) => !summed.includes(each))] };
  };
  const bySink = new Map(sinks.map((sink) => [sink, planFor(sink)]));
  const isAwaited = (summary: Summary) => frozen.has(summary.eventId) || sinks.some((sink) => isPending(summary, sink, outages, cluster));
  return { bySink, toFreeze: [...frozen.values()], done: outbox.filter((summary) => !isAwaited(summary)) };
}

/** Writes the events of what a sink is sent; summaries come first. */
export function toPending({ summaries, single }: SinkPlan, cluster: string, pageUrl: string | undefined, now: Date): PendingNotification[] {
  return [
    ...summaries.map(({ eventId, what, members, commonFactors }): PendingNotification => {
      const outages = members.map((each) => ({ ...each, cluster }));
      const event = summaryEvent(eventId, outages, what, commonFactors, pageUrl, now);
      return { event, marks: outages.map((outage) => ({ outage, what, episode: outage.episode })) };
    }),
    ...single.map(({ outage, what }): PendingNotification => {
      return { event: outageEvent(outage, what, pageUrl, now), marks: [{ outage, what, episode: outage.episode }] };
    }),
  ];
}
