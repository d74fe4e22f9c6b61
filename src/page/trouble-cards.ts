import { type ReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterView } from '../views/clusters.ts';
import { namesOf, remediesFor } from '../views/remedies.ts';
import { meaningOf, nameOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import { incidentPanel } from './incident-panel.ts';
import type { Links } from './links.ts';
import { outageCard, outagePanel } from './outage-panel.ts';
import { many, since, when } from './time.ts';
import type { Trouble } from './troubles.ts';

const PANELS_SHOWN = 3;
const CARDS_SHOWN = 12;

const card = (edge: string, sign: Html, title: Html, words: Html, small: Html | ''): Html =>
  html`<article class="panel card ${edge}"><h2>${sign}${title}</h2><p>${words}</p>${small === '' ? '' : html`<p class="small">${small}</p>`}</article>`;

const linkTo = (links: Links, cluster: ClusterView, words: string): Html => html`<a href="${links.cluster(cluster.cluster)}">${words}</a>`;

/** What to do first about a reason of a cluster. */
const firstStep = (reason: ReasonCode, { cluster }: ClusterView): string =>
  remediesFor(reason, namesOf({ cluster }))[0]?.say ?? 'wait for the next sweep';

/** A cluster of which too many nodes give no verdict. */
export function blindCard(cluster: ClusterView, links: Links, now: Date): Html {
  const { since: start, reason, unknown, planned, findings } = cluster.blind!;
  const why = findings[0] === undefined ? reasons[reason].sentence : `${findings[0].sentence}.`;
  return card(
    'unk-edge',
    icon('unk'),
    linkTo(links, cluster, `${nameOf(cluster)}: we cannot see ${unknown} of ${many(planned, 'node')}`),
    html`${why} So it is ${since(start, now)}. The nodes may well be fine.`,
    html`<a href="${links.reason(reason)}">${reason}</a> · do first: ${firstStep(reason, cluster)}`,
  );
}

/** A cluster some of whose nodes its API server does not serve. */
export function notServedCard(cluster: ClusterView, links: Links, now: Date): Html {
  const [group] = cluster.notServed;
  const title = `${nameOf(cluster)}: ${many(cluster.nodes.notServed, 'node')} not served`;
  const degraded =
    cluster.degraded === null
      ? ''
      : html` Degraded ${since(cluster.degraded.since, now)}: ${cluster.degraded.notServed} of the ${cluster.degraded.asked} nodes that asked.`;
  if (group === undefined) return card('warn-edge', icon('warn'), linkTo(links, cluster, title), html`${degraded}`, '');
  const { sentence } = reasons[group.reason];
  return card(
    'warn-edge',
    icon('warn'),
    linkTo(links, cluster, title),
    html`${sentence} So it is ${since(group.since, now)}.${degraded}`,
    html`<a href="${links.reason(group.reason)}">${group.reason}</a> · do first: ${firstStep(group.reason, cluster)}`,
  );
}

/** A cluster with nodes that should have a verdict and had none for long. */
export function unseenCard(cluster: ClusterView, links: Links, now: Date): Html {
  const nodes = cluster.unseen.reduce((sum, group) => sum + group.nodes, 0);
  const missing = cluster.missingMachines.reduce((sum, gap) => sum + gap.nodes, 0);
  const groups = cluster.unseen.map(
    ({ reason, nodes: count, pools, since: start }) =>
      html`${many(count, 'node')} of ${pools.join(', ')} ${since(start, now)}: <a href="${links.reason(reason)}">${reason}</a>. ${meaningOf(reason)} `,
  );
  const gaps = cluster.missingMachines.map(
    ({ pool, nodes: count, since: start }) =>
      html`Azure has ${many(count, 'machine')} fewer than pool ${pool} has nodes, ${since(start, now)}. `,
  );
  const title = nodes > 0 ? `${many(nodes, 'node')} without a verdict for long` : `${many(missing, 'machine')} missing`;
  return card('unk-edge', icon('unk'), linkTo(links, cluster, `${nameOf(cluster)}: ${title}`), html`${groups}${gaps}`, '');
}

/** A cluster in maintenance. */
export function maintenanceCard(cluster: ClusterView, links: Links, now: Date): Html {
  const { from, until, source, by, reason } = cluster.maintenance!;
  const who = source === 'tag' ? 'by its tag' : `asked for by ${by}`;
  return card(
    'maint-edge',
    icon('maint'),
    linkTo(links, cluster, `${nameOf(cluster)}: in maintenance`),
    html`From ${when(from, now)} to ${when(until, now)}, ${who}${reason && html`: ${reason}`}. It is probed and recorded; nobody is notified.`,
    '',
  );
}

function cardOf(trouble: Trouble, links: Links, now: Date): Html {
  if (trouble.kind === 'incident') return incidentPanel(trouble.incident, trouble.members, links, now);
  if (trouble.kind === 'outage') return outageCard([trouble.outage], trouble.cluster, links, now);
  if (trouble.kind === 'nodes') return outageCard(trouble.outages, trouble.cluster, links, now);
  const { kind, cluster } = trouble;
  const cards = { blind: blindCard, notServed: notServedCard, unseen: unseenCard, maintenance: maintenanceCard };
  return cards[kind](cluster, links, now);
}

type Large = Extract<Trouble, { kind: 'incident' | 'outage' | 'nodes' }>;
const isLarge = (trouble: Trouble): trouble is Large =>
  trouble.kind === 'incident' || trouble.kind === 'outage' || trouble.kind === 'nodes';

function panelOf(trouble: Large, links: Links, now: Date): Html {
  if (trouble.kind === 'incident') return incidentPanel(trouble.incident, trouble.members, links, now);
  return outagePanel(trouble.kind === 'outage' ? [trouble.outage] : trouble.outages, trouble.cluster, links, now);
}

/** The troubles that are shown whole, and all others in short. */
export function troubleParts(troubles: readonly Trouble[], links: Links, now: Date): { panels: Html[]; cards: Html[] } {
  const large = troubles.filter(isLarge).slice(0, PANELS_SHOWN);
  const panels = large.map((trouble) => panelOf(trouble, links, now));
  const small = troubles.filter((trouble) => !(large as readonly Trouble[]).includes(trouble));
  const shown = small.slice(0, CARDS_SHOWN).map((trouble) => cardOf(trouble, links, now));
  const more =
    small.length > CARDS_SHOWN
      ? [
          html`<article class="panel card"><h2>And ${many(small.length - CARDS_SHOWN, 'more')}</h2><p>The clusters below show each; <a href="${links.outages}">all open outages</a>.</p></article>`,
        ]
      : [];
  return { panels, cards: [...shown, ...more] };
}
