import { askedOf, coverageOf, type Ledger } from '../model/ledger.ts';
import { isReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { type Html, html } from './html.ts';
import { percent } from './time.ts';

/** The display name of a cluster, with its resource group, since a fleet may have several clusters of one name. */
export const nameOf = ({ resourceGroup, name }: Pick<ClusterView, 'resourceGroup' | 'name'>) => `${resourceGroup}/${name}`;

/** What a reason means; empty for one that the catalogue does not have. */
export const meaningOf = (reason: string | null): string => (isReasonCode(reason) ? reasons[reason].sentence : '');

/** The nodes of a cluster that are not as they should be, in words; its number of nodes where all are. */
export function countsOf({ nodes }: Pick<ClusterView, 'nodes'>): Html {
  const { known, reachable, notServed, unreachable, unknown, notProbed } = nodes;
  const parts = [
    unreachable > 0 && html`<b class="down">${unreachable}</b> of ${known} unreachable`,
    unknown > 0 && html`${unknown} of ${known} unknown`,
    notServed > 0 && html`<span class="warn">${notServed} not served</span>`,
    notProbed > 0 && html`${notProbed} not probed`,
  ].filter((part) => part !== false);
  const well = reachable > 0 || parts.length === 0 ? [html`${reachable} reachable`] : [];
  const listed = unreachable > 0 || unknown > 0 ? parts : [...well, ...parts];
  return html`${listed.flatMap((part, at) => (at > 0 ? [', ', part] : [part]))}`;
}

/** The coverage of a sweep, and the share of nodes that were asked. */
export function coverageWords(ledger: Ledger): string {
  const [coverage, asked] = [coverageOf(ledger), askedOf(ledger)];
  if (coverage === null || asked === null) return 'no node was expected to give a verdict';
  return `coverage ${percent(coverage, 1)}, asked ${percent(asked, 1)}`;
}
