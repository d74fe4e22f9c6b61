import { percentileOf } from '../history/latency.ts';
import { reasons } from '../model/reasons.ts';
import type { Facts } from '../probe/facts.ts';
import { factsOfAnswer } from '../probe/parse.ts';
import type { Services } from '../services.ts';
import { readOutage } from '../tables/outage-rows.ts';
import { type ResultRow, readResults } from '../tables/result-rows.ts';
import { type ClusterView, readCluster, viewCluster } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import { type NodeDetail, viewNodeDetail } from '../views/node-detail.ts';
import { type OutageView, viewOutage } from '../views/outages.ts';
import { answersOf, causeOf, changedAnswer, remedyLine, sourceLinks, stepsFor, whyAnswer } from './answers.ts';
import { sparkline } from './chart-svg.ts';
import { checkForm } from './check-form.ts';
import { nameOf } from './cluster-words.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import { logOf, outageBox } from './outage-logs.ts';
import { outageLink } from './outage-panel.ts';
import { stateOfNode } from './page-state.ts';
import { pathPanel } from './path-panel.ts';
import { egressWords, pathOf } from './path-stages.ts';
import { nodeParts, stripOf, stripWords } from './strip-svg.ts';
import { many, since, when } from './time.ts';
import { uptimeNumbers, watchedWords } from './uptime-numbers.ts';

const RESULTS_READ = 50;
const DAY_MS = 86_400_000;

/** What the page of a node is made of; the same as JSON, without the output of the node. */
export interface NodePage {
  node: NodeDetail;
  cluster: ClusterView;
  /** The newest results, newest first. */
  results: ResultRow[];
  /** The open outage of its cluster, which covers that of the node. */
  whole: OutageView | undefined;
}

/**
 * Reads what the page of a node shows.
 *
 * @throws Problem if the node is not known.
 */
export async function readNodePage(services: Services, cluster: string, name: string): Promise<NodePage> {
  const now = services.now();
  const since = new Date(now.getTime() - 2 * DAY_MS);
  const [node, row, { rows }] = await Promise.all([
    viewNodeDetail(services, cluster, name),
    readCluster(services, cluster),
    readResults(services.tables, { cluster, node: name }, { since, most: RESULTS_READ }),
  ]);
  const view = viewCluster(row, staleBefore(services), now);
  const whole = view.clusterOutage && (await readOutage(services.tables, cluster, undefined, view.clusterOutage.start));
  return { node, cluster: view, results: rows, whole: whole ? viewOutage(whole.outage) : undefined };
}

const VERBS: Readonly<Record<NodeDetail['verdict'], string>> = {
  reachable: 'reaches its API server',
  unreachable: 'cannot reach its API server',
  unknown: 'gave no verdict',
  notProbed: 'is not probed',
};

function headline({ node: { node, verdict, served, reason, status }, cluster, whole }: NodePage, now: Date): { title: Html; lede: Html } {
  const [reachable, condition] = status.conditions;
  const isNotServed = verdict === 'reachable' && served === false;
  const own = status.outages.find(({ end }) => end === null);
  const title = html`<span class="mono">${node}</span> ${isNotServed ? 'reaches an API server that does not serve it' : VERBS[verdict]}`;
  const begun = (isNotServed ? condition : reachable)?.lastTransitionTime;
  const start = verdict === 'notProbed' || reason === 'Stale' ? '' : html` ${since(begun, now)}`;
  const { unreachable, known } = cluster.nodes;
  const others =
    verdict === 'unreachable'
      ? html` ${unreachable === 1 ? html`It is the only one of the ${many(known, 'node')} of ${nameOf(cluster)}` : html`${unreachable} of the ${many(known, 'node')} of ${nameOf(cluster)} are like it`}.`
      : '';
  const code = isNotServed ? (condition?.reason ?? reason) : reason;
  const open = whole ?? own;
  const found = open && causeOf([open]);
  const cause = verdict === 'unreachable' && found !== undefined ? html` Cause found: ${found}.` : '';
  return { title, lede: html`<b>${code}</b>${start}: ${reasons[code].sentence}${cause}${others}` };
}

