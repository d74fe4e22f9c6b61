import { askedOf, coverageOf, type Ledger } from '../model/ledger.ts';
import { isReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { type Html, html } from './html.ts';
import { percent, when } from './layout.ts';

/** The display name of a cluster, with its resource group, since a fleet may have several clusters of one name. */
export const nameOf = ({ resourceGroup, name }: Pick<ClusterView, 'resourceGroup' | 'name'>) => `${resourceGroup}/${name}`;

/** The part of the reachable nodes that is not served, to follow their number; empty if there is none. */
export const notServedPart = (notServed: number): Html =>
  notServed > 0 ? html` (<span class="notServed">${notServed} not served</span>)` : html``;

/** The number of nodes of a cluster by verdict. */
export function countsOf({ nodes }: ClusterView): Html {
  const { reachable, notServed, unreachable, unknown, notProbed } = nodes;
  return html`${reachable} reachable${notServedPart(notServed)}, <span class="${unreachable > 0 ? 'unreachable' : ''}">${unreachable} unreachable</span>, ${unknown} unknown, ${notProbed} not probed`;
}

/** The state of a cluster, to follow its name. */
export function stateOf({ upgrading, maintenance, recordOnly, blind, degraded }: ClusterView): Html {
  const why = isReasonCode(recordOnly) ? reasons[recordOnly].sentence : '';
  return html`${upgrading ? ', being upgraded' : ''}${maintenance && html`, in maintenance until ${when(maintenance.until)}`}${recordOnly ? html`, <span title="${why}">${recordOnly}</span>` : ''}${blind && html`, not seen since ${when(blind.since)}`}${degraded && html`, degraded since ${when(degraded.since)}`}`;
}

/** The coverage of a sweep, and the share of nodes that were asked. */
export function coverageWords(ledger: Ledger): Html {
  const [coverage, asked] = [coverageOf(ledger), askedOf(ledger)];
  if (coverage === null || asked === null) return html`no node was expected to give a verdict`;
  return html`<span title="The share of nodes that gave a verdict, among those that are expected to">coverage ${percent(coverage, 1)}</span>, <span title="The share of nodes that were asked, whether or not they answered">asked ${percent(asked, 1)}</span>`;
}

/** The nodes of a sweep that were not reachable, by reason with the most frequent first, to follow its coverage. */
export function otherReasons({ byReason }: Ledger): Html {
  const others = Object.entries(byReason)
    .filter(([reason]) => reason !== 'Reachable')
    .sort(([, a], [, b]) => b - a);
  const listed = others.map(([reason, count], at) => {
    const sentence = isReasonCode(reason) ? reasons[reason].sentence : '';
    return html`${at > 0 ? ', ' : ''}<span title="${sentence}">${count} ${reason}</span>`;
  });
  return listed.length === 0 ? html`` : html` Not reachable or not asked: ${listed}.`;
}
