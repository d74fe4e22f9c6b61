import type { Services } from '../services.ts';
import { listSweeps, type SweepLine } from '../tables/sweep-list.ts';
import { type ClusterView, readClusters, sortClusters } from '../views/clusters.ts';
import { currentIntervalMs, staleBefore } from '../views/current-interval.ts';
import { type FleetView, viewFleet } from '../views/fleet.ts';
import { viewWorstOutages } from '../views/outage-list.ts';
import type { OutageView } from '../views/outages.ts';
import { causeOf } from './answers.ts';
import { axisOf, stepChart } from './chart-svg.ts';
import type { Wanted } from './cluster-filter.ts';
import { coveragePanel } from './coverage.ts';
import { fleetAtlas } from './fleet-atlas.ts';
import { fleetClusters } from './fleet-clusters.ts';
import { fleetHeadline } from './fleet-head.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';
import type { Links } from './links.ts';
import { lengthOf, many, when } from './time.ts';
import { troubleParts } from './trouble-cards.ts';
import { type Trouble, troublesOf } from './troubles.ts';
import { probedNodes, uptimeNumbers, watchedWords } from './uptime-numbers.ts';

// Limits that keep the page small enough for a browser however large the fleet is.
const CLUSTERS_SEARCHED = 200;
const OUTAGES_OF_A_CLUSTER = 50;
const DAY_MS = 86_400_000;
const MOST_SWEEPS = 300;
const REASONS_SHOWN = 6;

/** What the page of the fleet is made of; the same as JSON. */
export interface FleetPage {
  fleet: FleetView;
  clusters: ClusterView[];
  /** The open ones of the worst clusters. */
  outages: OutageView[];
  /** The sweeps of the last 24 hours, oldest first. */
  sweeps: SweepLine[];
}

/** Reads what the page of the fleet shows. */
export async function readFleetPage(services: Services): Promise<FleetPage> {
  const rows = await readClusters(services);
  const clusters = sortClusters(services, rows);
  const byId = new Map(rows.map((row) => [row.cluster, row]));
  const troubled = clusters.filter(({ openOutages }) => openOutages > 0).slice(0, CLUSTERS_SEARCHED);
  const [fleet, outages, sweeps] = await Promise.all([
    viewFleet(services, rows),
    viewWorstOutages(
      services,
      troubled.map(({ cluster }) => byId.get(cluster)!),
      OUTAGES_OF_A_CLUSTER,
    ),
    listSweeps(services.tables, services.now(), MOST_SWEEPS),
  ]);
  const since = services.now().getTime() - DAY_MS;
  return { fleet, clusters, outages, sweeps: sweeps.filter(({ sweep }) => Date.parse(sweep) >= since).reverse() };
}

const STARTED: Readonly<Record<NonNullable<SweepLine['starter']>, string>> = {
  timer: '',
  'close-sweep': 'The last sweep was started in place of the timer, which did not fire.',
  request: 'The last sweep was started by an HTTP request, since the timer did not fire.',
  person: 'The last sweep was started by hand.',
};

