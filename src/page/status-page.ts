import pLimit from 'p-limit';
import { conclusiveOf } from '../model/ledger.ts';
import type { Services } from '../services.ts';
import { type ClusterView, readClusters, sortClusters } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import { type FleetView, viewFleet } from '../views/fleet.ts';
import { viewNodeList } from '../views/node-list.ts';
import { viewWorstOutages } from '../views/outage-list.ts';
import type { OutageView } from '../views/outages.ts';
import type { SweepView } from '../views/sweeps.ts';
import { calmBanner, maintenanceOf, staleBanner, troubleBanner } from './banner.ts';
import { blindClusters } from './blind-clusters.ts';
import { countsOf, coverageWords, nameOf, notServedPart, otherReasons, stateOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { openIncidents } from './incident-lines.ts';
import { documentOf, type Links, linksWith, uptimeLine, when } from './layout.ts';
import { nodeTable } from './node-table.ts';
import { notServedClusters } from './not-served-lines.ts';
import { outageTable } from './outage-table.ts';
import { type PageState, titleAndState } from './page-state.ts';
import { sharedFindingLines } from './shared-findings.ts';
import { unseenClusters } from './unseen-lines.ts';

// Limits that keep the page small enough for a browser however large the fleet is; the API lists the rest.
const CLUSTERS_SHOWN = 300;
const CLUSTERS_WITH_NODES = 40;
const NODES_OF_A_CLUSTER = 50;
const OUTAGES_SHOWN = 200;
const CONCURRENT_CLUSTERS = 8;

function fleetBanner(fleet: FleetView, clusters: readonly ClusterView[], stale: boolean, links: Links): Html {
  const { nodes, lastSweep } = fleet;
  if (lastSweep === null) return html`<p class="banner unknown">? No sweep has completed yet.</p>`;
  if (stale) return staleBanner;
  const down = clusters.filter(({ clusterOutage }) => clusterOutage !== null);
  const who = down.length === 1 ? html`The cluster ${nameOf(down[0]!)} is` : html`${down.length} clusters are`;
  const trouble = troubleBanner(nodes, fleet.openOutages, down.length > 0 ? html`${who} cut off` : undefined);
  if (fleet.incidents.length > 0) return html`${openIncidents(fleet.incidents, links)}${trouble ?? ''}`;
  if (trouble !== undefined) return trouble;
  const { ledger } = lastSweep;
  if (ledger === null || ledger.known === (ledger.byReason.Excluded ?? 0))
    return html`<p class="banner unknown">? Nothing is watched: no right on any subscription, or settings that no cluster matches.</p>`;
  if (fleet.gaps.length > 0)
    return html`<p class="banner unknown">? ${fleet.gaps.length} of ${fleet.subscriptions.known} subscriptions could not be read</p>`;
  const unseen = clusters.filter(({ blind }) => blind !== null);
  if (unseen.length > 0)
    return html`<p class="banner unknown">? Nobody can see ${unseen.length === 1 ? html`the cluster ${nameOf(unseen[0]!)}` : html`${unseen.length} clusters`}</p>`;
  return calmBanner(nodes.reachable, ledger);
}

/** What is said of how a sweep was started. */
const STARTED: Readonly<Record<SweepView['starter'], string>> = {
  timer: '',
  'close-sweep': ' (started in place of the timer, which did not fire)',
  request: ' (started by an HTTP request, since the timer did not fire)',
  person: ' (started by hand)',
};

/** The title of the page, and its state. */
function fleetTitle(
  { nodes, openOutages, blind, lastSweep }: FleetView,
  clusters: readonly ClusterView[],
  stale: boolean,
): [title: string, state: PageState] {
  if (lastSweep === null) return ['AKS fleet: no sweep yet', 'odd'];
  const seen = lastSweep.ledger !== null && conclusiveOf(lastSweep.ledger) > 0;
  const since = stale ? (lastSweep.completedAt ?? undefined) : blind?.since;
  const unseen = since !== undefined || !seen ? { since } : undefined;
  const [title, state] = titleAndState({
    nodes,
    openOutages,
    cutOff: clusters.some(({ clusterOutage }) => clusterOutage !== null),
    unseen,
  });
  return [`AKS fleet: ${title}`, state];
}

async function clusterBlock(services: Services, cluster: ClusterView, withNodes: boolean, links: Links): Promise<Html> {
  const { region, nodes, subscriptionId } = cluster;
  const trouble = nodes.unreachable > 0 || nodes.notServed > 0 || nodes.unknown > 0;
  const list = withNodes ? await viewNodeList(services, cluster.cluster, { limit: NODES_OF_A_CLUSTER }) : undefined;
  const shown = list?.items ?? [];
  const rest = nodes.known > shown.length ? html`<p><small><a href="${links.cluster(cluster.cluster)}">All its nodes</a></small></p>` : '';
  return html`<details${trouble ? html` open` : ''}><summary><a href="${links.cluster(cluster.cluster)}"><strong>${nameOf(cluster)}</strong></a> <small title="subscription ${subscriptionId}">${region}${stateOf(cluster)}</small>: ${countsOf(cluster)}</summary>${nodeTable(shown, links)}${rest}</details>`;
}

/** Leaves out the outages of nodes whose cluster has an outage itself, since that covers them. */
function withoutChildren(outages: readonly OutageView[]): OutageView[] {
  const down = new Set(outages.filter(({ subject }) => subject.kind === 'cluster').map(({ subject }) => subject.cluster));
  return outages.filter(({ subject }) => subject.kind === 'cluster' || !down.has(subject.cluster));
}

/**
 * Renders the page of the fleet, failures first; it needs no JavaScript.
 *
 * @param key - the function key, if it was given as a parameter.
 */
export async function renderStatusPage(services: Services, { key }: { key: string | undefined }): Promise<string> {
  const links = linksWith(services.settings, key);
  const rows = await readClusters(services);
  const clusters = sortClusters(services, rows);
  const byId = new Map(rows.map((row) => [row.cluster, row]));
  const troubled = clusters.filter(({ openOutages }) => openOutages > 0).slice(0, OUTAGES_SHOWN);
  const [fleet, outages] = await Promise.all([
    viewFleet(services, rows),
    viewWorstOutages(
      services,
      troubled.map(({ cluster }) => byId.get(cluster)!),
      NODES_OF_A_CLUSTER,
    ),
  ]);
  const listed = withoutChildren(outages).slice(0, OUTAGES_SHOWN);
  const { lastSweep } = fleet;
  const stale = lastSweep?.completedAt ? Date.parse(lastSweep.completedAt) < staleBefore(services) : true;
  const limit = pLimit(CONCURRENT_CLUSTERS);
  const shown = clusters.slice(0, CLUSTERS_SHOWN);
  const blocks = await Promise.all(
    shown.map((cluster, at) => limit(() => clusterBlock(services, cluster, at < CLUSTERS_WITH_NODES, links))),
  );
  const more =
    clusters.length > shown.length ? html`<p>And ${clusters.length - shown.length} more clusters: <code>GET /api/clusters</code></p>` : '';
  const sweep =
    lastSweep &&
    html`<p>Last sweep ${when(lastSweep.id)}${STARTED[lastSweep.starter]}, completed ${when(lastSweep.completedAt)}, ${lastSweep.ledger && html`${coverageWords(lastSweep.ledger)}.${otherReasons(lastSweep.ledger)}`}</p>`;
  const warnings = (lastSweep?.warnings ?? []).map((warning) => html`<p class="unknown">? ${warning}.</p>`);
  const explained = [
    ...listed.map(({ subject: { cluster }, findings }) => ({ cluster, findings })),
    ...clusters.flatMap(({ cluster, blind }) => (blind === null ? [] : [{ cluster, findings: blind.findings }])),
  ];
  const open = html`<h2>Open outages</h2>${outageTable(listed, links)}<p><small>All of them: <code>GET /api/outages?state=open</code></small></p>`;
  const body = html`<h1>AKS fleet</h1>${fleetBanner(fleet, clusters, stale, links)}${maintenanceOf(clusters, nameOf)}${notServedClusters(clusters, nameOf, links)}${unseenClusters(clusters, nameOf, links)}${blindClusters(clusters, nameOf, links)}
<p>${fleet.subscriptions.known} subscriptions, ${fleet.clusters.known} clusters, ${fleet.nodes.known} nodes: ${fleet.nodes.reachable} reachable${notServedPart(fleet.nodes.notServed)}, ${fleet.nodes.unreachable} unreachable, ${fleet.nodes.unknown} unknown, ${fleet.nodes.notProbed} not probed.</p>
${uptimeLine(fleet.uptime, true)}${sweep}${warnings}${sharedFindingLines(explained, links)}${outages.length > 0 ? open : html`<p>No open outage.</p>`}<h2>Clusters</h2>${blocks}${more}`;
  return documentOf(services, ...fleetTitle(fleet, clusters, stale), body);
}
