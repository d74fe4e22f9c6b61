import type { What } from '../history/next-notification.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { eventOf, secondsBetween, type TelemetryEvent } from './telemetry-event.ts';

/** What is told of an incident. */
export interface ToldIncident {
  id: string;
  kind: 'outage' | 'unseen';
  factor: string;
  factorValue: string;
  subscriptionId: string;
  reason: ReasonCode;
  message: string;
  why: string;
  changed: string;
  start: string;
  /** Absent while it lasts. */
  end?: string;
  page: string;
  clusters: readonly string[];
  counts: { affected: number; inside: number; elsewhereAffected: number; elsewhere: number; most: number; nodes: number };
}

/** Writes the event of the start or end of an incident. */
export function incidentEvent({ id, reason, end = '', clusters, counts, ...told }: ToldIncident, what: What, now: Date): TelemetryEvent {
  const { stage, sentence, remedies, links } = reasons[reason];
  const properties = {
    eventId: `${id}/${what}`,
    incident: id,
    reason,
    stage,
    sentence,
    remedy: remedies[0] ?? '',
    runbook: (links as readonly string[])[0] ?? '',
    clusters: clusters.join(','),
    clustersOmitted: '0',
    end,
    ...told,
  };
  if (what === 'started') return eventOf('IncidentStarted', now, properties, counts);
  return eventOf('IncidentEnded', now, properties, { ...counts, durationSeconds: secondsBetween(told.start, end) });
}