const TONES = { True: ['ok', 'ok'], False: ['down', 'down'], Unknown: ['unk', 'unk'] } as const;

function conditionsPanel({ status, resultsWords }: { status: NodeDetail['status']; resultsWords: Html }, now: Date): Html {
  const rows = status.conditions.map(({ type, status: value, reason, lastTransitionTime }) => {
    const [tone, sign] = TONES[value];
    return html`<b>${type}</b>${pill(tone, sign, value)}<span class="muted">${type === 'Served' && value === 'Unknown' ? 'not asked' : reason}${lastTransitionTime ? html` since ${when(lastTransitionTime, now)}` : ''}</span>`;
  });
  const flags = [status.flapping && 'flapping', status.blind && 'no verdict for several probes in a row'].filter(Boolean).join(', ');
  return html`<section class="panel" aria-labelledby="cond"><div class="sec"><h2 id="cond">Conditions</h2>${flags === '' ? '' : html`<span class="small muted">${flags}</span>`}</div><div class="conds">${rows}</div><p class="small muted spaced">${resultsWords}</p></section>`;
}

function whyPanel({ node, cluster, results, whole }: NodePage, facts: Facts, frame: Frame): Html {
  const { links, now } = frame;
  const { verdict, reason, served, status } = node;
  if (verdict === 'reachable' && served !== false) return html``;
  const own = status.outages.find(({ end }) => end === null);
  // Azure is searched for the outage of the cluster, where that covers those of its nodes.
  const open = verdict === 'unreachable' && whole !== undefined && whole.searchedAt !== null ? whole : own;
  const searched = open?.findings ?? (verdict === 'unknown' ? (cluster.blind?.findings ?? []) : []);
  const code = served === false ? (status.conditions.find(({ type }) => type === 'Served')?.reason ?? reason) : reason;
  const steps = stepsFor(searched, node.remedies);
  const isOld = verdict === 'notProbed' || reason === 'Stale';
  const said = isOld ? undefined : (results[0]?.message ?? status.conditions[0]?.message);
  const egress = egressWords(facts);
  const answers = answersOf([
    ['Why', whyAnswer(searched[0], { reason: code, sentence: reasons[code].sentence }, links, now, open && outageLink(links, open))],
    ['It said', said === undefined || said === reasons[code].sentence ? '' : html`${said}`],
    ['Elsewhere', egress === '' ? '' : html`${egress}`],
    ['What changed', open === undefined ? '' : changedAnswer(open.changes, open.start, links, now)],
  ]);
  const list =
    steps.length === 0
      ? ''
      : html`<h3 class="atlas-h">What to do</h3><ol class="steps">${steps.map((step) => html`<li>${remedyLine(step)}</li>`)}</ol>`;
  const more = reasons[code].links.length === 0 ? '' : html`<p class="small muted spaced">More: ${sourceLinks(reasons[code].links)}</p>`;
  const isCause = searched[0]?.kind === 'cause';
  const tone = verdict === 'unreachable' ? 'down' : served === false ? 'warn' : 'unk';
  return html`<article class="panel open${verdict === 'unreachable' ? '' : ' unk-open'}" aria-labelledby="why"><div class="sec"><h2 id="why">Why</h2>${pill(tone, tone, isCause ? 'Cause found' : verdict === 'unreachable' ? 'Unreachable' : served === false ? 'Not served' : 'No verdict')}</div>${answers}${list}${more}</article>`;
}

