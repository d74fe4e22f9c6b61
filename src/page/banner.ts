import type { Counts } from '../sweep/ledger.ts';
import { type Html, html } from './html.ts';

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
