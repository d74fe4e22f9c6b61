import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { type NodeDetail, viewNodeDetail } from '../views/node-detail.ts';
import { remedyLines } from '../views/remedies.ts';
import { type Html, html } from './html.ts';
import { documentOf, type Links, linksWith, NOT_SERVED, SIGNS, uptimeLine, when } from './layout.ts';
import { outageTable } from './outage-table.ts';
import { stateOfNode } from './page-state.ts';

function advice(reason: NodeDetail['reason']): Html {
  const { sentence, links } = reasons[reason];
  const steps = remedyLines(reason, {}).map((remedy) => html`<li>${remedy}</li>`);
  const sources = links.map((link) => html`<li><a href="${link}">${link}</a></li>`);
  return html`<p><strong>${reason}</strong>: ${sentence}</p>${steps.length > 0 ? html`<ul>${steps}</ul>` : ''}${sources.length > 0 ? html`<ul>${sources}</ul>` : ''}`;
}

/** What is wrong with a node that its API server does not serve; empty if it is served, or nothing is known. */
function notServed({ served, status }: NodeDetail): Html {
  const condition = status.conditions.find(({ type }) => type === 'Served')!;
  if (served !== false) return html``;
  return html`<p class="banner notServed">${NOT_SERVED} since ${when(condition.lastTransitionTime)}</p><p>The node reaches its API server, but the API server does not serve it.</p>${advice(condition.reason)}<p><small>${condition.message}</small></p>`;
}

function facts({ spec, status }: NodeDetail): Html {
  const { flapping, blind, lastProbeTime, openOutageSince } = status;
  const lines: [string, unknown][] = [
    ['Last probe', lastProbeTime && when(lastProbeTime)],
    ['Outage since', openOutageSince && when(openOutageSince)],
    ['Flapping', flapping && 'yes: it recovered and failed again'],
    ['Blind', blind && 'yes: several probes in a row gave no verdict'],
    ['API server', spec.targetEndpoint && html`<code>${spec.targetEndpoint}</code>`],
    ['Pool', html`${spec.pool}${spec.zone ? ` (zone ${spec.zone})` : ''}`],
    ['System', [spec.os, spec.size, spec.image].filter(Boolean).join(', ')],
    ['Created', spec.created && when(spec.created)],
    ['Resource', html`<code>${spec.resourceId}</code>`],
  ];
  const rows = lines.filter(([, value]) => value).map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`);
  return html`<div class="wrap"><table>${rows}</table></div>`;
}

function logTable(title: string, entries: NodeDetail['status']['failures']): Html {
  if (entries.length === 0) return html``;
  const rows = entries.map(
    ({ time, reason, message, latency }) =>
      html`<tr><td>${when(time)}</td><td>${reason}</td><td>${message}${latency ? html` <small>${latency}</small>` : ''}</td></tr>`,
  );
  return html`<h2>${title}</h2><div class="wrap"><table><tr><th>Time</th><th>Reason</th><th>Message</th></tr>${rows}</table></div>`;
}

function bodyOf(detail: NodeDetail, links: Links): Html {
  const { cluster, node, verdict, reason, status } = detail;
  const [{ message, lastTransitionTime }] = status.conditions as [NodeDetail['status']['conditions'][number]];
  // The whole message of a failure is in the list of failures below.
  const isCurrent = verdict !== 'notProbed' && reason !== 'Stale';
  const said = verdict === 'unreachable' || !isCurrent ? '' : html`<p><small>${message}</small></p>`;
  const since = lastTransitionTime && isCurrent ? html` since ${when(lastTransitionTime)}` : '';
  const outages =
    status.outages.length > 0 ? html`<h2>Outages</h2>${outageTable(status.outages, links)}` : html`<p>No outage is recorded.</p>`;
  return html`<p><a href="${links.fleet}">AKS fleet</a> / <a href="${links.cluster(cluster)}">${cluster}</a></p><h1><code>${node}</code></h1>
<p class="banner ${verdict}">${SIGNS[verdict]}${since}</p>${notServed(detail)}${advice(reason)}${said}${uptimeLine(status.uptime)}${facts(detail)}
${outages}${logTable('Failures', status.failures)}${logTable('Successes', status.successes)}
<p><small>All its results: <code>GET /api/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}/results</code></small></p>`;
}

/**
 * Renders the page of one node, with the remedies for its reason; alerts link to it.
 *
 * @param key - the function key, if it was given as a parameter.
 * @throws Problem if the node is not known.
 */
export async function renderNodePage(
  services: Services,
  { cluster, node, key }: { cluster: string; node: string; key: string | undefined },
): Promise<string> {
  const detail = await viewNodeDetail(services, cluster, node);
  const sign = detail.served === false ? NOT_SERVED : SIGNS[detail.verdict];
  const state = stateOfNode(detail.verdict, detail.served ?? null);
  return documentOf(services, `${detail.node}: ${sign}`, state, bodyOf(detail, linksWith(services.settings, key)));
}
