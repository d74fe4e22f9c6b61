import type { Stretch } from '../history/sweep-buckets.ts';
import type { Stretch as MaintenanceStretch } from '../model/maintenance.ts';
import type { OutageView } from '../views/outages.ts';
import { axisOf, barChart, lineChart, markChart, type Point, stepChart, type Window } from './chart-svg.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import { lengthOf, many, when } from './time.ts';

/** What the timeline of a cluster is drawn from. */
export interface Past {
  window: '24h' | '7d' | '30d';
  outages: readonly OutageView[];
  /** Whether these are all of the window: of a cluster with very many, not all are read. */
  isWhole: boolean;
  stretches: readonly Stretch[];
  /** Between two sweeps, in milliseconds. */
  intervalMs: number;
  maintenance: readonly MaintenanceStretch[];
  /** Nodes of the cluster now, and those that are unreachable, since when. */
  known: number;
  failing: { nodes: number; since: string | undefined };
}

export const DAYS = { '24h': 1, '7d': 7, '30d': 30 } as const;
const NAMES = { '24h': '24 h', '7d': '7 d', '30d': '30 d' } as const;
const LINES_SHOWN = 3;

/** How many nodes were in an outage, from each moment on at which that changed. Pure. */
export function outagePoints(outages: readonly OutageView[], { from, until }: Window): Point[] {
  const steps = outages
    .filter(({ subject }) => subject.kind === 'node')
    .flatMap(({ episodes }) => episodes)
    .map(({ start, end }) => [Math.max(from, Date.parse(start)), end === null ? until : Date.parse(end)] as const)
    .filter(([begin, end]) => end > from && begin < until && end > begin)
    .flatMap(([begin, end]) => [{ at: begin, by: 1 }, ...(end < until ? [{ at: end, by: -1 }] : [])]);
  const points: Point[] = [];
  let value = 0;
  for (const { at, by } of steps.sort((a, b) => a.at - b.at || b.by - a.by)) {
    value += by;
    if (points.at(-1)?.at === at) points[points.length - 1] = { at, value };
    else points.push({ at, value });
  }
  return points;
}

/** Adds the nodes that fail now beyond those that are in outages: one opens after a confirmation. */
function withPresent(points: readonly Point[], { nodes, since }: Past['failing'], until: number): Point[] {
  if (nodes <= (points.at(-1)?.value ?? 0)) return [...points];
  const at = Math.max(points.at(-1)?.at ?? 0, Math.min(until, Date.parse(since ?? '') || until));
  return [...points, { at, value: nodes }];
}

/** Whether no sweep was missed between two stretches that hold one each: where sweeps are rare, a stretch without one lies between them. */
const isNext = (before: Window, { from }: Window, intervalMs: number) => from - before.until < intervalMs;

/** Neighbouring stretches in which something was so, joined; one in which it was not lies between others. */
function joined(stretches: readonly Stretch[], intervalMs: number, isSo: (stretch: Stretch) => boolean): Window[] {
  const bars: Window[] = [];
  let before: Stretch | undefined;
  for (const stretch of stretches) {
    const last = bars.at(-1);
    if (isSo(stretch)) {
      if (last !== undefined && before !== undefined && isSo(before) && isNext(before, stretch, intervalMs)) last.until = stretch.until;
      else bars.push({ from: stretch.from, until: stretch.until });
    }
    before = stretch;
  }
  return bars;
}

/** A percentile of each stretch in the middle of it; a gap in time, or a stretch in which none was reachable, is a gap in the line. Pure. */
export function latencyPoints(
  stretches: readonly Stretch[],
  of: 'medianMs' | 'p95Ms' | 'p99Ms',
  until: number,
  intervalMs: number,
): (Point | undefined)[] {
  return stretches.flatMap((stretch, nth) => {
    const before = stretches[nth - 1];
    const gap = before === undefined || isNext(before, stretch, intervalMs) ? [] : [undefined];
    const { latency, from } = stretch;
    return [...gap, latency && { at: (from + Math.min(stretch.until, until)) / 2, value: latency[of] }];
  });
}

const iso = (at: number) => new Date(at).toISOString();
const label = (sign: 'down' | 'unk' | 'maint' | 'up' | 'edit', words: string) =>
  html`<span class="lab">${icon(sign, sign === 'up' ? 'maint' : sign)} ${words}</span>`;
const value = (words: Html | string) => html`<span class="val">${words}</span>`;

/** Outages that began within the same minute for one reason, in a few words. */
function outageWords(outages: readonly OutageView[], now: Date): Html {
  const [{ start, reason }] = outages as readonly [OutageView, ...OutageView[]];
  const isOpen = outages.some(({ end }) => end === null);
  const longest = Math.max(...outages.map((each) => (Date.parse(each.end ?? now.toISOString()) - Date.parse(each.start)) / 1000));
  return html`${when(start, now)} ${reason}${isOpen ? ', open' : ` for ${lengthOf(longest)}`}`;
}

function barsWords(bars: readonly Window[], now: Date): Html | string {
  const last = bars.at(-1);
  if (last === undefined) return 'none';
  return html`${when(iso(last.from), now)} to ${last.until > now.getTime() ? 'now' : when(iso(last.until), now)}${bars.length > 1 ? `, and ${bars.length - 1} before` : ''}`;
}

