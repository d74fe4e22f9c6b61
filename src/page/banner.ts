import type { ClusterView } from '../http/fleet.ts';
import { reasons } from '../probe/reasons.ts';
import type { Counts } from '../sweep/ledger.ts';
import { type Html, html } from './html.ts';
import { percent, when } from './layout.ts';

/** Below it the page is not green, however well the rest does: too much was not asked. */
const GREEN_COVERAGE = 0.9;

/**
 * What is the matter, in one line for all to see; undefined where nothing is.
 *
 * @param cutOff - the beginning of the line where whole clusters have an outage; it stands though their nodes are not asked, or answer again.
 */
export function troubleBanner(nodes: Counts, openOutages: number, cutOff: Html | undefined): Html | undefined {
  const { unreachable, unknown, known } = nodes;
  const failing = unreachable > 0 ? html`${unreachable} of ${known} nodes cannot reach their API server` : undefined;
  if (cutOff !== undefined) return html`<p class="banner unreachable">✖ ${cutOff}${failing && html`: ${failing}`}</p>`;
  if (failing !== undefined) return html`<p class="banner unreachable">✖ ${failing}</p>`;
  if (openOutages > 0) return html`<p class="banner unreachable">✖ ${openOutages} open outage${openOutages > 1 ? 's' : ''}</p>`;
  if (unknown > 0) return html`<p class="banner unknown">? ${unknown} of ${known} nodes could not be asked</p>`;
  return undefined;
}

/** What is shown was seen too long ago to say anything of now. */
export const staleBanner = html`<p class="banner unknown">? Sweeps do not complete: what stands below is old.</p>`;

/** What to know and do where nobody can tell how a cluster or the fleet is. */
export function blindLines({ since, reason, unknown, planned }: NonNullable<ClusterView['blind']>, who: string): Html {
  const { sentence, remedies } = reasons[reason];
  return html`<p class="banner unknown">? ${who}, since ${when(since)}: ${unknown} of ${planned} nodes gave no verdict</p><p><strong>${reason}</strong>: ${sentence} <small>${remedies[0] ?? ''}</small></p>`;
}

/** That all is well, as far as it was asked: green where that is nearly everything. */
export function calmBanner(reachable: number, coverage: number): Html {
  if (reachable === 0 || coverage < GREEN_COVERAGE)
    return html`<p class="banner unknown">? ${reachable} nodes reach their API server; others were not asked (coverage ${percent(coverage, 1)})</p>`;
  return html`<p class="banner reachable">● All ${reachable} probed nodes reach their API server${coverage < 1 ? html` <small>(coverage ${percent(coverage, 1)})</small>` : ''}</p>`;
}
