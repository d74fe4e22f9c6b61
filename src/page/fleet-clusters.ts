import type { ClusterView } from '../views/clusters.ts';
import { FEW, type Group, groupClusters, ORDERS, STATES, type Wanted } from './cluster-filter.ts';
import { countsOf, meaningOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { type IconName, icon } from './icons.ts';
import type { Links } from './links.ts';
import { clusterParts, missedSince, stripOf } from './strip-svg.ts';
import { lengthOf, many, since } from './time.ts';
import { probedNodes, uptimeOf, type Window } from './uptime-numbers.ts';

const ROWS_SHOWN = 220;
const FOLDED_ROWS_SHOWN = 40;
const NAMES_SHOWN = 8;

function signOf({ nodes, openOutages, blind, maintenance, upgrading }: ClusterView): IconName {
  if (nodes.unreachable > 0 || openOutages > 0) return 'down';
  if (blind !== null || nodes.unknown > 0) return 'unk';
  if (nodes.notServed > 0) return 'warn';
  if (maintenance !== null || upgrading) return 'maint';
  return nodes.reachable > 0 ? 'ok' : 'np';
}

const WORDS: Readonly<Record<string, string>> = {
  down: 'failing',
  unk: 'not seen',
  warn: 'not served',
  maint: 'planned work',
  ok: 'reachable',
  np: 'not probed',
};

/** An uptime with the time that was watched, where that is less than the window. */
function uptimeCell({ uptime, nodes }: ClusterView, window: Window): Html {
  const known = uptimeOf(uptime, window, probedNodes(nodes));
  if (known === undefined) return html`<span class="muted" title="Not watched for longer than the shorter window">none</span>`;
  return html`${known.share}${known.of === '' ? '' : html`<span class="sub">${known.of}</span>`}`;
}

function note(
  { blind, clusterOutage, degraded, recordOnly, upgrading, maintenance, unseen, notServed }: ClusterView,
  links: Links,
  now: Date,
): Html {
  const reason = clusterOutage?.reason ?? blind?.reason ?? degraded?.reason ?? notServed[0]?.reason ?? unseen[0]?.reason ?? recordOnly;
  if (reason)
    return html`<span class="sub"><a href="${links.reason(reason)}" title="${meaningOf(reason)}">${reason}</a>${clusterOutage ? html` ${since(clusterOutage.start, now)}` : ''}</span>`;
  if (maintenance !== null) return html`<span class="sub">in maintenance</span>`;
  return upgrading ? html`<span class="sub">being upgraded</span>` : html``;
}

function row(cluster: ClusterView, by: Wanted['by'], intervalMs: number, links: Links, now: Date): Html {
  const sign = signOf(cluster);
  const { name, resourceGroup, region, version, latency } = cluster;
  const place = by === 'region' ? (cluster.subscriptionName ?? cluster.subscriptionId.slice(0, 8)) : region;
  return html`<tr role="row"><td role="cell" class="wide">${icon(sign)}<span class="hidden">${WORDS[sign]}: </span> <a class="name" href="${links.cluster(cluster.cluster)}">${name}</a> <span class="sub">${resourceGroup} · ${place} · ${version}</span></td><td role="cell" class="wide">${stripOf(clusterParts(cluster.recentSweeps, cluster.nodes, missedSince(cluster.assessedAt, now, intervalMs)))}</td><td role="cell" class="full">${countsOf(cluster)}${note(cluster, links, now)}</td><td role="cell" class="n" data-l="24 h">${uptimeCell(cluster, '24h')}</td><td role="cell" class="n c-7" data-l="7 d">${uptimeCell(cluster, '7d')}</td><td role="cell" class="n" data-l="30 d">${uptimeCell(cluster, '30d')}</td><td role="cell" class="n c-7 c-p" data-l="p95">${latency === null ? html`<span class="muted">none</span>` : `${Math.round(latency.p95Ms)} ms`}</td></tr>`;
}

/** A table of clusters, each with its newest sweeps and its uptime. */
function table(clusters: readonly ClusterView[], by: Wanted['by'], caption: string, intervalMs: number, links: Links, now: Date): Html {
  const heads = html`<th role="columnheader" scope="col" class="c-name">Cluster</th><th role="columnheader" scope="col" class="c-strip">Last 50 sweeps, ${lengthOf((50 * intervalMs) / 1000)}</th><th role="columnheader" scope="col">Nodes</th><th role="columnheader" scope="col" class="n c-up">24 h</th><th role="columnheader" scope="col" class="n c-up c-7">7 d</th><th role="columnheader" scope="col" class="n c-up">30 d</th><th role="columnheader" scope="col" class="n c-n c-7">p95</th>`;
  return html`<table role="table" class="clusters cards"><caption class="hidden">${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${clusters.map((cluster) => row(cluster, by, intervalMs, links, now))}</tbody></table>`;
}

function groupCounts({ all }: Group): Html {
  const sum = (of: 'unreachable' | 'unknown' | 'notProbed' | 'reachable') => all.reduce((total, { nodes }) => total + nodes[of], 0);
  const parts = [
    sum('unreachable') > 0 && html`<b class="down">${sum('unreachable')} unreachable</b>`,
    sum('unknown') > 0 && html`<b>${sum('unknown')} unknown</b>`,
    html`${sum('reachable')} reachable`,
    sum('notProbed') > 0 && html`${sum('notProbed')} not probed`,
  ].filter((part) => part !== false);
  return html`<span>${parts.flatMap((part, at) => (at > 0 ? [' · ', part] : [part]))}</span>`;
}

function groupBox(group: Group, left: number, by: Wanted['by'], intervalMs: number, links: Links, now: Date): Html {
  const { name, id = name, shown, folded, all } = group;
  const nodes = all.reduce((sum, cluster) => sum + cluster.nodes.known, 0);
  const rows = shown.slice(0, left);
  const hidden =
    shown.length > rows.length
      ? html`<p class="fold small muted">And ${many(shown.length - rows.length, 'more cluster')}: search for them, or choose a state.</p>`
      : '';
  const names = folded.slice(0, NAMES_SHOWN).map((cluster) => cluster.name);
  const others = folded.length > names.length ? ` and ${folded.length - names.length} more` : '';
  const fold =
    folded.length === 0
      ? ''
      : html`<details class="fold" data-key="${id}"><summary>${folded.length} healthy: ${names.join(', ')}${others}</summary>${table(folded.slice(0, FOLDED_ROWS_SHOWN), by, `Healthy clusters of ${name}`, intervalMs, links, now)}${folded.length > FOLDED_ROWS_SHOWN ? html`<p class="fold small muted">And ${folded.length - FOLDED_ROWS_SHOWN} more: <a href="${links.fleet({ state: 'all', q: id })}">all of them</a>.</p>` : ''}</details>`;
  return html`<div class="box"><header><h3>${name}</h3>${id === name ? '' : html`<span class="id mono">${id}</span>`}<span>${many(all.length, 'cluster')}, ${many(nodes, 'node')}</span>${groupCounts(group)}</header>${rows.length > 0 ? table(rows, by, `Clusters of ${name}`, intervalMs, links, now) : ''}${hidden}${fold}</div>`;
}

const options = (all: readonly (readonly [string, string])[], chosen: string) =>
  all.map(([value, words]) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`);

function filterForm({ q, state, by, order }: Wanted, links: Links): Html {
  const groups = [
    ['subscription', 'subscription'],
    ['region', 'region'],
  ] as const;
  return html`<form class="filter" method="get" action="${links.fleet()}" role="search"><label class="grow">Find a cluster, resource group, region or node<input type="search" name="q" value="${q}" placeholder="shop, westeurope, aks-web-12345678-vmss000002"></label><label>State<select name="state">${options(STATES, state)}</select></label><label>Group by<select name="by">${options(groups, by)}</select></label><label>Order<select name="order">${options(ORDERS, order)}</select></label><button>Show</button></form>`;
}

const KEY = html`<p class="key"><span>low: reachable</span><span>tall and red: half of the nodes or more fail</span><span>capped: some fail</span><span>needles: unknown</span><span>thin line: not probed</span><span>blue line: upgrade</span></p>`;

/**
 * The clusters in groups with search and filters; healthy ones are folded.
 *
 * @param found - clusters that have a node of the name that was searched for.
 */
export function fleetClusters(clusters: readonly ClusterView[], wanted: Wanted, intervalMs: number, links: Links, now: Date): Html {
  const isCalm = wanted.state === 'attention' && groupClusters(clusters, wanted).every(({ shown }) => shown.length === 0);
  // Where none needs attention, all are shown.
  const shown = isCalm && clusters.length <= ROWS_SHOWN ? ({ ...wanted, state: 'all' } as const) : wanted;
  const groups = groupClusters(clusters, shown);
  let left = ROWS_SHOWN;
  const boxes = groups.map((group) => {
    const box = groupBox(group, left, wanted.by, intervalMs, links, now);
    left = Math.max(0, left - group.shown.length);
    return box;
  });
  const count = groups.reduce((sum, group) => sum + group.shown.length, 0);
  const showsAll = clusters.length <= FEW && wanted.q === '' && wanted.state === 'attention';
  const words = isCalm
    ? 'none needs attention'
    : showsAll
      ? 'all shown, the worst first'
      : shown.state === 'attention' && wanted.q === ''
        ? `${count} of ${clusters.length} need attention; healthy ones are folded`
        : `${count} of ${clusters.length} match`;
  const none = groups.length === 0 ? html`<p class="panel">No cluster matches. <a href="${links.fleet()}">Show all</a>.</p>` : '';
  return html`<section aria-labelledby="clusters"><div class="sec"><h2 id="clusters">Clusters</h2><span class="muted">${words}</span></div>${filterForm(showsAll ? { ...wanted, state: 'all' } : shown, links)}<div class="groups">${boxes}</div>${none}${KEY}</section>`;
}
