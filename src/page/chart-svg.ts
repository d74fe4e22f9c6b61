import { type Html, html } from './html.ts';
import { when } from './time.ts';

const WIDTH = 1000;
const GRID_LINES = 6;
/** The length of a value that stands alone. */
const DASH = 6;

/** A stretch of time, in epoch milliseconds. */
export interface Window {
  from: number;
  until: number;
}

/** A value from a time on, until the next point. */
export interface Point {
  at: number;
  value: number;
}

const xOf = ({ from, until }: Window, at: number) => Math.min(WIDTH, Math.max(0, ((at - from) / (until - from)) * WIDTH));
const fixed = (value: number) => Number(value.toFixed(1));

const grid = (height: number) =>
  Array.from({ length: GRID_LINES + 1 }, (_, nth) => `M${fixed((nth * WIDTH) / GRID_LINES)} 0V${height}`).join('');

function svg(height: number, size: string, label: string, drawn: unknown): Html {
  return html`<svg class="fit ${size}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="grid" d="M0 ${height - 0.5}H${WIDTH}${grid(height)}"/>${drawn}</svg>`;
}

/**
 * A number over time as steps.
 *
 * @param most - the value at the top.
 * @param label - the same in words.
 * @param from - from when on the number is known, in epoch milliseconds; from the beginning without it.
 */
export function stepChart(window: Window, points: readonly Point[], most: number, label: string, from?: number): Html {
  const height = 60;
  const y = (value: number) => fixed(height - (most === 0 ? 0 : Math.min(1, value / most) * (height - 1)));
  const steps = points.map(({ at, value }) => `H${fixed(xOf(window, at))}V${y(value)}`).join('');
  // What was before the first point is not known, unless that is said.
  const begin = from === undefined ? 0 : fixed(xOf(window, from));
  const line = `M${begin} ${y(0)}${steps}H${WIDTH}`;
  const isFlat = points.every(({ value }) => value === 0);
  return svg(
    height,
    'h60',
    label,
    html`${isFlat ? '' : html`<path class="f-area" d="${line}V${height}H${begin}Z"/>`}<path class="step" d="${line}"/>`,
  );
}

/** Stretches of time as bars. */
export function barChart(window: Window, bars: readonly Window[], look: 'f-mt' | 'hole', label: string): Html {
  const drawn = bars.map((bar) => {
    const [x, end] = [xOf(window, bar.from), xOf(window, bar.until)];
    return html`<rect class="${look}" x="${fixed(x)}" y="6" width="${fixed(Math.max(2, end - x))}" height="10"/>`;
  });
  return svg(22, '', label, drawn);
}

/** Moments as marks. */
export function markChart(window: Window, times: readonly number[], label: string): Html {
  const d = times.map((at) => `M${fixed(xOf(window, at))} 2V22`).join('');
  return svg(22, '', label, d === '' ? '' : html`<path class="strong" d="${d}"/>`);
}

/**
 * Lines over time; a gap in one is a gap in its line, and a point between two gaps a short dash.
 *
 * @param lines - for each its class and its points in the order of time; undefined for a gap.
 * @param most - the value at the top.
 */
export function lineChart(window: Window, lines: readonly [string, readonly (Point | undefined)[]][], most: number, label: string): Html {
  const height = 96;
  const drawn = lines.map(([look, points]) => {
    const d = points.map((point, nth) => {
      if (point === undefined) return '';
      const [x, y] = [xOf(window, point.at), fixed(height - (most === 0 ? 0 : point.value / most) * (height - 6))];
      const [before, after] = [points[nth - 1], points[nth + 1]];
      if (before === undefined && after === undefined) return `M${fixed(Math.max(0, x - DASH / 2))} ${y}h${DASH}`;
      return `${before === undefined ? 'M' : 'L'}${fixed(x)} ${y}`;
    });
    return html`<path class="${look}" d="${d.join('')}"/>`;
  });
  return svg(height, 'h96', label, drawn);
}

/** The times below a chart; scripts show them in the zone of the reader. */
export function axisOf({ from, until }: Window, nowWord = 'now'): Html {
  const form = until - from > 2 * 86_400_000 ? 'day' : 'clock';
  const labels = Array.from({ length: GRID_LINES }, (_, nth) => {
    const moment = new Date(from + (nth * (until - from)) / GRID_LINES);
    return when(moment.toISOString(), moment, form);
  });
  return html`<div class="axis">${labels.map((each, nth) => html`<span>${each}${nth === GRID_LINES - 1 ? html`<i>${nowWord}</i>` : ''}</span>`)}</div>`;
}

/** Small columns, one a sweep, that show how a number went. */
export function trendBars(values: readonly number[]): Html {
  const most = Math.max(1, ...values);
  const drawn = values.map((value, nth) => {
    const height = Math.max(2, (value / most) * 26);
    return html`<rect class="${value > 0 ? 'f-bad' : 'f-np'}" x="${nth * 14}" y="${fixed(26 - height)}" width="11" height="${fixed(height)}"/>`;
  });
  const label = `In each sweep: ${values.join(', ')}`;
  return html`<svg class="trend" width="${values.length * 14}" height="26" viewBox="0 0 ${Math.max(1, values.length * 14)} 26" role="img" aria-label="${label}">${drawn}</svg>`;
}

/** A line without axes. */
export function sparkline(values: readonly number[], label: string): Html {
  const most = Math.max(1, ...values);
  const d = values.map((value, nth) => {
    const x = values.length < 2 ? 0 : (nth / (values.length - 1)) * 120;
    return `${nth === 0 ? 'M' : 'L'}${fixed(x)} ${fixed(25 - (value / most) * 23)}`;
  });
  return html`<svg class="spark" viewBox="0 0 120 26" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="l1" d="${d.join('')}"/></svg>`;
}
