import { coverageOf } from '../model/ledger.ts';
import type { IncidentView } from '../views/incidents.ts';
import type { OutageView } from '../views/outages.ts';
import type { SweepView } from '../views/sweeps.ts';
import { coverageWords } from './cluster-words.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import { outageLink } from './outage-panel.ts';
import type { PageState } from './page-state.ts';
import { agoOf, lengthOf, percent, when } from './time.ts';

type Column = readonly [name: string, isNumber?: boolean];

function tableOf(caption: string, columns: readonly Column[], rows: readonly (readonly unknown[])[]): Html {
  const heads = columns.map(
    ([name, isNumber]) => html`<th role="columnheader" scope="col"${isNumber ? html` class="n"` : ''}>${name}</th>`,
  );
  const cells = (row: readonly unknown[]) =>
    row.map(
      (cell, at) =>
        html`<td role="cell"${at === 0 ? html` class="wide"` : columns[at]![1] ? html` class="n" data-l="${columns[at]![0].toLowerCase()}"` : ''}>${cell}</td>`,
    );
  return html`<div class="box"><table role="table" class="cards"><caption class="hidden">${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${cells(row)}</tr>`)}</tbody></table></div>`;
}

const stateOf = (end: string | null) => (end === null ? pill('down', 'down', 'Open') : pill('ok', 'ok', 'Ended'));
const lasted = (start: string, end: string | null, now: Date) =>
  end === null ? agoOf(start, now) : lengthOf((Date.parse(end) - Date.parse(start)) / 1000);
const moreLink = ({ self }: Frame, next: string | null) => (next === null ? '' : html`<p><a href="${self({ cursor: next })}">More</a></p>`);

/** A page of a list. */
interface Listed<T> {
  items: readonly T[];
  next: string | null;
}

/** What a list says first. That none is open is known of a whole list alone, not of one page of it. */
function openWords(open: number, one: string, isWhole: boolean, { stale }: Frame): { title: string; state: PageState } {
  if (open > 0) return { title: `${open}${isWhole ? '' : ' or more'} ${open === 1 && isWhole ? one : `${one}s`} open`, state: 'bad' };
  if (stale) return { title: `No ${one} was open when sweeps last completed`, state: 'odd' };
  return isWhole ? { title: `No ${one} is open`, state: 'good' } : { title: `No ${one} on this page is open`, state: 'odd' };
}

/**
 * The incidents, newest first. Pure.
 *
 * @param isWhole - whether these are all, not one page of several.
 */
export function incidentsPage({ items, next }: Listed<IncidentView>, isWhole: boolean, frame: Frame): Document {
  const { links, now } = frame;
  const { title, state } = openWords(items.filter(({ end }) => end === null).length, 'incident', isWhole, frame);
  const rows = items.map((incident) => [
    html`<a class="name" href="${links.incident(incident.id)}">${incident.message}</a><span class="sub">${incident.why}</span>`,
    stateOf(incident.end),
    `severity ${incident.severity}`,
    when(incident.start, now),
    lasted(incident.start, incident.end, now),
  ]);
  const none = html`<p class="panel">No incident is recorded: no clusters failed together for a reason that they share.</p>`;
  const columns: Column[] = [['Incident'], ['State'], ['Severity'], ['Start', true], ['Lasted', true]];
  const body = html`${headOf(state, title, 'Clusters that fail together for a reason that they share are one incident.')}<section aria-label="Incidents">${items.length === 0 ? none : tableOf('Incidents', columns, rows)}</section>${moreLink(frame, next)}`;
  return { title, state, current: 'Incidents', crumbs: [['AKS fleet', links.fleet()], ['Incidents']], body };
}

/**
 * The outages of clusters and nodes. Pure.
 *
 * @param isWhole - whether these are all, not one page of several.
 */
export function outagesPage({ items, next }: Listed<OutageView>, which: 'open' | 'all', isWhole: boolean, frame: Frame): Document {
  const { links, now, self } = frame;
  const { title, state } = openWords(items.filter(({ end }) => end === null).length, 'outage', isWhole, frame);
  const rows = items.map((outage) => {
    const { subject, reason, start, end, findings } = outage;
    const name = subject.kind === 'node' ? html`<span class="mono">${subject.node}</span>` : 'The whole cluster';
    return [
      html`<a class="name" href="${outageLink(links, outage)}">${name}</a><span class="sub"><a href="${links.cluster(subject.cluster)}">${subject.cluster.split('.').slice(1).join('.')}</a></span>`,
      stateOf(end),
      html`<a href="${links.reason(reason)}">${reason}</a>${findings[0] === undefined ? '' : html`<span class="sub">${findings[0].sentence}</span>`}`,
      when(start, now),
      lasted(start, end, now),
    ];
  });
  const tabs = html`<span class="tabs"><a href="${self({ state: '', cursor: '' })}"${which === 'open' ? html` aria-current="true"` : ''}>open</a><a href="${self({ state: 'all', cursor: '' })}"${which === 'all' ? html` aria-current="true"` : ''}>all</a></span>`;
  const columns: Column[] = [['Node or cluster'], ['State'], ['Reason'], ['Start', true], ['Lasted', true]];
  const body = html`${headOf(state, title, which === 'open' ? 'Those that are over are in “all”.' : 'Those that are over too, as long as they are kept.')}<section aria-labelledby="list"><div class="sec"><h2 id="list">Outages</h2>${tabs}</div>${items.length === 0 ? html`<p class="panel">None.</p>` : tableOf('Outages', columns, rows)}</section>${moreLink(frame, next)}`;
  return { title, state, current: 'Outages', crumbs: [['AKS fleet', links.fleet()], ['Outages']], body };
}

/** The sweeps, newest first. Pure. */
export function sweepsPage({ items, next }: Listed<SweepView>, frame: Frame): Document {
  const { links, now } = frame;
  const [newest] = items;
  const rows = items.map(({ id, completedAt, startedAt, ledger, starter, warnings }) => {
    const coverage = ledger === null ? null : coverageOf(ledger);
    return [
      html`<b>${when(id, now, 'second')}</b><span class="sub">${starter === 'timer' ? 'by the timer' : starter === 'person' ? 'by hand' : 'in place of the timer, which did not fire'}${warnings.length > 0 ? `; ${warnings.join('; ')}` : ''}</span>`,
      completedAt === null ? pill('unk', 'unk', 'running') : lengthOf((Date.parse(completedAt) - Date.parse(startedAt)) / 1000),
      ledger?.reachable ?? '',
      ledger === null ? '' : ledger.unreachable > 0 ? html`<b class="down">${ledger.unreachable}</b>` : 0,
      ledger?.unknown ?? '',
      ledger?.notProbed ?? '',
      coverage === null
        ? html`<span class="muted">none</span>`
        : html`<span title="${ledger === null ? '' : coverageWords(ledger)}">${percent(coverage, 1)}</span>`,
    ];
  });
  const columns: Column[] = [
    ['Sweep'],
    ['Took', true],
    ['Reachable', true],
    ['Unreachable', true],
    ['Unknown', true],
    ['Not probed', true],
    ['Coverage', true],
  ];
  const title =
    newest === undefined
      ? 'No sweep has begun yet'
      : frame.stale
        ? 'Sweeps do not complete'
        : newest.completedAt === null
          ? 'A sweep is running'
          : 'The last sweep is complete';
  const body = html`${headOf(frame.stale ? 'odd' : 'good', title, 'Each sweep asks every node once. Its coverage is the share of nodes that gave a verdict, of those that are expected to.')}<section aria-label="Sweeps">${rows.length === 0 ? html`<p class="panel">None yet: the schedule starts the first.</p>` : tableOf('Sweeps', columns, rows)}</section>${moreLink(frame, next)}`;
  return {
    title,
    state: frame.stale ? 'odd' : 'good',
    current: 'Sweeps',
    crumbs: [['AKS fleet', links.fleet()], ['Sweeps']],
    body,
  };
}
