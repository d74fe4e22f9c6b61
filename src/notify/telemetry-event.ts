import { type RemedyNames, remedyLine } from '../model/reasons/remedy.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { namesOf, remediesFor, type Subject } from '../model/remedies.ts';
import { parseClusterId } from '../model/resource-id.ts';
import type * as z from '../zod.ts';
import { type EventName, type eventSchemas, VALUE_LIMIT } from './event-schemas.ts';

/** An event that people are notified by; `event-schemas.ts` says what its fields mean. */
export interface TelemetryEvent {
  name: EventName;
  /** When it is sent, since alert windows look at when an event came. */
  time: string;
  properties: Record<string, string> & { eventId: string };
  measurements?: Record<string, number>;
}

export const secondsBetween = (start: string, end: string) => (Date.parse(end) - Date.parse(start)) / 1000;

/** What to check or do first about a reason, as one line; empty where nothing is known to help. */
export function firstRemedy(reason: ReasonCode, names: RemedyNames): string {
  const [first] = remediesFor(reason, names);
  return first === undefined ? '' : remedyLine(first);
}

/** What the catalogue says of a reason, in the fields that all events on it have; `subject` is the node if it is one. */
export function causeOf(cluster: string, reason: ReasonCode, subject: Omit<Subject, 'cluster'> = {}) {
  const { stage, sentence, links } = reasons[reason];
  const runbook = (links as readonly string[])[0] ?? '';
  return {
    cluster,
    subscriptionId: parseClusterId(cluster)?.subscriptionId ?? '',
    reason,
    stage,
    sentence,
    remedy: firstRemedy(reason, namesOf({ ...subject, cluster })),
    runbook,
  };
}

/** The properties of an event, as its schema has them. */
type PropertiesOf<N extends EventName> = z.input<(typeof eventSchemas)[N]['properties']>;

/** An event whose values are no longer than Application Insights takes them. */
export function eventOf<N extends EventName>(
  name: N,
  now: Date,
  properties: PropertiesOf<N>,
  measurements?: TelemetryEvent['measurements'],
): TelemetryEvent {
  const cut = Object.entries<string | undefined>(properties).map(([key, value]) => [key, value?.slice(0, VALUE_LIMIT)]);
  return { name, time: now.toISOString(), properties: { ...Object.fromEntries(cut), eventId: properties.eventId }, measurements };
}
