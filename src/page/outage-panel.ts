import { reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import type { IncidentView } from '../views/incidents.ts';
import type { OutageView } from '../views/outages.ts';
import {
  type Answer,
  answersOf,
  changedAnswer,
  notifiedAnswer,
  remedyAnswer,
  stepsFor,
  trendAnswer,
  trendOfClusters,
  whyAnswer,
} from './answers.ts';
import { nameOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { icon, pill } from './icons.ts';
import type { Links } from './links.ts';
import { many, since, when } from './time.ts';

const NODES_NAMED = 3;

/** The open incident that covers the cluster of an outage. */
export type Covering = Pick<IncidentView, 'id'>;

/** How many nodes are in an outage, of which not all may have been read. */
const countOf = (outages: readonly OutageView[], cluster: ClusterView | undefined): number =>
  outages.length === 1 ? 1 : Math.max(outages.length, cluster?.openOutages ?? 0);

/** The page of an outage. */
export const outageLink = (links: Links, { subject, start }: Pick<OutageView, 'subject' | 'start'>): string =>
  links.outage(subject.cluster, subject.kind === 'node' ? subject.node : undefined, start);

/** How many nodes fail of those that gave a verdict, and how many did at most. */
function wholeOf({ failing, conclusive, most }: NonNullable<OutageView['counts']>): string {
  const now = failing === conclusive && failing > 1 ? `All ${failing} nodes` : `${failing} of ${many(conclusive, 'node')}`;
  return `${now} that gave a verdict${most > failing ? `; ${most} at most` : ''}.`;
}

/** What failing nodes have in common, in words. */
function inCommon(factors: readonly { sentence: string }[]): Html | '' {
  const [first, ...others] = factors;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : html` <span class="small">${others.map(({ sentence }) => html`${sentence} `)}</span>`;
  return html`<b>${first.sentence}</b>${more}`;
}

function severalReasons({ reasons: several = [] }: OutageView): Html {
  if (several.length < 2) return html``;
  return html` <span class="small">${several.map(({ reason, nodes }, at) => `${at > 0 ? ', ' : ''}${nodes} ${reason}`)}</span>`;
}

/** Why nobody is notified of it, if that is so. */
function heldBack(
  { maintenance, end }: OutageView,
  cluster: ClusterView | undefined,
  incident: Covering | undefined,
  links: Links,
): Html | string | undefined {
  if (incident !== undefined)
    return html`Its alert is held back: people are notified of the <a href="${links.incident(incident.id)}">incident</a>.`;
  if (maintenance) return 'It began in a maintenance: nobody is notified while that lasts.';
  if (end === null && cluster?.maintenance) return 'The cluster is in maintenance: nobody is notified while that lasts.';
  return undefined;
}

/**
 * The questions of the night about the outage of a cluster, or about those of some of its nodes together, answered.
 *
 * @param outages - of the cluster itself, or of some of its nodes; at least one.
 */
export function outageAnswers(
  outages: readonly OutageView[],
  cluster: ClusterView | undefined,
  links: Links,
  now: Date,
  incident?: Covering,
): Html {
  const [first] = outages as readonly [OutageView, ...OutageView[]];
  const searched = outages.find(({ findings }) => findings.length > 0) ?? first;
  const { subject, counts, flaps } = first;
  const factors = subject.kind === 'cluster' ? (first.commonFactors ?? []) : (cluster?.commonFactors ?? []);
  const whole = counts ? wholeOf(counts) : '';
  const names = outages.slice(0, NODES_NAMED).map(({ subject: own }, at) => {
    return 'node' in own ? html`${at > 0 ? ', ' : ''}<a class="mono" href="${links.node(own.cluster, own.node)}">${own.node}</a>` : '';
  });
  const rest = outages.length > NODES_NAMED ? html` and ${many(countOf(outages, cluster) - NODES_NAMED, 'more node')}` : '';
  const returned = flaps > 0 ? html` <span class="small">Flapping: it returned ${many(flaps, 'time')}.</span>` : '';
  const isOpen = outages.some(({ end }) => end === null);
  const answers: Answer[] = [
    ['Who', html`${subject.kind === 'cluster' ? whole : html`${names}${rest}.`}${returned}`],
    ['In common', isOpen ? inCommon(factors) : ''],
    [
      'Why',
      html`${whyAnswer(searched.findings[0], { reason: first.reason, sentence: reasons[first.reason].sentence }, links, now, outageLink(links, searched))}${severalReasons(first)}`,
    ],
    ['What changed', changedAnswer(searched.changes, first.start, links, now) || nothingChanged(searched)],
    ['Getting better?', isOpen && cluster !== undefined ? trendAnswer(trendOfClusters([cluster])) : ''],
    ['Do first', isOpen ? remedyAnswer(stepsFor(searched.findings, searched.remedies)) : ''],
    ['Notified', notifiedAnswer(first.notified, now, heldBack(first, cluster, incident, links))],
  ];
  return answersOf(answers);
}

const nothingChanged = ({ searchedAt }: OutageView): Html =>
  searchedAt === null
    ? html`<span class="muted">Azure's change log was not searched yet.</span>`
    : html`<span class="muted">No change was found in the hour before.</span>`;

/** The title of an open outage of a cluster, or of some of its nodes. */
const titleOf = (outages: readonly OutageView[], cluster: ClusterView): string =>
  outages[0]!.subject.kind === 'cluster'
    ? `Outage of ${nameOf(cluster)}`
    : `Outage of ${many(countOf(outages, cluster), 'node')} of ${nameOf(cluster)}`;

/** The id of the panel of some outages within its page. */
export const panelId = (outages: readonly OutageView[]): string => `o-${outages[0]!.id}`;

/** An open outage of a cluster, or of some of its nodes, with all that is known. */
export function outagePanel(outages: readonly OutageView[], cluster: ClusterView, links: Links, now: Date, incident?: Covering): Html {
  const [first] = outages as readonly [OutageView, ...OutageView[]];
  const id = panelId(outages);
  const begun = outages.map(({ start }) => start).sort()[0]!;
  return html`<article class="panel open" aria-labelledby="${id}"><div class="sec"><h2 id="${id}"><a href="${links.cluster(cluster.cluster)}">${when(begun, now)} ${titleOf(outages, cluster)}</a></h2>${pill('down', 'down', 'Open')}<a href="${outageLink(links, first)}">Outage page</a></div>${outageAnswers(outages, cluster, links, now, incident)}</article>`;
}

/** The same in short, for a row of cards. */
export function outageCard(outages: readonly OutageView[], cluster: ClusterView, links: Links, now: Date): Html {
  const [first] = outages as readonly [OutageView, ...OutageView[]];
  const begun = outages.map(({ start }) => start).sort()[0]!;
  const { known } = cluster.nodes;
  const finding = first.findings[0];
  const why = finding === undefined ? reasons[first.reason].sentence : `${finding.sentence}.`;
  const share =
    first.subject.kind === 'cluster' ? html`${cluster.nodes.unreachable} of ${known}` : html`${countOf(outages, cluster)} of ${known}`;
  const node =
    first.subject.kind === 'node' && outages.length === 1
      ? html` · <a class="mono" href="${links.node(first.subject.cluster, first.subject.node)}">${first.subject.node}</a>`
      : '';
  const [todo] = stepsFor(first.findings, first.remedies);
  return html`<article class="panel card"><h2>${icon('down')}<a href="${links.cluster(cluster.cluster)}">${titleOf(outages, cluster)}</a></h2><p>${why} <b>${share}</b>, ${since(begun, now)}.</p><p class="small">${todo === undefined ? '' : html`Do first: ${todo.say}`}${node} · <a href="${outageLink(links, first)}">outage</a></p></article>`;
}
