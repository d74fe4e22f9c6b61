import type { Counts } from '../model/ledger.ts';
import { type Html, html } from './html.ts';

const ROWS = 5;
const PITCH = 9;
/** Above so many nodes, a dot stands for a hundredth of them. */
const MOST_DOTS = 100;

type Look = 'bad' | 'deg' | 'unk' | 'np' | 'ok';

/** A dot: failing ones are larger, unknown ones hollow, those that are not probed a dash. */
const SHAPE: Readonly<Record<Look, (x: number, y: number) => string>> = {
  bad: (x, y) => `M${x} ${y}h8v8h-8z`,
  deg: (x, y) => `M${x} ${y + 8}l4-8 4 8z`,
  unk: (x, y) => `M${x + 1.5} ${y + 1.5}h5v5h-5z`,
  np: (x, y) => `M${x + 1} ${y + 3.5}h6v1.5h-6z`,
  ok: (x, y) => `M${x + 1} ${y + 1}h6v6h-6z`,
};
const CLASS: Readonly<Record<Look, string>> = { bad: 'f-bad', deg: 'f-deg', unk: 'ring', np: 'f-np', ok: 'f-ok' };

/** The number of dots for each look, worst first: one for a node, or in a large cluster for each percent, and one at least for what there is. */
export function dotsOf({ known, reachable, notServed, unreachable, unknown, notProbed }: Counts): [Look, number][] {
  const scale = known > MOST_DOTS ? MOST_DOTS / known : 1;
  const dots = (nodes: number) => (nodes === 0 ? 0 : Math.max(1, Math.round(nodes * scale)));
  return [
    ['bad', dots(unreachable)],
    ['deg', dots(notServed)],
    ['unk', dots(unknown)],
    ['ok', dots(reachable - notServed)],
    ['np', dots(notProbed)],
  ];
}

/**
 * A cluster as dots, five in a column, so that its width shows its size.
 *
 * @param label - what it says, for a screen reader.
 */
export function dotsSvg(counts: Counts, label: string): Html {
  const looks = dotsOf(counts).flatMap(([look, count]) => Array<Look>(count).fill(look));
  const paths = new Map<Look, string>();
  for (const [nth, look] of looks.entries()) {
    const [x, y] = [Math.floor(nth / ROWS) * PITCH, (nth % ROWS) * PITCH];
    paths.set(look, (paths.get(look) ?? '') + SHAPE[look](x, y));
  }
  const width = Math.max(1, Math.ceil(looks.length / ROWS)) * PITCH - 1;
  const drawn = [...paths].map(([look, d]) => html`<path class="${CLASS[look]}" d="${d}"/>`);
  return html`<svg class="dots" width="${width}" height="44" viewBox="0 0 ${width} 44" role="img" aria-label="${label}">${drawn}</svg>`;
}

/** What the signs mean. */
export const dotsKey = (counts: Counts): Html => {
  const sample = (look: Look, words: string) =>
    html`<span><svg width="8" height="8" aria-hidden="true"><path class="${CLASS[look]}" d="${SHAPE[look](0, 0)}"/></svg>${words}</span>`;
  const scale = counts.known > MOST_DOTS ? html`<span>above ${MOST_DOTS} nodes of a cluster, a dot is 1 % of them</span>` : '';
  return html`<p class="key">${sample('bad', 'unreachable')}${sample('ok', 'reachable')}${sample('deg', 'not served')}${sample('unk', 'unknown')}${sample('np', 'not probed')}${scale}</p>`;
};

/** The verdicts of all nodes as one bar. */
export function barOf({ known, reachable, unreachable, unknown, notProbed }: Counts): Html {
  const label = `${unreachable} unreachable, ${unknown} unknown, ${notProbed} not probed, ${reachable} reachable`;
  const parts = [
    ['f-bad', unreachable, 0, 10],
    ['f-unk', unknown, 2, 6],
    ['f-np', notProbed, 4, 2],
    ['f-ok', reachable, 0, 10],
  ] as const;
  let x = 0;
  const drawn = parts.map(([name, nodes, y, height]) => {
    const width = known === 0 ? 0 : (nodes / known) * 1000;
    const own = html`<rect class="${name}" x="${x.toFixed(1)}" y="${y}" width="${Math.max(0, width - 2).toFixed(1)}" height="${height}"/>`;
    x += width;
    return nodes === 0 ? '' : own;
  });
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}">${drawn}</svg>`;
}
