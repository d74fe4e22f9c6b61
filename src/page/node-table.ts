import { reasons } from '../model/reasons.ts';
import type { NodeView } from '../views/nodes.ts';
import { type Html, html } from './html.ts';
import { type Links, NOT_SERVED, SIGNS, when } from './layout.ts';

const reasonNotServed = ({ conditions }: NodeView['status']) => conditions.find(({ type }) => type === 'Served')!.reason;

function nodeRow({ cluster, node, verdict, reason: own, served, status, spec }: NodeView, links: Links): Html {
  const isServed = served !== false;
  const reason = isServed ? own : reasonNotServed(status);
  const zone = spec.zone ? html` <small>zone ${spec.zone}</small>` : '';
  return html`<tr><td><a href="${links.node(cluster, node)}"><code>${node}</code></a></td><td class="${isServed ? verdict : 'notServed'}">${SIGNS[verdict]}${isServed ? '' : `, ${NOT_SERVED}`}</td>
<td title="${reasons[reason].sentence}">${reason}</td><td>${spec.pool}${zone}</td><td>${when(status.lastProbeTime)}</td></tr>`;
}

/** A table of nodes with their verdicts. */
export function nodeTable(nodes: readonly NodeView[], links: Links): Html {
  const rows = nodes.map((node) => nodeRow(node, links));
  return html`<div class="wrap"><table><tr><th>Node</th><th>Verdict</th><th>Reason</th><th>Pool</th><th>Last probe</th></tr>${rows}</table></div>`;
}
