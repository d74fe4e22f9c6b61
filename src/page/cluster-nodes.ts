import type { ClusterView } from '../views/clusters.ts';
import type { NodeView } from '../views/nodes.ts';
import type { Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { type IconName, icon } from './icons.ts';
import { nodeParts, stripOf } from './strip-svg.ts';
import { many, when } from './time.ts';

const ROWS_SHOWN = 100;
const FOLDED_SHOWN = 60;
const WORDS = { unreachable: 'unreachable', unknown: 'unknown', notProbed: 'not probed', reachable: 'reachable' } as const;

function signOf({ verdict, served }: NodeView): IconName {
  if (verdict === 'reachable') return served === false ? 'warn' : 'ok';
  return verdict === 'unreachable' ? 'down' : verdict === 'unknown' ? 'unk' : 'np';
}

function row(node: NodeView, { links, now }: Frame): Html {
  const { cluster, node: name, verdict, reason, served, spec, status } = node;
  const [condition] = status.conditions;
  const why = served === false ? (status.conditions.find(({ type }) => type === 'Served')?.reason ?? reason) : reason;
  const words = served === false ? 'not served' : WORDS[verdict];
  const zone = spec.zone === null ? '' : `, zone ${spec.zone}`;
  const reasonCell = verdict === 'reachable' && served !== false ? '' : html`<a href="${links.reason(why)}">${why}</a>`;
  return html`<tr role="row"><td role="cell" class="wide">${icon(signOf(node))}<span class="hidden">${words}: </span> <a class="name mono" href="${links.node(cluster, name)}">${name}</a></td><td role="cell" class="nowrap">${spec.pool}${zone}</td><td role="cell" class="wide">${stripOf(nodeParts(status.recentSweeps))}</td><td role="cell" class="full">${reasonCell}</td><td role="cell" class="n" data-l="since">${when(condition?.lastTransitionTime, now)}</td><td role="cell" class="n" data-l="probed">${when(status.lastProbeTime, now, 'second')}</td></tr>`;
}

function table(nodes: readonly NodeView[], caption: string, frame: Frame): Html {
  const heads = html`<th role="columnheader" scope="col" class="c-node">Node</th><th role="columnheader" scope="col">Pool, zone</th><th role="columnheader" scope="col" class="c-strip">Last 50 sweeps</th><th role="columnheader" scope="col">Reason</th><th role="columnheader" scope="col" class="n">Since</th><th role="columnheader" scope="col" class="n">Probed</th>`;
  return html`<table role="table" class="clusters cards"><caption class="hidden">${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${nodes.map((node) => row(node, frame))}</tbody></table>`;
}

const isWell = ({ verdict, served }: NodeView) => verdict === 'reachable' && served !== false;

/** The nodes of a cluster: those that are not as they should be, the others folded. */
export function clusterNodes(nodes: readonly NodeView[], next: string | null, { cluster, nodes: counts }: ClusterView, frame: Frame): Html {
  const { links } = frame;
  const [odd, well] = [nodes.filter((node) => !isWell(node)), nodes.filter(isWell)];
  const shown = odd.slice(0, ROWS_SHOWN);
  const { known, unreachable, unknown, notServed, notProbed, reachable } = counts;
  // Of a large cluster, not all nodes are here: what is said of all comes from its counts.
  const isPart = nodes.length < known;
  const attention = isPart ? unreachable + unknown + notServed + notProbed : odd.length;
  const healthy = isPart ? `${well.length} of ${reachable - notServed}` : String(well.length);
  const more =
    next === null ? '' : html`<p class="fold small"><a href="${links.cluster(cluster, { cursor: next, limit: '100' })}">More nodes</a></p>`;
  const hidden =
    odd.length > shown.length
      ? html`<p class="fold small muted">And ${many(odd.length - shown.length, 'more')}: the map above leads to each.</p>`
      : '';
  const fold =
    well.length === 0
      ? ''
      : html`<details class="fold" data-key="healthy"${odd.length === 0 ? html` open` : ''}><summary>${healthy} healthy</summary>${table(well.slice(0, FOLDED_SHOWN), 'Healthy nodes', frame)}${well.length > FOLDED_SHOWN ? html`<p class="fold small muted">And ${well.length - FOLDED_SHOWN} more in the map above.</p>` : ''}</details>`;
  const title = shown.length === 0 ? 'Nodes one by one' : 'Nodes that need attention';
  return html`<section aria-labelledby="nodes"><div class="sec"><h2 id="nodes">${title}</h2><span class="muted">${attention === 0 ? 'none needs attention' : `${attention} of ${known} ${attention === 1 ? 'needs' : 'need'} attention`}</span></div><div class="box">${shown.length > 0 ? table(shown, 'Nodes that need attention', frame) : ''}${hidden}${fold}${more}</div></section>`;
}
