import type { ClusterView } from '../views/clusters.ts';
import { findingLines } from './finding-lines.ts';
import { type Html, html } from './html.ts';
import { type Links, when } from './layout.ts';

const SHOWN = 20;

/** The blind clusters of the fleet for which Azure was searched, each with what was found; empty if there is none. */
export function blindClusters(clusters: readonly ClusterView[], nameOf: (cluster: ClusterView) => string, links: Links): Html {
  const searched = clusters.flatMap((cluster) =>
    cluster.blind === null || cluster.blind.searchedAt === null ? [] : [{ cluster, blind: cluster.blind }],
  );
  if (searched.length === 0) return html``;
  const lines = searched
    .slice(0, SHOWN)
    .map(
      ({ cluster, blind }) =>
        html`<div><a href="${links.cluster(cluster.cluster)}"><strong>${nameOf(cluster)}</strong></a>, not seen since ${when(blind.since)}${findingLines(links, blind, blind.since)}</div>`,
    );
  const more = searched.length > SHOWN ? html`<p>And ${searched.length - SHOWN} more, in their own pages.</p>` : '';
  return html`<h2>Why clusters are not seen</h2>${lines}${more}`;
}
