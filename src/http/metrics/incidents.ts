import { coveredBy } from '../../history/incidents.ts';
import { severityOf } from '../../notify/incident-words.ts';
import type { StoredIncident } from '../../tables/incident-rows.ts';
import type { Figures } from './figures.ts';

/** The incidents that can be: a fleet that nobody sees is always as loud as a silent prober. */
const KINDS = [
  ['outage', '0'],
  ['outage', '1'],
  ['unseen', '1'],
] as const;

/** The incidents that are open, and the clusters that they cover. */
export function measureIncidents({ add }: Figures, open: readonly StoredIncident[]): void {
  const loud = (incident: StoredIncident) => incident.severity ?? severityOf(incident);
  for (const [kind, severity] of KINDS) {
    const own = open.filter((each) => each.kind === kind && loud(each) === severity);
    add('open_incidents', { kind, severity }, own.length);
  }
  for (const incident of open) {
    const { subject, kind, factor, value, reason, since, nodes, open: clusters } = incident;
    const labels = { incident: subject, kind, factor, factor_value: value, severity: loud(incident), reason };
    add('incident_start_timestamp_seconds', labels, Date.parse(since) / 1000);
    add('incident_clusters', { incident: subject }, clusters.length);
    add('incident_nodes', { incident: subject }, nodes);
  }
  for (const [cluster_id, { subject }] of coveredBy(open)) add('cluster_incident', { cluster_id, incident: subject }, 1);
  add('blind', {}, open.some(({ kind }) => kind === 'unseen') ? 1 : 0);
}
