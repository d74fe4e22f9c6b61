import type { Place } from '../history/places.ts';
import { type Stretch, stretchesOf } from '../history/sweep-buckets.ts';
import { recentMaintenance } from '../model/cluster-maintenance.ts';
import type { Ledger } from '../model/ledger.ts';
import type { Stretch as MaintenanceStretch } from '../model/maintenance.ts';
import { formatManagedClusterId } from '../model/resource-id.ts';
import type { Services } from '../services.ts';
import { readCluster as readOwnCluster } from '../tables/cluster-rows.ts';
import { readOpenIncidents } from '../tables/incident-rows.ts';
import { readOutagePage } from '../tables/outage-pages.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { readFinalizedLedger } from '../tables/sweep-rows.ts';
import { type ClusterView, isFresh, readCluster, viewCluster } from '../views/clusters.ts';
import { currentIntervalMs, staleBefore } from '../views/current-interval.ts';
import { type IncidentView, viewIncident } from '../views/incidents.ts';
import { nodePlace, viewNodeList } from '../views/node-list.ts';
import type { NodeView } from '../views/nodes.ts';
import { viewWorstOutages } from '../views/outage-list.ts';
import { type OutageView, viewOutage } from '../views/outages.ts';
import { readPage } from '../views/paging.ts';
import { clusterHeadline, clusterTitle } from './cluster-head.ts';
import { clusterNodes } from './cluster-nodes.ts';
import { DAYS, latencyChart, timeline } from './cluster-timeline.ts';
import { nameOf } from './cluster-words.ts';
import { coveragePanel } from './coverage.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { html } from './html.ts';
import { nodeMap } from './node-map.ts';
import { outagePanel, panelId } from './outage-panel.ts';
import { many } from './time.ts';
import { blindCard, maintenanceCard, notServedCard, unseenCard } from './trouble-cards.ts';
import { probedNodes, uptimeNumbers, watchedWords } from './uptime-numbers.ts';

const OPEN_SHOWN = 200;
const PAST_SHOWN = 1000;
/** Above so many nodes, healthy ones are counted rather than shown. */
const MOST_SQUARES = 500;

/** What the page of a cluster is made of; the same as JSON. */
export interface ClusterPage {
  cluster: ClusterView;
  places: Place[];
  ledger: Ledger | undefined;
  stale: boolean;
  /** The open ones. */
  outages: OutageView[];
  /** Those of the window, over or not; and whether these are all. */
  past: OutageView[];
  isWhole: boolean;
  nodes: NodeView[];
  /** The cursor of the next page of nodes. */
  next: string | null;
  window: keyof typeof DAYS;
  stretches: Stretch[];
  /** Between two sweeps, in milliseconds. */
  intervalMs: number;
  maintenance: MaintenanceStretch[];
  /** The open incident that covers it. */
  incident: IncidentView | undefined;
}

/** The ledger of a cluster in the last completed sweep. */
async function lastLedger({ tables, now }: Services, cluster: string): Promise<Ledger | undefined> {
  const last = await lastCompleted(tables, now());
  return last && readFinalizedLedger(tables, last.sweep, cluster);
}

/**
 * Reads what the page of a cluster shows.
 *
 * @param query - the window of its timeline, and which nodes of a large one.
 * @throws Problem if the cluster is not known.
 */
export async function readClusterPage(services: Services, id: string, query: { get(name: string): string | null }): Promise<ClusterPage> {
  const { tables, now } = services;
  const row = await readCluster(services, id);
  const before = staleBefore(services);
  const cluster = viewCluster(row, before, now());
  const window = (query.get('window') ?? '24h') as keyof typeof DAYS;
  const isLarge = cluster.nodes.known > MOST_SQUARES;
  const page = readPage({ query }, 'nodes', nodePlace);
  const limit = isLarge
    ? Math.min(page.limit, Math.max(1, cluster.nodes.unreachable + cluster.nodes.unknown + cluster.nodes.notServed, 1))
    : MOST_SQUARES;
  const [incidents, own, ledger, outages, past, nodes] = await Promise.all([
    readOpenIncidents(tables),
    readOwnCluster(tables, id),
    lastLedger(services, id),
    viewWorstOutages(services, [row], OPEN_SHOWN),
    readOutagePage(tables, id, { which: 'all', most: PAST_SHOWN }),
    viewNodeList(services, id, page.from === undefined ? { limit: Math.min(limit, MOST_SQUARES) } : page),
  ]);
  const covering = incidents.find(({ open }) => open.includes(id));
  const days = DAYS[window];
  const since = now().getTime() - days * 86_400_000;
  return {
    cluster,
    places: own?.row.places ?? [],
    ledger,
    stale: !isFresh(row, before),
    outages,
    past: past.map(({ outage }) => viewOutage(outage)).filter(({ end }) => end === null || Date.parse(end) >= since),
    isWhole: past.length < PAST_SHOWN,
    nodes: nodes?.items ?? [],
    next: nodes?.next ?? null,
    window,
    stretches: own === undefined ? [] : stretchesOf(own.row.buckets, days, now()),
    intervalMs: currentIntervalMs(services),
    maintenance: recentMaintenance({ tag: row.maintenanceTag, request: row.maintenance }, now(), days * 86_400_000),
    incident: covering && viewIncident(covering),
  };
}

