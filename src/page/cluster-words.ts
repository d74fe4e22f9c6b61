import type { ClusterView } from '../http/fleet.ts';
import { isReasonCode, reasons } from '../probe/reasons.ts';
import { type Html, html } from './html.ts';
import { when } from './layout.ts';

/** How many nodes of a cluster are how. */
export function countsOf({ nodes }: ClusterView): Html {
  const { reachable, unreachable, unknown, notProbed } = nodes;
  return html`${reachable} reachable, <span class="${unreachable > 0 ? 'unreachable' : ''}">${unreachable} unreachable</span>, ${unknown} unknown, ${notProbed} not probed`;
}

/** What else is to be known of a cluster, to be put behind its name. */
export function stateOf({ upgrading, recordOnly, blind }: ClusterView): Html {
  const why = isReasonCode(recordOnly) ? reasons[recordOnly].sentence : '';
  return html`${upgrading ? ', being upgraded' : ''}${recordOnly ? html`, <span title="${why}">${recordOnly}</span>` : ''}${blind && html`, not seen since ${when(blind.since)}`}`;
}
