import { WHOLE_FLEET } from '../history/shared-factor.ts';
import type { StoredIncident } from '../tables/incident-rows.ts';
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
  const since = new Date(now.getTime() - LASTED_MS).toISOString();
  const incident: StoredIncident = {
    subject: `test-${since.replace(/[-:]|\.\d+/g, '')}`,
    since,
    delivered: {},
    sweep: since,
    kind: 'outage',
    factor: 'fleet',
    value: WHOLE_FLEET,
    reason: 'ConnectionTimedOut',
    members: [`${NOBODY}.test.test-true`],
    open: [],
    blind: 0,
    counts: { affected: 1, inside: 1, elsewhereAffected: 0, elsewhere: 0 },
    most: 1,
    nodes: 0,
    planned: 0,
    wide: false,
    grownAt: since,
    judgedAt: since,
    closed: false,
  };
  const marked = ({ properties, ...event }: TelemetryEvent): TelemetryEvent => ({
    ...event,
    properties: {
      ...properties,
      message: 'TEST of the notifications (test: true): no cluster has failed; it ends at once',
      why: 'Somebody ran "notify --test" (test: true)',
      page,
    },
  });
  const ended = { ...incident, until: now.toISOString() };
  return [marked(incidentEvent(incident, 'started', since, undefined, now)), marked(incidentEvent(ended, 'ended', since, undefined, now))];
}
