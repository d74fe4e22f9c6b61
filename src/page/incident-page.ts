import pLimit from 'p-limit';
import type { Services } from '../services.ts';
import { readOutagePage } from '../tables/outage-pages.ts';
import { type ClusterView, readClusters, sortClusters } from '../views/clusters.ts';
import { type IncidentView, viewOneIncident } from '../views/incidents.ts';
import { type OutageView, viewOutage } from '../views/outages.ts';
import { findingsSection } from './findings-panel.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import { incidentAnswers } from './incident-panel.ts';
import { outageLink } from './outage-panel.ts';
import { changeEvents, type Event, findingEvents, notifiedEvents, storyOf } from './story.ts';
import { agoOf, lengthOf, many, when } from './time.ts';

const MEMBERS_READ = 60;
const MEMBERS_SHOWN = 500;
const OWN_OUTAGES_READ = 4;
const CONCURRENT_READS = 8;

/** What the page of an incident is made of; the same as JSON. */
export interface IncidentPage {
  incident: IncidentView;
  members: ClusterView[];
  /** Of the members themselves, while it lasted. */
  outages: OutageView[];
  /** Whether these are all: of a large incident, not every outage is read. */
  isWhole: boolean;
}

/**
 * Reads what the page of an incident shows.
 *
 * @throws Problem if it is not known.
 */
export async function readIncidentPage(services: Services, id: string): Promise<IncidentPage> {
  const [incident, rows] = await Promise.all([viewOneIncident(services, id), readClusters(services)]);
  const ids = new Set(incident.clusters);
  const members = sortClusters(
    services,
    rows.filter(({ cluster }) => ids.has(cluster)),
  );
  const limit = pLimit(CONCURRENT_READS);
  const read = await Promise.all(
    members
      .slice(0, MEMBERS_READ)
      .map(({ cluster }) => limit(() => readOutagePage(services.tables, cluster, { which: 'all', most: OWN_OUTAGES_READ }))),
  );
  const outages = read.flat().map(({ outage }) => viewOutage(outage));
  // Those that were over before it began are of another time.
  const isOfIt = ({ subject, end, start }: OutageView) =>
    subject.kind === 'cluster' && (end === null || end >= incident.start) && (incident.end === null || start <= incident.end);
  // The outages of a cluster itself come first, the newest first.
  const isCut = read.some((own) => own.length === OWN_OUTAGES_READ && isOfIt(viewOutage(own.at(-1)!.outage)));
  const isWhole = members.length <= MEMBERS_READ && members.length === ids.size && !isCut;
  return { incident, members, outages: outages.filter(isOfIt), isWhole };
}

function memberRow(cluster: string, { incident, members, outages }: IncidentPage, { links, now }: Frame): Html {
  const view = members.find((each) => each.cluster === cluster);
  const outage = outages.find(({ subject }) => subject.cluster === cluster);
  const isOpen = incident.openClusters.includes(cluster);
  const name = view === undefined ? cluster : view.name;
  const place = view === undefined ? '' : html`<span class="sub">${view.resourceGroup}, ${view.region}</span>`;
  const state = isOpen ? pill('down', 'down', 'in trouble') : pill('ok', 'ok', 'not any more');
  const most = outage?.counts
    ? `${outage.counts.most} of ${many(outage.counts.planned, 'node')}`
    : view === undefined
      ? ''
      : isOpen
        ? `${view.nodes.unreachable || view.nodes.unknown} of ${many(view.nodes.known, 'node')}`
        : '';
  const lasted = outage?.end
    ? lengthOf((Date.parse(outage.end) - Date.parse(outage.start)) / 1000)
    : outage
      ? agoOf(outage.start, now)
      : '';
  return html`<tr role="row"><td role="cell" class="wide"><a class="name" href="${links.cluster(cluster)}">${name}</a> ${place}</td><td role="cell">${state}</td><td role="cell" data-l="failed">${most}</td><td role="cell">${outage === undefined ? '' : html`<a href="${outageLink(links, outage)}">${outage.reason}</a>`}</td><td role="cell" class="n" data-l="from">${when(outage?.start, now, 'second')}</td><td role="cell" class="n" data-l="to">${when(outage?.end, now, 'second')}</td><td role="cell" class="n">${lasted}</td></tr>`;
}

function membersSection(page: IncidentPage, frame: Frame): Html {
  const { incident } = page;
  const open = new Set(incident.openClusters);
  const sorted = [...incident.clusters].sort((a, b) => Number(open.has(b)) - Number(open.has(a)) || (a < b ? -1 : 1));
  const rows = sorted.slice(0, MEMBERS_SHOWN).map((cluster) => memberRow(cluster, page, frame));
  const more = sorted.length > rows.length ? html`<p class="fold small muted">And ${sorted.length - rows.length} more.</p>` : '';
  const heads = ['Cluster', 'State', 'Failed at most', 'Reason'].map((each) => html`<th role="columnheader" scope="col">${each}</th>`);
  const numbers = ['Start', 'End', 'Lasted'].map((each) => html`<th role="columnheader" scope="col" class="n">${each}</th>`);
  return html`<section aria-labelledby="mem"><div class="sec"><h2 id="mem">Members</h2><span class="muted">they share: ${incident.factor === 'fleet' ? 'the fleet' : `${incident.factor} ${incident.factorValue.split('/').at(-1)}`}</span></div><div class="box"><table role="table" class="cards"><caption class="hidden">Clusters of the incident</caption><thead role="rowgroup"><tr role="row">${heads}${numbers}</tr></thead><tbody role="rowgroup">${rows}</tbody></table>${more}</div></section>`;
}

