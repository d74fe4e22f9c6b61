import type { Services } from '../services.ts';
import { type IncidentView, viewOneIncident } from '../views/incidents.ts';
import { html } from './html.ts';
import { incidentLines } from './incident-lines.ts';
import { documentOf, linksWith } from './layout.ts';

const CLUSTERS_SHOWN = 500;

const titleOf = ({ severity, end, counts: { affected, inside } }: IncidentView) =>
  end === null ? `Incident, severity ${severity}: ${affected} of ${inside} clusters` : 'Incident, over';

/**
 * Renders the page of one incident; alerts link to it.
 *
 * @param key - the function key, if it was given as a parameter.
 * @throws Problem if there is no such incident.
 */
export async function renderIncidentPage(
  services: Services,
  { incident: id, key }: { incident: string; key: string | undefined },
): Promise<string> {
  const incident = await viewOneIncident(services, id);
  const links = linksWith(services.settings, key);
  const { counts, nodes, clusters, openClusters, notified } = incident;
  const open = new Set(openClusters);
  const items = clusters
    .slice(0, CLUSTERS_SHOWN)
    .map(
      (cluster) =>
        html`<li><a href="${links.cluster(cluster)}">${cluster}</a>: ${open.has(cluster) ? '✖ in trouble' : '● not any more'}</li>`,
    );
  const more = clusters.length > items.length ? html`<p>And ${clusters.length - items.length} more.</p>` : '';
  const sinks = Object.entries(notified).map(
    ([sink, { started, ended }]) => `${sink}: ${ended ? 'start and end' : started ? 'start' : 'pending'}`,
  );
  const who = sinks.length === 0 ? 'Nobody was notified yet' : `Notified: ${sinks.join(', ')}`;
  const body = html`<p><a href="${links.fleet}">AKS fleet</a></p><h1>Incident <small>${incident.id}</small></h1>${incidentLines(incident, links)}
<p>${counts.affected} of ${counts.inside} clusters that share it, ${counts.elsewhereAffected} of ${counts.elsewhere} elsewhere; at most ${counts.most} at once. ${nodes.affected} of ${nodes.planned} nodes. ${who}.</p><h2>Clusters</h2><ul>${items}</ul>${more}`;
  return documentOf(services, `AKS fleet: ${titleOf(incident)}`, incident.end === null ? 'bad' : 'good', body);
}
