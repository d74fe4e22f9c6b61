import { incidentEvent } from './incident-event.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const LASTED_MS = 60_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Writes the start and the end of an incident that never was, which says so in every text that people read.
 *
 * @param page - the address of the status page; '' if the app does not know its own.
 * @param now - when it is sent; names the incident.
 */
export function testIncident(page: string, now: Date): [started: TelemetryEvent, ended: TelemetryEvent] {
  const start = new Date(now.getTime() - LASTED_MS).toISOString();
  const told = {
    id: `test-${start.replace(/[-:]|\.\d+/g, '')}`,
    kind: 'outage' as const,
    factor: 'fleet',
    factorValue: 'test: true',
    subscriptionId: NOBODY,
    reason: 'ConnectionTimedOut' as const,
    message: 'TEST of the notifications (test: true): no cluster has failed; it ends at once',
    why: 'Somebody ran "notify --test" (test: true)',
    changed: '-',
    start,
    page,
    clusters: [`${NOBODY}.test.test-true`],
    counts: { affected: 1, inside: 1, elsewhereAffected: 0, elsewhere: 0, most: 1, nodes: 0 },
  };
  return [incidentEvent(told, 'started', now), incidentEvent({ ...told, end: now.toISOString() }, 'ended', now)];
}
