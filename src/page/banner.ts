import { type Counts, coverageOf, type Ledger } from '../model/ledger.ts';
import { MAINTENANCE_TAG } from '../model/maintenance-tag.ts';
import { reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { remedyLines } from '../views/remedies.ts';
import { findingLines } from './finding-lines.ts';
import { type Html, html } from './html.ts';
import { type Links, percent, when } from './layout.ts';
import { notServedWords } from './not-served-lines.ts';

/** With a lower coverage the page is not green, since too few nodes gave a verdict. */
const GREEN_COVERAGE = 0.9;

/**
 * The banner for open outages, nodes that are not served and nodes without a verdict; undefined if there is no trouble.
 *
 * @param cutOff - how the line begins if whole clusters have an outage. It is shown even if their nodes are not probed, or are reachable again.
 */
export function troubleBanner(nodes: Counts, openOutages: number, cutOff: Html | undefined): Html | undefined {
  const { unreachable, notServed, unknown, known } = nodes;
  const failing = unreachable > 0 ? html`${unreachable} of ${known} nodes cannot reach their API server` : undefined;
  if (cutOff !== undefined) return html`<p class="banner unreachable">✖ ${cutOff}${failing && html`: ${failing}`}</p>`;
  if (failing !== undefined) return html`<p class="banner unreachable">✖ ${failing}</p>`;
  if (openOutages > 0) return html`<p class="banner unreachable">✖ ${openOutages} open outage${openOutages > 1 ? 's' : ''}</p>`;
  if (notServed > 0) return html`<p class="banner notServed">▲ ${notServedWords(notServed)}</p>`;
  if (unknown > 0) return html`<p class="banner unknown">? ${unknown} of ${known} nodes gave no verdict</p>`;
  return undefined;
}

/** The line of a cluster that is in maintenance: from when until when, and who says so. */
export function maintenanceLine({ from, until, source, by, reason }: NonNullable<ClusterView['maintenance']>): Html {
  const who = source === 'tag' ? html`by its tag <code>${MAINTENANCE_TAG}</code>` : html`asked for by ${by}`;
  return html`<p class="banner notProbed">⚒ In maintenance from ${when(from)} until ${when(until)}: nobody is notified</p><p><small>${who}${reason && html`: ${reason}`}</small></p>`;
}

/** The line of the fleet that says which clusters are in maintenance, the first that ends first. */
export function maintenanceOf(clusters: readonly ClusterView[], nameOf: (cluster: ClusterView) => string): Html | undefined {
  const some = clusters.flatMap((cluster) => (cluster.maintenance === null ? [] : [{ cluster, until: cluster.maintenance.until }]));
  const [first] = some.sort((a, b) => (a.until < b.until ? -1 : 1));
  if (first === undefined) return undefined;
  const who =
    some.length === 1
      ? html`The cluster ${nameOf(first.cluster)} is in maintenance until`
      : html`${some.length} clusters are in maintenance, the first until`;
  return html`<p class="notProbed">⚒ ${who} ${when(first.until)}: nobody is notified.</p>`;
}

/** The banner when the shown data is too old to count. */
export const staleBanner = html`<p class="banner unknown">? Sweeps do not complete: what is shown below is old.</p>`;

/** The banner for a cluster or fleet that is blind, with the reason and a remedy. */
export function blindLines(blind: NonNullable<ClusterView['blind']>, who: string, links: Links): Html {
  const { since, reason, unknown, planned } = blind;
  const { sentence } = reasons[reason];
  const remedies = remedyLines(reason, {});
  return html`<p class="banner unknown">? ${who}, since ${when(since)}: ${unknown} of ${planned} nodes gave no verdict</p><p><strong>${reason}</strong>: ${sentence} <small>${remedies[0] ?? ''}</small></p>${findingLines(links, blind, since)}`;
}

/**
 * The banner when there is no trouble: green if nearly all nodes gave a verdict, never without proof.
 *
 * @param ledger - the ledger of the last completed sweep; undefined if there is none.
 */
export function calmBanner(reachable: number, ledger: Ledger | undefined): Html {
  const odd = (words: string) => html`<p class="banner unknown">? ${words}</p>`;
  if (reachable === 0) return odd('No node was seen');
  if (ledger === undefined) return odd(`${reachable} nodes reach their API server; no sweep of all is complete yet`);
  const coverage = coverageOf(ledger);
  if (coverage === null || coverage === 0) return odd('No node gave a verdict in the last sweep');
  if (coverage < GREEN_COVERAGE)
    return odd(`${reachable} nodes reach their API server; others gave no verdict (coverage ${percent(coverage, 1)})`);
  return html`<p class="banner reachable">● All ${reachable} probed nodes reach their API server${coverage < 1 ? html` <small>(coverage ${percent(coverage, 1)})</small>` : ''}</p>`;
}