/** Outages, blindness, maintenance, upgrades and changes of a cluster on one axis of time. */
export function timeline(
  { window, outages, isWhole, stretches, intervalMs, maintenance, known, failing }: Past,
  tabs: Html,
  now: Date,
): Html {
  const span = { from: now.getTime() - DAYS[window] * 86_400_000, until: now.getTime() };
  const points = withPresent(outagePoints(outages, span), failing, span.until);
  const most = Math.max(0, ...points.map((point) => point.value));
  const inWindow = outages.filter(({ end }) => end === null || Date.parse(end) > span.from).sort((a, b) => (a.start < b.start ? 1 : -1));
  const together = [...Map.groupBy(inWindow, ({ start, reason }) => `${start.slice(0, 16)} ${reason}`).values()];
  const latest = together.slice(0, LINES_SHOWN).map((own) => html`${outageWords(own, now)}<br>`);
  const unknown = joined(stretches, intervalMs, (stretch) => stretch.unknown > 0);
  const upgrades = joined(stretches, intervalMs, (stretch) => stretch.upgrading);
  const planned = maintenance.map(({ from, until }) => ({ from, until })).filter(({ until }) => until > span.from);
  const times = [...new Set(outages.flatMap(({ changes }) => changes.map(({ time }) => Date.parse(time))))]
    .filter((at) => at > span.from)
    .sort((a, b) => a - b);
  const mostUnknown = Math.max(0, ...stretches.map((stretch) => stretch.unknown));
  const rows = [
    html`${label('down', 'In outages')}${value(inWindow.length === 0 ? 'none' : html`<b${most > 0 ? html` class="down"` : ''}>${most} of ${known}</b> ${isWhole ? 'at most' : 'or more'}<br>${latest}`)}${stepChart(span, points, most, `Nodes in outages: ${many(inWindow.length, 'outage')}${isWhole ? '' : ' or more'}, ${most} nodes ${isWhole ? 'at most' : 'or more'} at once`)}`,
    html`${label('unk', 'Unknown')}${value(mostUnknown === 0 ? 'none' : html`up to ${mostUnknown}; ${barsWords(unknown, now)}`)}${barChart(span, unknown, 'hole', `Unknown: ${many(unknown.length, 'stretch', 'stretches')} with up to ${mostUnknown} nodes`)}`,
    html`${label('maint', 'Maintenance')}${value(barsWords(planned, now))}${barChart(span, planned, 'f-mt', `Maintenance: ${many(planned.length, 'stretch', 'stretches')}`)}`,
    html`${label('up', 'Upgrade')}${value(barsWords(upgrades, now))}${barChart(span, upgrades, 'f-mt', `Upgrades and updates: ${many(upgrades.length, 'stretch', 'stretches')}`)}`,
    html`${label('edit', 'Changes')}${value(times.length === 0 ? 'none near an outage' : html`the last at ${when(iso(times.at(-1)!), now)}`)}${markChart(span, times, `Changes in Azure near outages: ${times.length}`)}`,
  ];
  return html`<section class="panel" aria-labelledby="tl"><div class="sec"><h2 id="tl">Last ${NAMES[window]}</h2>${tabs}</div><figure class="chart">${rows}${axisOf(span)}</figure></section>`;
}

/** How long `kubectl version` took on the nodes of a cluster, over time: in each stretch its slowest sweep. */
export function latencyChart({ window, stretches, intervalMs }: Pick<Past, 'window' | 'stretches' | 'intervalMs'>, now: Date): Html {
  const span = { from: now.getTime() - DAYS[window] * 86_400_000, until: now.getTime() };
  const known = stretches.flatMap(({ latency }) => latency ?? []);
  const newest = known.at(-1);
  if (newest === undefined) return html``;
  const most = Math.max(...known.map(({ p99Ms }) => p99Ms));
  const line = (of: 'medianMs' | 'p95Ms' | 'p99Ms') => latencyPoints(stretches, of, span.until, intervalMs);
  const last = stretches.filter((stretch) => stretch.latency !== undefined).at(-1)!;
  const words = `p50 ${Math.round(newest.medianMs)} ms, p95 ${Math.round(newest.p95Ms)} ms, p99 ${Math.round(newest.p99Ms)} ms at last`;
  const chart = lineChart(
    span,
    [
      ['l3', line('p99Ms')],
      ['l2', line('p95Ms')],
      ['l1', line('medianMs')],
    ],
    most,
    words,
  );
  return html`<section class="panel" aria-labelledby="lat"><div class="sec"><h2 id="lat">Time to answer</h2><span class="small muted">kubectl version, the slowest sweep of each ${window === '24h' ? 'half hour' : 'six hours'}</span></div><figure class="chart"><span class="lab">Milliseconds<span class="sub">of reachable nodes</span></span><span class="val"><b>p99 ${Math.round(newest.p99Ms)} ms</b>, dotted<br><b>p95 ${Math.round(newest.p95Ms)} ms</b>, dashed<br><b>p50 ${Math.round(newest.medianMs)} ms</b>, solid<br>${last.until < span.until ? html`until ${when(iso(last.until), now)}` : 'in the newest stretch'}; top: ${Math.round(most)} ms</span>${chart}${axisOf(span)}</figure></section>`;
}
