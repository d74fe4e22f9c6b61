import type { Place } from '../history/places.ts';
import type { NodeView } from '../views/nodes.ts';
import { addCounts } from '../views/worst-first.ts';
import { type Html, html } from './html.ts';
import type { Links } from './links.ts';
import { many } from './time.ts';

const LOOKS = {
  unreachable: ['bad', '×'],
  notServed: ['deg', '!'],
  unknown: ['dim', '?'],
  notProbed: ['off', '–'],
  reachable: ['up', '·'],
} as const;

const lookOf = ({ verdict, served }: NodeView): keyof typeof LOOKS => (verdict === 'reachable' && served === false ? 'notServed' : verdict);

/** A node as a square with its sign; its name and state are its title. */
function square(node: NodeView, links: Links): Html {
  const look = lookOf(node);
  const [name, sign] = LOOKS[look];
  const reason = look === 'reachable' ? '' : `, ${node.reason}`;
  const words = `${node.node}: ${look === 'notServed' ? 'not served' : look === 'notProbed' ? 'not probed' : look}${reason}`;
  return html`<a class="sq ${name}" href="${links.node(node.cluster, node.node)}" title="${words}"><span aria-hidden="true">${sign}</span><span class="hidden">${words}</span></a>`;
}

const zoneOf = (zone: string) => (zone === '' ? 'No zone' : `Zone ${zone.replace(/^.*-(?=\d+$)/, '')}`);

/** Nodes that are counted rather than shown one by one. */
function rest(place: Place, shown: readonly NodeView[]): Html {
  const left = place.nodes.known - shown.length;
  if (left <= 0) return html``;
  const well = place.nodes.reachable - place.nodes.notServed - shown.filter((node) => lookOf(node) === 'reachable').length;
  const others = left - Math.max(0, well);
  return html`<span class="small muted">${well > 0 ? `${well} ok` : ''}${well > 0 && others > 0 ? ', ' : ''}${others > 0 ? `${others} more` : ''}</span>`;
}

/**
 * The nodes of a cluster by pool and zone, a square each, so that what a zone or a pool shares is seen at a glance.
 *
 * @param nodes - those that are shown as squares: all, or in a large cluster those that are not as they should be.
 */
export function nodeMap(places: readonly Place[], nodes: readonly NodeView[], links: Links): Html {
  const zones = [...new Set(places.map(({ zone }) => zone))].sort();
  const pools = [...new Set(places.map(({ pool }) => pool))].sort();
  const ofZone = (zone: string) => addCounts(places.filter((place) => place.zone === zone).map((place) => place.nodes));
  const failingZones = zones.filter((zone) => ofZone(zone).unreachable > 0);
  // A zone stands out where all or nearly all that fails is in it, and others are well.
  const isHit = (zone: string) => failingZones.length === 1 && failingZones[0] === zone && zones.length > 1;
  const heads = zones.map((zone) => {
    const { known, unreachable, notProbed } = ofZone(zone);
    // Of three nodes two fail: the third is not to be taken for a healthy one.
    const apart = unreachable > 0 && notProbed > 0 ? `, ${notProbed} not probed` : '';
    return html`<th scope="col"${isHit(zone) ? html` class="hit down"` : ''}><b${unreachable > 0 ? html` class="down"` : ''}>${zoneOf(zone)}</b>${unreachable} of ${known} ${unreachable === 1 ? 'fails' : 'fail'}${apart}</th>`;
  });
  const rows = pools.map((pool) => {
    const own = places.filter((place) => place.pool === pool);
    const cells = zones.map((zone) => {
      const place = own.find((each) => each.zone === zone);
      const shown = nodes.filter(({ spec }) => spec.pool === pool && (spec.zone ?? '') === zone);
      const squares =
        place === undefined ? '' : html`<div class="sqs">${shown.map((node) => square(node, links))}</div>${rest(place, shown)}`;
      return html`<td${isHit(zone) ? html` class="hit"` : ''}>${squares}</td>`;
    });
    const count = addCounts(own.map((place) => place.nodes)).known;
    return html`<tr><th scope="row">${pool}<span class="sub">${many(count, 'node')}</span></th>${cells}</tr>`;
  });
  const key = html`<p class="key"><span><b class="down">×</b> unreachable</span><span><b class="ok">·</b> reachable</span><span><b>?</b> unknown, dashed</span><span><b>–</b> not probed, hollow</span><span><b class="warn">!</b> reached, not served</span></p>`;
  const total = addCounts(places.map((place) => place.nodes)).known;
  const table =
    places.length === 0
      ? html`<p class="muted">No node is known yet.</p>`
      : html`<div class="wide-table"><table class="map"><caption class="hidden">Nodes by pool and zone</caption><thead><tr><th scope="col">Pool</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
  return html`<section class="panel" aria-labelledby="map"><div class="sec"><h2 id="map">Nodes</h2><span class="muted">${total}, by pool and zone</span></div>${table}${key}</section>`;
}

/**
 * Where the failing nodes are, if one zone or pool has them all and others have none; undefined otherwise. Pure.
 *
 * @returns also whether all its nodes fail: others may not have been probed.
 */
export function allOf(places: readonly Place[]): { what: 'zone' | 'pool'; value: string; isWhole: boolean } | undefined {
  for (const what of ['zone', 'pool'] as const) {
    const values = [...new Set(places.map((place) => place[what]))];
    const counts = values.map((value) => addCounts(places.filter((place) => place[what] === value).map((place) => place.nodes)));
    const hit = counts.flatMap(({ unreachable }, at) => (unreachable > 0 ? [at] : []));
    const [only] = hit;
    if (hit.length !== 1 || values.length < 2) continue;
    const { unreachable, reachable, unknown, notProbed } = counts[only!]!;
    const isSeenElsewhere = counts.some((each, at) => at !== only && each.reachable > 0);
    // Of a place of which most was not asked, little is known.
    const isAll = reachable + unknown === 0 && unreachable > notProbed;
    if (isAll && isSeenElsewhere && values[only!] !== '') return { what, value: values[only!]!, isWhole: notProbed === 0 };
  }
  return undefined;
}
