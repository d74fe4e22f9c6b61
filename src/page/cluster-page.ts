import { conclusiveOf, type Ledger } from '../model/ledger.ts';
import { isReasonCode, reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { readFinalizedLedger } from '../tables/sweep-rows.ts';
import { type ClusterView, isFresh, readCluster, viewCluster } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import { nodePlace, viewNodeList } from '../views/node-list.ts';
import { viewWorstOutages } from '../views/outage-list.ts';
import { type PageRequest, readPage } from '../views/paging.ts';
import { blindLines, calmBanner, maintenanceLine, staleBanner, troubleBanner } from './banner.ts';
import { countsOf, coverageWords, nameOf, otherReasons, stateOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { documentOf, type Links, linksWith, uptimeLine, when } from './layout.ts';
import { nodeTable } from './node-table.ts';
import { notServedLines } from './not-served-lines.ts';
import { outageTable } from './outage-table.ts';
import { type PageState, titleAndState } from './page-state.ts';
import { unseenLines } from './unseen-lines.ts';

const OUTAGES_SHOWN = 200;

function clusterBanner(
  { nodes, openOutages, clusterOutage, recordOnly, blind }: ClusterView,
  ledger: Ledger | undefined,
  stale: boolean,
  links: Links,
): Html {
  if (stale) return staleBanner;
  const cutOff = clusterOutage === null ? undefined : html`Cut off since ${when(clusterOutage.start)}`;
  const trouble = troubleBanner(nodes, openOutages, cutOff);
  if (blind !== null) return html`${blindLines(blind, 'Nobody can see this cluster', links)}${openOutages > 0 ? trouble : ''}`;
  if (trouble !== undefined) return trouble;
  if (recordOnly !== null || nodes.reachable === 0)
    return html`<p class="banner unknown">– None of its ${nodes.known} nodes is probed</p>${isReasonCode(recordOnly) && html`<p>${reasons[recordOnly].sentence}</p>`}`;
  return calmBanner(nodes.reachable, ledger);
}

/** The title of the page, and its state. */
function clusterTitle(cluster: ClusterView, ledger: Ledger | undefined, stale: boolean): [title: string, state: PageState] {
  const { nodes, openOutages, clusterOutage, assessedAt, blind } = cluster;
  const seen = ledger === undefined || conclusiveOf(ledger) > 0;
  const unseen = stale
    ? { since: assessedAt ?? undefined }
    : blind !== null
      ? { since: blind.since }
      : seen
        ? undefined
        : { since: undefined };
  const [title, state] = titleAndState({ nodes, openOutages, cutOff: clusterOutage !== null, unseen });
  return [`${nameOf(cluster)}: ${title}`, state];
}

/** The ledger of a cluster in the last completed sweep. */
async function lastLedger({ tables, now }: Services, cluster: string): Promise<Ledger | undefined> {
  const last = await lastCompleted(tables, now());
  return last && readFinalizedLedger(tables, last.sweep, cluster);
}

/**
 * Renders the page of one cluster, its failing nodes first; alerts link to it.
 *
 * @param key - the function key, if it was given as a parameter.
 * @throws Problem if the cluster is not known.
 */
export async function renderClusterPage(
  services: Services,
  { cluster: id, query, key }: PageRequest & { cluster: string; key: string | undefined },
): Promise<string> {
  const row = await readCluster(services, id);
  const links = linksWith(services.settings, key);
  const before = staleBefore(services);
  const cluster = viewCluster(row, before, services.now());
  const [ledger, outages, nodes] = await Promise.all([
    lastLedger(services, id),
    viewWorstOutages(services, [row], OUTAGES_SHOWN),
    viewNodeList(services, id, readPage({ query }, 'nodes', nodePlace)),
  ]);
  const open = outages.length > 0 ? html`<h2>Open outages</h2>${outageTable(outages, links)}` : html`<p>No open outage.</p>`;
  // If the cluster itself has an outage, that shows its common factors.
  const shared = cluster.clusterOutage === null ? cluster.commonFactors.map(({ sentence }) => html`<p>${sentence}</p>`) : [];
  const past = html`<p><small>Those that are over too: <code>GET /api/outages?state=all&amp;cluster=${encodeURIComponent(id)}</code></small></p>`;
  // The page loads itself again and again, which is no reason to ask Azure each time.
  const planned = html`<p><small>AKS planned maintenance: <code>GET /api/clusters/${encodeURIComponent(id)}/maintenance</code></small></p>`;
  const next = nodes?.next
    ? html`<p><a href="${links.cluster(id, { cursor: nodes.next, limit: query.get('limit') ?? '' })}">More nodes</a></p>`
    : '';
  const stale = !isFresh(row, before);
  const body = html`<p><a href="${links.fleet}">AKS fleet</a></p><h1>${nameOf(cluster)} <small>${cluster.region}, Kubernetes ${cluster.version}${stateOf(cluster)}</small></h1>
<p><small>Subscription ${cluster.subscriptionId}, resource group ${cluster.resourceGroup}</small></p>${clusterBanner(cluster, ledger, stale, links)}${cluster.maintenance && maintenanceLine(cluster.maintenance)}
<p>${countsOf(cluster)}${cluster.assessedAt && html`; as of ${when(cluster.assessedAt)}`}.</p>${ledger && html`<p>Last sweep: ${coverageWords(ledger)}.${otherReasons(ledger)}</p>`}${notServedLines(cluster)}${unseenLines(cluster)}${shared}${uptimeLine(cluster.uptime, true)}${open}${past}${planned}<h2>Nodes</h2>${nodeTable(nodes?.items ?? [], links)}${next}`;
  return documentOf(services, ...clusterTitle(cluster, ledger, stale), body);
}
