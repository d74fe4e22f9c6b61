import { reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { remedyLines } from '../views/remedies.ts';
import { type Html, html } from './html.ts';
import { type Links, when } from './layout.ts';

const CLUSTERS_SHOWN = 10;

const reach = (nodes: number) => (nodes === 1 ? '1 node reaches' : `${nodes} nodes reach`);
const them = (nodes: number) => (nodes === 1 ? 'it' : 'them');

/** In one sentence, how many nodes, of one cluster or of several, are not served by the API server that they reach. */
export const notServedWords = (nodes: number) => `${reach(nodes)} an API server that does not serve ${them(nodes)}`;

/** Why a cluster counts as degraded; empty if it does not. */
function degradedLine({ degraded }: Pick<ClusterView, 'degraded'>): Html {
  if (degraded === null) return html``;
  return html`<p class="notServed">▲ Degraded since ${when(degraded.since)}: ${degraded.notServed} of the ${degraded.asked} nodes that asked are not served</p>`;
}

/** The nodes of a cluster that are not served, by reason with what to do. */
export function notServedLines(cluster: Pick<ClusterView, 'degraded' | 'notServed'>): Html {
  const groups = cluster.notServed.map(({ reason, nodes, names, since }) => {
    const { sentence } = reasons[reason];
    const remedies = remedyLines(reason, {});
    const rest = nodes > names.length ? html` and ${nodes - names.length} more` : '';
    return html`<p class="notServed">▲ ${notServedWords(nodes)}, since ${when(since)}: <strong>${reason}</strong></p><p>${sentence} <small>${remedies[0] ?? ''}</small><br><small>${names.join(', ')}${rest}</small></p>`;
  });
  return html`${degradedLine(cluster)}${groups}`;
}

/** The line of the fleet that says in which clusters nodes are not served, those with most first. */
export function notServedClusters(clusters: readonly ClusterView[], nameOf: (cluster: ClusterView) => string, links: Links): Html {
  const some = clusters.filter(({ nodes }) => nodes.notServed > 0).sort((a, b) => b.nodes.notServed - a.nodes.notServed);
  if (some.length === 0) return html``;
  const total = some.reduce((sum, { nodes }) => sum + nodes.notServed, 0);
  const listed = some.slice(0, CLUSTERS_SHOWN).map((cluster, at) => {
    const why = cluster.notServed.map(({ reason }) => html`<span title="${reasons[reason].sentence}">${reason}</span>`);
    const state = cluster.degraded === null ? '' : ', degraded';
    return html`${at > 0 ? ', ' : ''}<a href="${links.cluster(cluster.cluster)}">${nameOf(cluster)}</a> (${cluster.nodes.notServed}: ${why.flatMap((each, nth) => (nth > 0 ? [', ', each] : [each]))}${state})`;
  });
  const rest = some.length > CLUSTERS_SHOWN ? html` and ${some.length - CLUSTERS_SHOWN} more clusters` : '';
  return html`<p class="notServed">▲ ${notServedWords(total)}: ${listed}${rest}.</p>`;
}
