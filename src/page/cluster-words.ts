import { askedOf, type Counts, coverageOf, type Ledger } from '../model/ledger.ts';
import { isReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { type Html, html } from './html.ts';
import { percent, when } from './layout.ts';

/** What people call a cluster: many a fleet has several of one name. */
export const nameOf = ({ resourceGroup, name }: Pick<ClusterView, 'resourceGroup' | 'name'>) => `${resourceGroup}/${name}`;

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

/** How many nodes gave a verdict in a sweep, and how many were asked, of those of which a verdict is expected. */
export function coverageWords(ledger: Ledger): Html {
  const [coverage, asked] = [coverageOf(ledger), askedOf(ledger)];
  if (coverage === null || asked === null) return html`no verdict was expected of any node`;
  return html`<span title="Nodes that gave a verdict, of those of which one is expected">coverage ${percent(coverage, 1)}</span>, <span title="Nodes that were asked, whatever came of it">asked ${percent(asked, 1)}</span>`;
}

/** Nodes and outages of a cluster or the fleet, as its title shows them. */
interface Titled {
  nodes: Counts;
  openOutages: number;
  cutOff: boolean;
  /** Set where nothing is known of how it is now; since when, as far as that is known. */
  unseen: { since: string | undefined } | undefined;
}

/** What a page's title says, the worst of it; never how many are unreachable where nobody could see. */
export function titleOf({ nodes, openOutages, cutOff, unseen }: Titled): string {
  const { reachable, unreachable, unknown } = nodes;
  if (unseen?.since !== undefined) return `not seen since ${unseen.since}`;
  if (unreachable > 0) return `${unreachable} unreachable`;
  if (cutOff) return 'cut off';
  if (openOutages > 0) return `${openOutages} open outage${openOutages > 1 ? 's' : ''}`;
  if (unseen !== undefined || reachable === 0) return 'not seen';
  return unknown > 0 ? `${unknown} unknown` : `${unreachable} unreachable`;
}

/** What came of a sweep besides nodes that are reachable, by reason, most of them first, to be put behind its coverage. */
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
