import { outageId } from '../history/outage.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { readOutagePage } from '../tables/outage-pages.ts';
import { readOutage } from '../tables/outage-rows.ts';
import { type ClusterView, readCluster, viewCluster } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import { type OutageView, viewOutage } from '../views/outages.ts';
import { axisOf, stepChart } from './chart-svg.ts';
import { outagePoints } from './cluster-timeline.ts';
import { nameOf } from './cluster-words.ts';
import { findingsSection } from './findings-panel.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import { lastedWords, logOf } from './outage-logs.ts';
import { outageAnswers } from './outage-panel.ts';
import { changeEvents, type Event, findingEvents, notifiedEvents, storyOf } from './story.ts';
import { many, when } from './time.ts';

const OTHERS_READ = 500;
const NODES_NAMED = 200;

/** What the page of an outage is made of; the same as JSON. */
export interface OutagePage {
  outage: OutageView;
  cluster: ClusterView;
  /** Of the nodes of the cluster, for an outage of the cluster itself. */
  others: OutageView[];
  /** Whether these are all of them. */
  isWhole: boolean;
}

/**
 * Reads what the page of an outage shows.
 *
 * @param node - undefined for the outage of the cluster itself.
 * @throws Problem if the cluster or the outage is not known.
 */
export async function readOutageOf(services: Services, cluster: string, node: string | undefined, start: string): Promise<OutagePage> {
  const { tables, now } = services;
  const row = await readCluster(services, cluster);
  const [stored, others] = await Promise.all([
    readOutage(tables, cluster, node, start),
    node === undefined ? readOutagePage(tables, cluster, { which: 'all', most: OTHERS_READ }) : [],
  ]);
  if (stored === undefined)
    throw new Problem(
      'unknown-outage',
      `no outage "${outageId({ cluster, node, start })}" is known; GET /api/outages?state=all lists those that are kept`,
    );
  return {
    outage: viewOutage(stored.outage),
    cluster: viewCluster(row, staleBefore(services), now()),
    others: others.map(({ outage }) => viewOutage(outage)),
    isWhole: others.length < OTHERS_READ,
  };
}

/** What happened in an outage, beside what changed and what was found. */
function eventsOf({ start, end, episodes, startLogs, endLogs, reason, counts }: OutageView): Event[] {
  const begun: Event = {
    time: start,
    kind: 'failed',
    words: html`<b>First failure</b>: ${startLogs[0]?.message ?? reason}`,
    small: reason,
  };
  const returned = episodes.slice(1).map((episode): Event => ({ time: episode.start, kind: 'failed', words: html`<b>It returned</b>` }));
  const over: Event[] =
    end === null
      ? []
      : [
          {
            time: end,
            kind: 'recovered',
            words: html`<b>It ended</b>: ${endLogs.find(({ success }) => success)?.message ?? 'no node is seen to fail any more'}`,
          },
        ];
  const most: Event[] = counts
    ? [{ time: start, kind: 'failed', words: html`${counts.most} of ${many(counts.planned, 'node')} at most` }]
    : [];
  return [begun, ...most, ...returned, ...over];
}

function nodesChart({ outage: { start, end }, others, isWhole }: OutagePage, now: Date): Html {
  const until = end === null ? now.getTime() : Date.parse(end);
  const margin = Math.max(300_000, (until - Date.parse(start)) / 6);
  const window = { from: Date.parse(start) - margin, until: Math.min(now.getTime(), until + margin) };
  const points = outagePoints(others, window);
  const most = Math.max(0, ...points.map(({ value }) => value));
  if (most === 0) return html``;
  return html`<section class="panel" aria-labelledby="n"><div class="sec"><h2 id="n">Nodes in outages</h2><b>${isWhole ? `${most} at most` : `${most} or more at once`}</b></div><figure>${stepChart(window, points, most, isWhole ? `Up to ${most} nodes at once` : `${most} nodes or more at once`)}${axisOf(window, '')}</figure></section>`;
}

/** The page of one outage, for alerts and post-mortems. Pure. */
export function outagePage(page: OutagePage, frame: Frame): Document {
  const { outage, cluster } = page;
  const { links, now, self } = frame;
  const { subject, start, end, findings, searchedAt, changes, notified, nodes = [], startLogs, endLogs } = outage;
  const isOpen = end === null;
  const name = nameOf(cluster);
  const who =
    subject.kind === 'node'
      ? html`<a class="mono" href="${links.node(subject.cluster, subject.node)}">${subject.node}</a> of <a href="${links.cluster(subject.cluster)}">${name}</a>`
      : html`<a href="${links.cluster(subject.cluster)}">${name}</a>`;
  const title = html`${subject.kind === 'node' ? html`<span class="mono">${subject.node}</span>` : name} ${isOpen ? 'cannot reach' : 'could not reach'} its API server`;
  const counts = outage.counts ? html` ${outage.counts.most} of ${many(outage.counts.planned, 'node')} at most.` : '';
  const lede = html`${who}: from ${when(start, now, 'second')}${isOpen ? html` ${lastedWords(outage, now)}` : html` to ${when(end, now, 'second')}, ${lastedWords(outage, now)}`}.${counts}`;
  const facts = [
    isOpen ? pill('down', 'down', 'Open') : pill('ok', 'ok', 'Ended'),
    html`<a href="${self({ format: 'md' })}">Copy as Markdown</a>`,
    html`<a href="${self({ format: 'json' })}">JSON</a>`,
    html`<code>${outage.id}</code>`,
  ];
  const events = [...eventsOf(outage), ...changeEvents(changes, start, links), ...findingEvents(findings), ...notifiedEvents(notified)];
  const logs =
    startLogs.length + endLogs.length === 0
      ? ''
      : html`<section aria-labelledby="log"><div class="sec"><h2 id="log">Results around its start and its end</h2></div><div class="box"><div class="logs"><div>${logOf(startLogs, now)}</div><div>${logOf([...endLogs].reverse(), now)}</div></div></div></section>`;
  const names = nodes
    .slice(0, NODES_NAMED)
    .map((node) => html`<li><a class="mono" href="${links.node(cluster.cluster, node)}">${node}</a></li>`);
  const members =
    nodes.length === 0
      ? ''
      : html`<section aria-labelledby="mem"><div class="sec"><h2 id="mem">Nodes</h2><span class="muted">${many(nodes.length, 'node')}</span></div><ul class="panel logs">${names}</ul></section>`;
  const body = html`${headOf(isOpen ? 'bad' : 'good', title, lede, facts)}<article class="panel spaced">${outageAnswers([outage], isOpen ? cluster : undefined, links, now)}</article>${nodesChart(page, now)}${storyOf(events, now)}${findingsSection(findings, searchedAt, start, links, now)}${logs}${members}`;
  const what = subject.kind === 'node' ? subject.node : name;
  return {
    title: `Outage of ${what}${isOpen ? '' : ', ended'}`,
    state: isOpen ? 'bad' : 'good',
    current: 'Outages',
    crumbs: [
      ['AKS fleet', links.fleet()],
      [name, links.cluster(subject.cluster)],
      ...(subject.kind === 'node' ? [[subject.node, links.node(subject.cluster, subject.node)] as const] : []),
      ['Outage'],
    ],
    body,
  };
}
