import { parseClusterId } from '../model/resource-id.ts';
import type { ClusterView } from '../views/clusters.ts';
import type { IncidentView } from '../views/incidents.ts';
import {
  type Answer,
  answersOf,
  kindOf,
  notifiedAnswer,
  relativeTo,
  remedyAnswer,
  stepsFor,
  trendAnswer,
  trendOfClusters,
} from './answers.ts';
import { nameOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import type { Links } from './links.ts';
import { many, when } from './time.ts';

const MEMBERS_SHOWN = 8;

/** The clusters of an incident with their failing nodes, worst first. */
function who({ counts, openClusters }: IncidentView, members: readonly ClusterView[], links: Links): Html {
  const worst = [...members].sort((a, b) => b.nodes.unreachable + b.nodes.unknown - a.nodes.unreachable - a.nodes.unknown);
  const named = worst.slice(0, MEMBERS_SHOWN).map((cluster, at) => {
    const { unreachable, unknown, known } = cluster.nodes;
    return html`${at > 0 ? ', ' : ''}<a href="${links.cluster(cluster.cluster)}">${nameOf(cluster)}</a> ${unreachable || unknown} of ${known}`;
  });
  const rest = openClusters.length > named.length ? html` and ${many(openClusters.length - named.length, 'more cluster')}` : '';
  const inside = `${counts.affected} of ${many(counts.inside, 'cluster')} that share it are affected`;
  const outside = counts.elsewhere === 0 ? '' : `; ${counts.elsewhereAffected} of ${counts.elsewhere} elsewhere`;
  return html`${named}${rest}. <span class="small">${inside}${outside}.</span>`;
}

function why({ finding, why: words, reason }: IncidentView, links: Links, now: Date, evidence: string): Html {
  const name = html`<a href="${links.reason(reason)}">${reason}</a>`;
  const from =
    finding === null
      ? name
      : html`${kindOf(finding)}, read from Azure at ${when(finding.foundAt, now)} · ${name} · <a href="${evidence}#findings">evidence</a>`;
  return html`<span class="why">${finding === null ? words : html`${finding.sentence}.`}</span> <span class="small">${from}</span>`;
}

function changed({ changed: words, finding, start }: IncidentView): Html {
  if (words === null) return html`<span class="muted">No change was found in the hour before.</span>`;
  return html`${words}${finding?.changedAt ? html`, ${relativeTo(start, finding.changedAt)}` : ''}`;
}

/** What to do first; of several clusters, the command names one that is in trouble. */
function doFirst({ finding, remedies, openClusters }: IncidentView): Html | '' {
  const steps = stepsFor(finding === null ? [] : [finding], remedies);
  if (steps.length === 0) return '';
  const example = parseClusterId(openClusters[0] ?? '')?.name;
  const isOfOne = openClusters.length > 1 && example !== undefined && steps[0]?.command?.includes(` --name ${example} `);
  return html`${remedyAnswer(steps)}${isOfOne ? html`<span class="small">It names ${example}, one of the ${openClusters.length}.</span>` : ''}`;
}

/** The questions of the night about an incident, answered. */
export function incidentAnswers(incident: IncidentView, members: readonly ClusterView[], links: Links, now: Date): Html {
  const { kind, end, notified } = incident;
  const isOpen = end === null;
  const better = isOpen && kind === 'outage' && members.length > 0 ? trendAnswer(trendOfClusters(members)) : '';
  const answers: Answer[] = [
    ['Who', isOpen && members.length > 0 ? who(incident, members, links) : ''],
    ['Why', why(incident, links, now, links.incident(incident.id))],
    ['What changed', changed(incident)],
    ['Getting better?', better],
    ['Do first', isOpen ? doFirst(incident) : ''],
    ['Notified', notifiedAnswer(notified, now, isOpen ? 'It covers the alerts of its clusters.' : undefined)],
  ];
  return answersOf(answers);
}

/** An open incident on the page of the fleet. */
export function incidentPanel(incident: IncidentView, members: readonly ClusterView[], links: Links, now: Date): Html {
  const address = links.incident(incident.id);
  const tone = incident.kind === 'unseen' ? 'unk' : 'down';
  return html`<article class="panel open${tone === 'unk' ? ' unk-open' : ''}" aria-labelledby="i-${incident.id}"><div class="sec"><h2 id="i-${incident.id}"><a href="${address}">${when(incident.start, now)} ${incident.kind === 'unseen' ? 'Nobody sees the fleet' : 'Incident'}</a></h2>${pill(tone, tone, `Open, severity ${incident.severity}`)}<a href="${address}">Timeline and members</a></div>${incidentAnswers(incident, members, links, now)}</article>`;
}
