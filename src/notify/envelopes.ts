import type { TelemetryEvent } from './telemetry-event.ts';

const DAY_MS = 86_400_000;

/** One availability result: the state of a cluster after a sweep, on which alerts rest. */
export interface Availability {
  id: string;
  name: string;
  time: string;
  success: boolean;
  durationMs: number;
  message: string;
  properties: Record<string, string>;
}

/** What is sent, in the shape that the endpoint takes. */
export interface Envelope {
  ver: 1;
  name: string;
  time: string;
  sampleRate: 100;
  iKey: string;
  tags: Record<string, string>;
  data: {
    baseType: string;
    baseData: { properties: Record<string, string>; measurements: Record<string, number> } & Record<string, unknown>;
  };
}

function envelope(
  kind: 'Event' | 'Availability',
  time: string,
  iKey: string,
  operation: string,
  baseData: Envelope['data']['baseData'],
): Envelope {
  return {
    ver: 1,
    name: `Microsoft.ApplicationInsights.${kind}`,
    time,
    sampleRate: 100,
    iKey,
    tags: { 'ai.cloud.role': 'aks-fleet-prober', 'ai.operation.id': operation },
    data: { baseType: `${kind}Data`, baseData: { ver: 2, ...baseData } },
  };
}

/** Longer than every id. */
const SHORT = 512;
const shortText = (text: string) => text.slice(0, SHORT).toWellFormed();

/**
 * The same envelope with short texts and real numbers, for an endpoint that refuses it as it is: an event that says less is worth more than none.
 */
export function shortened(envelope: Envelope): Envelope {
  const { properties, measurements, ...rest } = envelope.data.baseData;
  const texts = (all: object) =>
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, typeof value === 'string' ? shortText(value) : value]));
  const numbers = Object.entries(measurements).filter(([, value]) => Number.isFinite(value));
  const baseData = { ...texts(rest), properties: texts(properties), measurements: Object.fromEntries(numbers) };
  return { ...envelope, data: { ...envelope.data, baseData } };
}

/** The envelope of an event. */
export function eventEnvelope({ name, time, properties, measurements }: TelemetryEvent, iKey: string): Envelope {
  return envelope('Event', time, iKey, properties.eventId, { name, properties, measurements: measurements ?? {} });
}

/** A span of time as .NET writes it: `d.hh:mm:ss.fff`, without the days where there are none. */
export function toTimeSpan(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY_MS);
  const time = new Date(milliseconds - days * DAY_MS).toISOString().slice(11, 23);
  return days > 0 ? `${days}.${time}` : time;
}

/** The envelope of an availability result. */
export function availabilityEnvelope({ time, durationMs, ...result }: Availability, iKey: string): Envelope {
  const more = { duration: toTimeSpan(durationMs), runLocation: 'aks-fleet-prober', measurements: {} };
  return envelope('Availability', time, iKey, result.id, { ...result, ...more });
}
