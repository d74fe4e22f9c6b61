import type { TelemetryEvent } from '../telemetry-event.ts';

/** CloudEvents asks everyone on the way to pass on 64 KiB, and nobody to pass on more. */
const MOST_BYTES = 60 * 1024;
const SHORT = 512;

/** What an event is about: a node of a cluster, a cluster, an incident, or the prober itself. */
function subjectOf({ cluster, node, incident }: Readonly<Record<string, string>>): string {
  if (cluster !== undefined && cluster !== '') return node === undefined || node === '' ? cluster : `${cluster}/${node}`;
  return incident !== undefined && incident !== '' ? incident : 'prober';
}

/**
 * Writes an event as a CloudEvent 1.0 in JSON. One that would be too large has its long texts cut.
 *
 * @param source - who tells of it: the address of the status page.
 */
export function cloudEventOf({ name, time, properties, measurements = {} }: TelemetryEvent, source: string): string {
  const write = (texts: Readonly<Record<string, string>>) =>
    JSON.stringify({
      specversion: '1.0',
      id: properties.eventId,
      source,
      type: `aks-fleet-prober.${name}.v1`,
      subject: subjectOf(properties),
      time,
      datacontenttype: 'application/json',
      data: { properties: texts, measurements },
    });
  const whole = write(properties);
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  return write(Object.fromEntries(Object.entries(properties).map(([key, text]) => [key, text.slice(0, SHORT).toWellFormed()])));
}
