import type { ClusterView } from '../views/clusters.ts';
import type { FleetView } from '../views/fleet.ts';
import { countsOf, nameOf } from './cluster-words.ts';
import { barOf, dotsKey, dotsSvg } from './dots-svg.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import type { Links } from './links.ts';
import { many } from './time.ts';
import type { Trouble } from './troubles.ts';

/** Above so many clusters, each is a small tile instead of its dots. */
const MOST_WITH_DOTS = 48;
const TILES_SHOWN = 600;

const textOf = (cluster: ClusterView) => `${nameOf(cluster)}: ${countsOf(cluster).text.replaceAll(/<[^>]*>/g, '')}`;

function dotsTile(cluster: ClusterView, links: Links): Html {
  const tone = cluster.nodes.unreachable > 0 ? 'down' : '';
  return html`<a class="${tone}" href="${links.cluster(cluster.cluster)}">${dotsSvg(cluster.nodes, textOf(cluster))}${cluster.name}</a>`;
}

/** The sign of a small tile. */
function lookOf({ nodes, openOutages }: ClusterView): readonly [look: string, sign: string] {
  if (nodes.unreachable > 0 || openOutages > 0) return ['bad', '×'];
  if (nodes.unknown > 0) return ['dim', '?'];
  if (nodes.notServed > 0) return ['deg', '!'];
  return nodes.reachable > 0 ? ['up', ''] : ['off', '–'];
}

function smallTile(cluster: ClusterView, links: Links): Html {
  const [look, sign] = lookOf(cluster);
  return html`<a class="tile sq ${look}" href="${links.cluster(cluster.cluster)}" title="${textOf(cluster)}"><span aria-hidden="true">${sign}</span><span class="hidden">${textOf(cluster)}</span></a>`;
}

/** Those that are well need no address of their own: the list below has them. */
function wellTile(count: number): Html {
  const cells = Array.from({ length: count }, (_, nth) => `M${(nth % 40) * 12} ${Math.floor(nth / 40) * 12}h10v10h-10z`).join('');
  const height = Math.ceil(count / 40) * 12;
  return html`<svg class="spaced" width="480" height="${height}" viewBox="0 0 480 ${height}" role="img" aria-label="${many(count, 'more cluster')} as they should be"><path class="f-ok" d="${cells}"/></svg>`;
}

/** @param most - the number of small tiles that have a place of their own. */
function tiles(clusters: readonly ClusterView[], links: Links, most = TILES_SHOWN): Html {
  if (clusters.length <= MOST_WITH_DOTS) return html`<div class="atlas">${clusters.map((cluster) => dotsTile(cluster, links))}</div>`;
  const odd = clusters.filter((cluster) => lookOf(cluster)[0] !== 'up');
  const shown = odd.slice(0, most);
  const well = clusters.length - odd.length;
  const more =
    odd.length > shown.length
      ? html`<p class="small muted">And ${many(odd.length - shown.length, 'more cluster')} not as they should be: search for them below.</p>`
      : '';
  return html`<div class="tiles">${shown.map((cluster) => smallTile(cluster, links))}</div>${more}${well > 0 ? wellTile(well) : ''}`;
}

/** The verdicts of all nodes, and a tile for each cluster; those of an open incident apart from all others. */
export function fleetAtlas({ nodes }: FleetView, clusters: readonly ClusterView[], troubles: readonly Trouble[], links: Links): Html {
  const number = (sign: 'down' | 'unk' | 'np' | 'ok' | 'warn', words: string, count: number) =>
    html`<div><dt>${icon(sign)}${words}</dt><dd${sign === 'down' && count > 0 ? html` class="down"` : ''}>${count}</dd></div>`;
  const served = nodes.notServed > 0 ? number('warn', 'not served', nodes.notServed) : '';
  const incident = troubles.find((trouble) => trouble.kind === 'incident');
  const inside = incident?.kind === 'incident' && incident.incident.kind === 'outage' ? new Set(incident.incident.openClusters) : undefined;
  const own = clusters.filter(({ cluster }) => inside?.has(cluster));
  const others = clusters.filter(({ cluster }) => !inside?.has(cluster));
  const failing = (of: readonly ClusterView[]) => {
    const [bad, known] = [of.reduce((sum, each) => sum + each.nodes.unreachable, 0), of.reduce((sum, each) => sum + each.nodes.known, 0)];
    return html`${bad} of ${many(known, 'node')} ${bad === 1 ? 'fails' : 'fail'}`;
  };
  const split =
    own.length === 0
      ? html`<div class="spaced">${tiles(clusters, links)}</div>`
      : html`<h3 class="atlas-h">In the incident <b class="down">${failing(own)}</b></h3>${tiles(own, links)}${others.length === 0 ? '' : html`<h3 class="atlas-h">Elsewhere <span class="muted">${failing(others)}</span></h3>${tiles(others, links, Math.max(100, TILES_SHOWN - own.length))}`}`;
  return html`<section class="panel" aria-labelledby="atlas"><div class="sec"><h2 id="atlas">${many(nodes.known, 'node')} in ${many(clusters.length, 'cluster')}</h2></div>${barOf(nodes)}
<dl class="nums four">${number('down', 'unreachable', nodes.unreachable)}${number('unk', 'unknown', nodes.unknown)}${number('np', 'not probed', nodes.notProbed)}${number('ok', 'reachable', nodes.reachable)}${served}</dl>${split}${dotsKey(nodes)}</section>`;
}
