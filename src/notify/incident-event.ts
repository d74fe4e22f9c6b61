import type { What } from '../history/next-notification.ts';
import { reasons } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import type { StoredIncident } from '../tables/incident-rows.ts';
import type { Availability } from './envelopes.ts';
import { fitNames } from './fit-names.ts';
import { incidentWords, namesOfIncident, severityOf } from './incident-words.ts';
import { incidentPageUrl } from './page-url.ts';
import { eventOf, firstRemedy, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/** The one subscription of all clusters, or `*`. */
function subscriptionOf({ members }: StoredIncident): string {
  const ids = new Set(members.map((cluster) => parseClusterId(cluster)?.subscriptionId ?? ''));
  return ids.size === 1 ? [...ids][0]! : '*';
}

const sharedOf = (incident: StoredIncident) => ({
  incident: incident.subject,
  kind: incident.kind,
  factor: incident.factor,
  factorValue: incident.value,
  subscriptionId: subscriptionOf(incident),
});

const runbookOf = ({ reason }: StoredIncident): string => (reasons[reason].links as readonly string[])[0] ?? '';

/**
 * Writes the event of the start or the end of an incident.
 *
 * @param since - when it began, as its recipient knows it; names the event with its id.
 * @param pageUrl - address of the status page.
 * @param now - when it is sent.
 */
export function incidentEvent(incident: StoredIncident, what: What, since: string, pageUrl: string | undefined, now: Date): TelemetryEvent {
  const { subject, reason, counts, most, nodes, members, open } = incident;
  const { stage, sentence } = reasons[reason];
  // Of one that is over, what is known now is about nobody any more.
  const known = incident.until === undefined ? undefined : incident.words;
  const { what: said, why, changed } = known ?? incidentWords(incident);
  const started = what === 'started';
  const end = started ? '' : (incident.until ?? now.toISOString());
  const names = fitNames(started && incident.until === undefined ? open : members);
  const left = open.length === 0 ? '' : `; still in trouble, and notified by itself: ${open.length}`;
  const properties = {
    eventId: `incident|${subject}/${what}`,
    ...sharedOf(incident),
    reason,
    stage,
    sentence,
    message: started
      ? said
      : incident.kind === 'unseen'
        ? 'The fleet is seen again'
        : `It is over for most of its ${members.length} clusters${left}`,
    why,
    changed,
    start: since,
    end,
    remedy: firstRemedy(reason, namesOfIncident(incident)),
    runbook: runbookOf(incident),
    page: incidentPageUrl(pageUrl, subject),
    clusters: names.names,
    clustersOmitted: names.omitted,
  };
  const measurements = { ...counts, most, nodes, ...(started ? {} : { durationSeconds: secondsBetween(since, end) }) };
  return eventOf(started ? 'IncidentStarted' : 'IncidentEnded', now, properties, measurements);
}

/**
 * The state of an incident, on which its alert rests: it stands until a result says that it is over. Pure.
 *
 * @param id - names the result, such as the sweep with which it is sent.
 */
export function incidentState(incident: StoredIncident, id: string, pageUrl: string | undefined, now: Date): Availability {
  const { subject, since, until, reason } = incident;
  const { settled = false, ...frozen } = incident.words ?? {};
  const { subject: title, what, counts, since: from, why, changed } = { ...incidentWords(incident), ...frozen };
  const name = `incident/${subject}`;
  return {
    id: `${id}|${name}|${now.toISOString()}`,
    name,
    time: now.toISOString(),
    success: until !== undefined,
    durationMs: Math.max(0, now.getTime() - Date.parse(since)),
    message: what,
    properties: {
      ...sharedOf(incident),
      open: String(until === undefined),
      severity: incident.severity ?? severityOf(incident),
      reason,
      subject: title,
      what,
      counts,
      since: from,
      why,
      changed,
      settled: String(settled),
      page: incidentPageUrl(pageUrl, subject),
      runbook: runbookOf(incident),
    },
  };
}