function historyPanel({ node: { status }, results }: NodePage, now: Date): Html {
  const parts = nodeParts(status.recentSweeps);
  const latencies = [...results]
    .reverse()
    .flatMap(({ latencyMs, verdict }) => (verdict === 'reachable' && latencyMs !== undefined ? [latencyMs] : []));
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (percent: number) => Math.round(percentileOf(sorted, percent) ?? 0);
  const words = `Latency of ${many(latencies.length, 'success', 'successes')}: median ${at(50)} ms`;
  const lat =
    latencies.length < 2
      ? ''
      : html`<div class="row lat"><span>Latency</span>${sparkline(latencies, words)}<span class="muted">p50 <b>${at(50)}</b> · p95 <b>${at(95)}</b> ms</span></div>`;
  const oldest = results.at(-1);
  const from = oldest === undefined ? '' : html`<span>first result shown ${when(oldest.at, now)}</span>`;
  return html`<section class="panel" aria-labelledby="hist"><div class="sec"><h2 id="hist">Last 50 sweeps</h2><span class="small muted">${stripWords(parts)}</span></div>${stripOf(parts)}<p class="key">${from}<span>low: reachable</span><span>tall: unreachable</span><span>needles: unknown</span></p>${lat}</section>`;
}

/**
 * The page of one node with its way to the API server and what to do; alerts link to it. Pure.
 *
 * @param token - lets the form of this page check the node once.
 */
export function nodePage(page: NodePage, token: string, frame: Frame): Document {
  const { node, cluster, results } = page;
  const { links, now } = frame;
  const { spec, status, verdict, served } = node;
  const latest = results.find(({ at }) => at === status.lastProbeTime) ?? results[0];
  const facts = factsOfAnswer(latest?.evidence ?? '');
  const { title, lede } = headline(page, now);
  const where = [
    `pool ${spec.pool}${spec.zone === null ? '' : `, zone ${spec.zone}`}`,
    [spec.os, spec.size].filter(Boolean).join(', '),
    spec.subnet?.split('/').at(-1),
    spec.image && `image ${spec.image.split('/').at(-1)}`,
  ];
  const factsShown = [
    ...where.map((each) => each ?? ''),
    spec.targetEndpoint === null ? '' : html`API server <code>${spec.targetEndpoint}</code>`,
    spec.created ? html`created ${when(spec.created, now, 'day')}` : '',
    html`<a href="${links.portal(spec.resourceId)}" rel="noreferrer">Azure portal</a>`,
  ];
  const stages = pathOf({ ...node, latencyMs: latest?.latencyMs }, facts);
  const why = whyPanel(page, facts, frame);
  const words = html`${status.lastProbeTime === null ? 'Not probed yet.' : html`Last probe ${when(status.lastProbeTime, now, 'second')}.`} “Check now” asks this node once, which takes about 30 s.`;
  const uptime = html`<section class="panel" aria-labelledby="up"><div class="sec"><h2 id="up">Uptime</h2></div><dl class="nums">${uptimeNumbers(status.uptime)}</dl><p class="small muted spaced">${watchedWords(status.uptime)}</p></section>`;
  const side = html`<div class="stack">${conditionsPanel({ status, resultsWords: words }, now)}${historyPanel(page, now)}${uptime}</div>`;
  const main = why.text === '' ? side : html`<div class="two begin">${why}${side}</div>`;
  const outages =
    status.outages.length === 0
      ? html`<p class="panel">No outage is recorded.</p>`
      : html`${status.outages.map((outage) => outageBox(outage, links, now))}`;
  const logs = [...status.failures, ...status.successes].sort((a, b) => (a.time < b.time ? 1 : -1));
  const log =
    logs.length === 0
      ? ''
      : html`<section aria-labelledby="log"><div class="sec"><h2 id="log">Latest results</h2></div><div class="box one-log">${logOf(logs, now)}</div></section>`;
  const body = html`${headOf(stateOfNode(verdict, served), title, lede, factsShown, checkForm(links.checkNow(node.cluster, node.node), token))}${pathPanel(stages, egressWords(facts), status.lastProbeTime, now)}${main}<section aria-labelledby="outs"><div class="sec"><h2 id="outs">Outages</h2></div>${outages}</section>${log}`;
  return {
    title: `${node.node}: ${served === false ? 'not served' : verdict === 'notProbed' ? 'not probed' : verdict}`,
    state: stateOfNode(verdict, served),
    current: 'Fleet',
    crumbs: [['AKS fleet', links.fleet()], [nameOf(cluster), links.cluster(node.cluster)], [node.node]],
    body,
  };
}
