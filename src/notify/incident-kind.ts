import { nextStandingNotifications } from '../history/standing.ts';
import { type IncidentRow, readForJudging, type StoredIncident, writeIncident } from '../tables/incident-rows.ts';
import { incidentEvent } from './incident-event.ts';
import type { StandingKind } from './notify-standing.ts';

const bySubject = (rows: readonly IncidentRow[]) =>
  new Map(rows.map(({ incident, etag }) => [incident.subject, { standing: incident, etag }]));

/** Incidents that began, and that are over. One that everybody knows to be over is kept, for people to look at. */
export const incidentKind: StandingKind<StoredIncident> = {
  name: 'incidents',
  rows: {
    read: async (tables) => bySubject((await readForJudging(tables)).rows),
    put: (tables, incident, etag) => writeIncident(tables, incident, etag),
    close: (tables, incident, etag) => writeIncident(tables, { ...incident, closed: true }, etag),
  },
  clusterOf: ({ subject }) => subject,
  next: nextStandingNotifications,
  toEvent: incidentEvent,
};
