import { nextStandingNotifications } from '../history/standing.ts';
import { type IncidentRow, readForJudging, type StoredIncident, writeIncident } from '../tables/incident-rows.ts';
import { incidentEvent } from './incident-event.ts';
import type { StandingKind } from './notify-standing.ts';

const bySubject = (rows: readonly IncidentRow[]) =>
  new Map(rows.map(({ incident, etag }) => [incident.subject, { standing: incident, etag }]));

/**
 * Incidents that began, and that are over. One that everybody knows to be over is kept, for people to look at.
 *
 * @param begunBy - incidents that were found later are not sent yet: they gather clusters.
 * @param sweep - one that ended in it is not closed yet: its state is sent once more with the next sweep.
 */
export function incidentKind(begunBy: Date, sweep: string): StandingKind<StoredIncident> {
  const gathers = ({ until, words }: StoredIncident) => until === undefined && Date.parse(words?.first ?? '') > begunBy.getTime();
  return {
    name: 'incidents',
    rows: {
      read: async (tables) => bySubject((await readForJudging(tables)).rows),
      put: (tables, incident, etag) => writeIncident(tables, incident, etag),
      close: (tables, incident, etag) => writeIncident(tables, { ...incident, closed: incident.sweep < sweep }, etag),
    },
    clusterOf: ({ subject }) => subject,
    next: (incident, sink) => (gathers(incident) ? [] : nextStandingNotifications(incident, sink)),
    toEvent: incidentEvent,
  };
}
