import { reasons } from '../model/reasons.ts';
import { factsOfAnswer } from '../probe/parse.ts';
import type { CheckView } from '../views/checks.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { html } from './html.ts';
import { stateOfNode } from './page-state.ts';
import { pathPanel } from './path-panel.ts';
import { egressWords, pathOf } from './path-stages.ts';
import { agoOf, when } from './time.ts';

/** What the node printed, from the answer of a check. */
function outputOf({ response = '' }: CheckView): string {
  try {
    const { value = [] } = JSON.parse(response) as { value?: { message?: string }[] };
    return value.map(({ message = '' }) => message).join('\n');
  } catch {
    return response;
  }
}

const VERDICTS = { reachable: 'reaches its API server', unreachable: 'cannot reach its API server', unknown: 'gave no verdict' } as const;

/** The page of one check: it refreshes until the check is done. Pure. */
export function checkPage(check: CheckView, frame: Frame): Document {
  const { links, now } = frame;
  const {
    node,
    cluster,
    status,
    requestedAt,
    requestedBy,
    verdict,
    reason,
    message = '',
    latencyMs,
    served = null,
    completedAt,
    remedies = [],
  } = check;
  const crumbs = [['AKS fleet', links.fleet()], [cluster, links.cluster(cluster)], [node, links.node(cluster, node)], ['Check']] as const;
  const facts = [
    html`asked for at ${when(requestedAt, now, 'second')} by ${requestedBy}`,
    html`<a href="${links.node(cluster, node)}">The node</a>`,
  ];
  if (status === 'running' || verdict === undefined || reason === undefined) {
    const lede = html`Run Command asks the node itself, which takes about 30 s; it began ${agoOf(requestedAt, now)} ago. ${frame.paused ? html`<a href="${frame.self({ refresh: '' })}">Resume</a> to see the answer as soon as it is there.` : 'This page refreshes until the answer is there.'}`;
    return {
      title: `Checking ${node}`,
      state: 'odd',
      current: 'Fleet',
      crumbs,
      body: headOf('odd', html`Checking <span class="mono">${node}</span>`, lede, facts),
    };
  }
  const output = outputOf(check);
  const found = factsOfAnswer(output);
  const lede = html`<b>${reason}</b>: ${reasons[reason].sentence}${message && message !== reasons[reason].sentence ? html` ${message}` : ''}`;
  const took = latencyMs === undefined ? '' : `kubectl version took ${Math.round(latencyMs)} ms`;
  const state = stateOfNode(verdict, served);
  const path = pathPanel(pathOf({ verdict, reason, served, latencyMs }, found), egressWords(found), completedAt ?? null, now);
  const steps =
    verdict === 'reachable' || remedies.length === 0
      ? ''
      : html`<section class="panel"><h2>What to do</h2><ol class="steps">${remedies.map((step) => html`<li>${step}</li>`)}</ol></section>`;
  const raw =
    output === ''
      ? ''
      : html`<section class="panel" aria-labelledby="raw"><details data-key="raw"><summary id="raw">What the node printed</summary><pre class="text">${output}</pre></details></section>`;
  return {
    title: `${node}: ${verdict}`,
    state,
    current: 'Fleet',
    crumbs,
    body: html`${headOf(state, html`<span class="mono">${node}</span> ${VERDICTS[verdict]}`, lede, [...facts, took, completedAt ? html`done at ${when(completedAt, now, 'second')}` : ''])}${path}${steps}${raw}`,
  };
}