/** What happened, beside what changed and what was found. */
function eventsOf({ incident, outages }: IncidentPage, { links }: Frame): Event[] {
  const { start, end, message, counts } = incident;
  const members = outages.flatMap((outage): Event[] => {
    const own = html`<b><a href="${links.cluster(outage.subject.cluster)}">${outage.subject.cluster.split('.').at(-1)}</a></b>`;
    const begun: Event = { time: outage.start, kind: 'failed', words: html`Outage of ${own}`, small: outage.reason };
    return outage.end === null ? [begun] : [begun, { time: outage.end, kind: 'recovered', words: html`${own} is back` }];
  });
  return [
    { time: start, kind: 'failed', words: html`<b>Incident began</b>: ${message}`, small: `${counts.most} clusters at most` },
    ...members,
    ...(end === null ? [] : [{ time: end, kind: 'recovered' as const, words: html`<b>Incident ended</b>` }]),
  ];
}

function numbersOf({ incident, outages, isWhole }: IncidentPage, now: Date): Html {
  const { start, end, counts, finding, notified, clusters } = incident;
  const lasted = ((end === null ? now.getTime() : Date.parse(end)) - Date.parse(start)) / 1000;
  const until = (time: string | undefined) =>
    time === undefined || time < start ? undefined : lengthOf((Date.parse(time) - Date.parse(start)) / 1000);
  const firstNotified = Object.values(notified)
    .flatMap(({ startedAt }) => startedAt ?? [])
    .sort()[0];
  // A cluster that was down twice has its nodes once.
  const ofCluster = Map.groupBy(outages, ({ subject }) => subject.cluster);
  const failed = [...ofCluster.values()].reduce((sum, own) => sum + Math.max(...own.map((outage) => outage.counts?.most ?? 0)), 0);
  const numbers: [string, string | undefined][] = [
    [end === null ? 'Lasts' : 'Lasted', lengthOf(lasted)],
    ['Clusters', `${clusters.length} (${counts.most} at once)`],
    ['Nodes failed', failed > 0 ? `${isWhole ? '' : 'at least '}${failed}` : undefined],
    [
      'Change to first failure',
      finding?.changedAt && finding.changedAt < start ? lengthOf((Date.parse(start) - Date.parse(finding.changedAt)) / 1000) : undefined,
    ],
    ['To notification', until(firstNotified)],
    ['To finding', until(finding?.foundAt)],
  ];
  const shown = numbers.filter((each): each is [string, string] => each[1] !== undefined);
  return html`<dl class="nums spaced">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The page of one incident, for alerts and post-mortems. Pure. */
export function incidentPage(page: IncidentPage, frame: Frame): Document {
  const { incident, members } = page;
  const { links, now, self } = frame;
  const { end, start, severity, kind, finding, nodes } = incident;
  const isOpen = end === null;
  const state = !isOpen ? 'good' : kind === 'unseen' ? 'odd' : 'bad';
  const moments = isOpen
    ? html`since ${when(start, now, 'second')} (${agoOf(start, now)})`
    : html`from ${when(start, now, 'second')} to ${when(end, now, 'second')}`;
  const lede = html`Severity ${severity}, ${moments}. ${isOpen ? html`${nodes.affected} of ${many(nodes.planned, 'node')} ${kind === 'unseen' ? 'give no verdict' : 'affected'} now.` : ''}`;
  const facts = [
    isOpen ? pill(kind === 'unseen' ? 'unk' : 'down', kind === 'unseen' ? 'unk' : 'down', 'Open') : pill('ok', 'ok', 'Ended'),
    html`<a href="${self({ format: 'md' })}">Copy as Markdown</a>`,
    html`<a href="${self({ format: 'json' })}">JSON</a>`,
    html`<code>${incident.id}</code>`,
  ];
  const open = members.filter(({ cluster }) => incident.openClusters.includes(cluster));
  const findings = finding === null ? [] : [finding];
  const changes = page.outages.flatMap((outage) => outage.changes);
  const events = [
    ...eventsOf(page, frame),
    ...changeEvents(changes, start, links),
    ...findingEvents(findings),
    ...notifiedEvents(incident.notified),
  ];
  const body = html`${headOf(state, incident.message, lede, facts)}${numbersOf(page, now)}<article class="panel spaced">${incidentAnswers(incident, open, links, now)}</article>${storyOf(events, now)}${findingsSection(findings, finding?.foundAt ?? null, start, links, now)}${membersSection(page, frame)}`;
  return {
    title: `${isOpen ? `Incident, severity ${severity}` : 'Incident, ended'}: ${incident.message}`,
    state,
    current: 'Incidents',
    crumbs: [['AKS fleet', links.fleet()], ['Incidents', links.incidents], [incident.id]],
    body,
  };
}
