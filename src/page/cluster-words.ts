import type { ClusterView } from '../http/fleet.ts';
import { isReasonCode, reasons } from '../probe/reasons.ts';
import type { Ledger } from '../sweep/ledger.ts';
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

/** What came of a sweep besides nodes that are reachable, by reason, most of them first, to be put behind its coverage. */
export function otherReasons({ byReason }: Ledger): Html {
  const others = Object.entries(byReason)
    .filter(([reason]) => reason !== 'Reachable')
    .sort(([, a], [, b]) => b - a);
  const told = others.map(([reason, count], at) => {
    const sentence = isReasonCode(reason) ? reasons[reason].sentence : '';
    return html`${at > 0 ? ', ' : ''}<span title="${sentence}">${count} ${reason}</span>`;
  });
  return told.length === 0 ? html`` : html` Not reachable or not asked: ${told}.`;
}