/** The page of one cluster, its failing nodes first; alerts link to it. Pure. */
export function clusterPage(page: ClusterPage, frame: Frame): Document {
  const { cluster, places, ledger, outages, nodes, next, past, window, stretches, intervalMs, maintenance } = page;
  const { links, now, self } = frame;
  const headline = clusterHeadline(cluster, page, now);
  const resourceId = formatManagedClusterId(cluster);
  const facts = [
    // On a phone the map of the nodes comes before it.
    outages.length === 0 ? '' : html`<a href="#${encodeURIComponent(panelId(outages))}">What to do</a>`,
    cluster.region,
    `Kubernetes ${cluster.version}`,
    cluster.resourceGroup,
    `${many(new Set(places.map(({ pool }) => pool)).size, 'pool')}, ${many(new Set(places.flatMap(({ zone }) => zone || [])).size, 'zone')}`,
    cluster.upgrading ? 'being upgraded' : '',
    html`<a href="${links.portal(resourceId)}" rel="noreferrer">Azure portal</a>`,
  ];
  const open = outages.length === 0 ? '' : outagePanel(outages, cluster, links, now, page.incident);
  const cards = [
    cluster.blind !== null ? blindCard(cluster, links, now) : '',
    cluster.nodes.notServed > 0 ? notServedCard(cluster, links, now) : '',
    cluster.unseen.length + cluster.missingMachines.length > 0 ? unseenCard(cluster, links, now) : '',
    cluster.maintenance !== null ? maintenanceCard(cluster, links, now) : '',
  ].filter((card) => card !== '');
  const small = cards.length === 0 ? '' : html`<div class="three">${cards}</div>`;
  const map = nodeMap(places, nodes, links);
  const top = open === '' ? html`${small}${map}` : html`<div class="two left">${map}${open}</div>${small}`;
  const tabs = html`<span class="tabs">${(['24h', '7d', '30d'] as const).map((each) => html`<a href="${self({ window: each })}"${each === window ? html` aria-current="true"` : ''}>${each.replace(/([hd])/, ' $1')}</a>`)}</span>`;
  const byReason = cluster.uptime.byReason.reduce((sum, { outages: count }) => sum + count, 0);
  const uptime = html`<div class="panel"><div class="sec"><h2>Uptime</h2><span class="small muted">${watchedWords(cluster.uptime, probedNodes(cluster.nodes))}</span></div><dl class="nums">${uptimeNumbers(cluster.uptime, probedNodes(cluster.nodes))}<div class="gap"><dt>Outages of nodes, 30 d</dt><dd>${byReason}</dd></div></dl></div>`;
  // The page shows itself anew again and again, which is no reason to ask Azure each time.
  const planned = html`<p class="small muted spaced">AKS planned maintenance: <code>GET /api/clusters/${encodeURIComponent(cluster.cluster)}/maintenance</code></p>`;
  const body = html`${headOf(headline.state, headline.title, headline.lede, facts)}${top}${timeline({ window, outages: past, isWhole: page.isWhole, stretches, intervalMs, maintenance, known: cluster.nodes.known, failing: { nodes: cluster.nodes.unreachable, since: cluster.clusterOutage?.start } }, tabs, now)}${planned}${latencyChart(page, now)}${clusterNodes(nodes, next, cluster, frame)}<section class="two even" aria-label="Coverage and uptime">${coveragePanel(ledger, links)}${uptime}</section>`;
  return {
    title: clusterTitle(cluster, headline),
    state: headline.state,
    current: 'Fleet',
    crumbs: [
      ['AKS fleet', links.fleet()],
      [cluster.subscriptionName ?? cluster.subscriptionId, links.fleet({ q: cluster.subscriptionId, state: 'all' })],
      [nameOf(cluster)],
    ],
    body,
  };
}
