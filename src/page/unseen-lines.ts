import { isReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { remedyLines } from '../views/remedies.ts';
import { type Html, html } from './html.ts';
import type { Links } from './layout.ts';
import { when } from './layout.ts';

const CLUSTERS_SHOWN = 10;

const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The nodes of a cluster that nobody has seen for long, by reason with what to do, and its pools that have fewer machines than nodes. */
export function unseenLines({ unseen, missingMachines }: Pick<ClusterView, 'unseen' | 'missingMachines'>): Html {
  const groups = unseen.map(({ reason, nodes, pools, names, since }) => {
    const { sentence, remedies } = isReasonCode(reason)
      ? { ...reasons[reason], remedies: remedyLines(reason, {}) }
      : { sentence: '', remedies: [] };
    const listed =
      names.length === 0
        ? ''
        : html`<br><small>${names.join(', ')}${nodes > names.length ? html` and ${nodes - names.length} more` : ''}</small>`;
    return html`<p class="unknown">? ${many(nodes, 'node')} of ${pools.join(', ')} without a verdict since ${when(since)}: <strong>${reason}</strong></p><p>${sentence} <small>${remedies[0] ?? ''}</small>${listed}</p>`;
  });
  const known = unseen.some(({ reason }) => reason === 'MachinesMissing');
  const gaps = missingMachines.map(
    ({ pool, nodes, since }) =>
      html`<p class="unknown">? The pool ${pool} is to have ${many(nodes, 'more node')} than machines were found for, since ${when(since)}</p>`,
  );
  return html`${groups}${known ? '' : gaps}`;
}

/** The lines of the fleet that say in which clusters nodes are unseen, those with most first. */
export function unseenClusters(clusters: readonly ClusterView[], nameOf: (cluster: ClusterView) => string, links: Links): Html {
  const counted = clusters.flatMap((cluster) => {
    const nodes = cluster.unseen.reduce((total, group) => total + group.nodes, 0);
    return nodes > 0 ? [{ cluster, nodes }] : [];
  });
  if (counted.length === 0) return html``;
  const total = counted.reduce((sum, { nodes }) => sum + nodes, 0);
  const worst = counted.sort((a, b) => b.nodes - a.nodes).slice(0, CLUSTERS_SHOWN);
  const listed = worst.map(
    ({ cluster, nodes }, at) =>
      html`${at > 0 ? ', ' : ''}<a href="${links.cluster(cluster.cluster)}">${nameOf(cluster)}</a> (${nodes}: ${cluster.unseen.map(({ reason }) => reason).join(', ')})`,
  );
  const rest = counted.length > worst.length ? html` and ${counted.length - worst.length} more clusters` : '';
  return html`<p class="unknown">? ${many(total, 'node')} should have a verdict and had none for long, in ${listed}${rest}.</p>`;
}
