import type { z } from 'zod';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
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

/** What the catalogue says of a reason, in the fields that all events on it have. */
export function causeOf(cluster: string, reason: ReasonCode) {
  const { stage, sentence, remedies, links } = reasons[reason];
  const runbook = (links as readonly string[])[0] ?? '';
  return {
    cluster,
    subscriptionId: parseClusterId(cluster)?.subscriptionId ?? '',
    reason,
    stage,
    sentence,
    remedy: remedies[0] ?? '',
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