/** What is wrong with the settings or with access, and how the last sweep began. */
function notices({ lastSweep }: FleetView): Html {
  if (lastSweep === null) return html``;
  const sentences = [...lastSweep.warnings.map((warning) => `${warning}.`), STARTED[lastSweep.starter]].filter((text) => text !== '');
  return sentences.length === 0
    ? html``
    : html`<section class="panel notice" aria-label="Notices"><ul>${sentences.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function uptimePanel({ fleet, sweeps }: FleetPage, now: Date): Html {
  const window = { from: now.getTime() - DAY_MS, until: now.getTime() };
  const points = sweeps.flatMap(({ sweep, ledger }) =>
    ledger === undefined ? [] : [{ at: Date.parse(sweep), value: ledger.unreachable }],
  );
  const most = Math.max(0, ...points.map(({ value }) => value));
  const worst = points.find(({ value }) => value === most);
  const calm =
    points.length === 0
      ? 'No sweep of the last 24 h is complete.'
      : `No node was unreachable in ${points.length === 1 ? 'the last sweep' : `the last ${points.length} sweeps`}.`;
  const words = most === 0 || worst === undefined ? calm : `${many(most, 'unreachable node')} at most`;
  const at =
    most === 0 || worst === undefined
      ? ''
      : html`, at ${when(new Date(worst.at).toISOString(), now)}; ${points.at(-1)?.value ?? 0} in the last sweep.`;
  return html`<div class="panel"><div class="sec"><h2>Uptime of the fleet</h2></div><dl class="nums">${uptimeNumbers(fleet.uptime, probedNodes(fleet.nodes))}</dl>
<figure class="day">${stepChart(window, points, most, words, points[0]?.at)}${axisOf(window)}<figcaption class="small muted">${words}${at}</figcaption></figure><p class="small muted">${watchedWords(fleet.uptime, probedNodes(fleet.nodes))}</p></div>`;
}

/** What went wrong lately, where nothing does now. */
function pastPanel({ fleet: { uptime } }: FleetPage, links: Links): Html {
  const total = uptime.byReason.reduce((sum, { outages }) => sum + outages, 0);
  const rows = uptime.byReason.slice(0, REASONS_SHOWN).map(({ reason, outages, downSeconds, meanRecoverSeconds }) => {
    const each = meanRecoverSeconds === null ? '' : `, ${lengthOf(meanRecoverSeconds)} each on average`;
    return html`<li><span>${outages}</span><a href="${links.reason(reason)}">${reason}</a><span class="muted">${lengthOf(downSeconds)} down in all${each}</span></li>`;
  });
  const list = rows.length === 0 ? html`<p class="muted">None.</p>` : html`<ul class="why-list">${rows}</ul>`;
  return html`<div class="panel"><div class="sec"><h2>Outages of nodes in 30 days</h2><a href="${links.outages}?state=all">${total === 0 ? 'all outages' : many(total, 'outage')}</a></div>${list}</div>`;
}

/** The cause of a trouble, if it was found. */
function causeOfTrouble(trouble: Trouble | undefined): string | undefined {
  const outages = trouble?.kind === 'outage' ? [trouble.outage] : trouble?.kind === 'nodes' ? trouble.outages : [];
  return causeOf(outages);
}

/**
 * The page of the fleet, the worst first; it needs no JavaScript. Pure.
 *
 * @param wanted - what the reader wants to see of the clusters.
 */
export function fleetPage(page: FleetPage, wanted: Wanted, services: Services, frame: Frame): Document {
  const { fleet, clusters, outages } = page;
  const { links, now } = frame;
  const { lastSweep } = fleet;
  const stale = lastSweep?.completedAt ? Date.parse(lastSweep.completedAt) < staleBefore(services) : true;
  const troubles = troublesOf(fleet, clusters, outages);
  const { state, title, lede } = fleetHeadline(fleet, clusters, stale, now, causeOfTrouble(troubles[0]));
  const { panels, cards } = troubleParts(troubles, links, now);
  const atlas = fleetAtlas(fleet, clusters, troubles, links);
  const below = cards.length === 0 ? '' : html`<div class="three">${cards}</div>`;
  const uptime = uptimePanel(page, now);
  const isCalm = panels.length === 0;
  const top = isCalm
    ? html`<div class="two wide">${uptime}${atlas}</div>${below}`
    : html`<div class="now"><div class="stack">${panels}</div>${atlas}${below}</div>`;
  const foot = html`<section class="two even" aria-label="Coverage and history">${coveragePanel(lastSweep?.ledger ?? undefined, links)}${isCalm ? pastPanel(page, links) : uptime}</section>`;
  const body = html`${headOf(state, title, lede)}${notices(fleet)}${top}${fleetClusters(clusters, wanted, currentIntervalMs(services), links, now)}${foot}`;
  return { title, state, current: 'Fleet', body };
}
