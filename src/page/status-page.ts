import pLimit from 'p-limit';
import { sortClusters } from '../http/clusters.ts';
import { currentIntervalMs } from '../http/current-interval.ts';
import { type ClusterView, type FleetView, readClusters, staleAfterMs, viewFleet } from '../http/fleet.ts';
import { viewNodePage } from '../http/list-nodes.ts';
import { viewWorstOutages } from '../http/list-outages.ts';
import type { OutageView } from '../http/outages.ts';
import type { Reply } from '../http/route.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { Html, html } from './html.ts';

// However large the fleet is, the page stays one that a browser shows at once; the API lists the rest.
const CLUSTERS_SHOWN = 300;
const CLUSTERS_WITH_NODES = 40;
const NODES_OF_A_CLUSTER = 50;
const OUTAGES_SHOWN = 200;
const CONCURRENT_CLUSTERS = 8;
/** Below it the page is not green, however well the rest does: too much of the fleet was not asked. */
const GREEN_COVERAGE = 0.9;
const STYLE = new Html(`
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --odd: #757575; --good: #2e7d32; --card: #8881; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --odd: #bdbdbd; --good: #81c784; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.banner { border: 2px solid currentColor; border-radius: .5rem; font-size: 1.4rem; font-weight: 600; margin: 1rem 0; padding: .75rem 1rem; }
.unreachable { color: var(--bad); } .unknown, .notProbed { color: var(--odd); } .reachable { color: var(--good); }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } .wrap { overflow-x: auto; } small { opacity: .8; }
summary { cursor: pointer; padding: .35rem 0; } code { font-size: .9em; overflow-wrap: anywhere; }`);

const SIGNS = { reachable: '● reachable', unreachable: '✖ unreachable', unknown: '? unknown', notProbed: '– not probed' } as const;

const percentOf = (share: number) => `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
const percent = (share: number) => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

function uptimeLine({ uptime }: FleetView): Html {
  const windows = (['24h', '7d', '30d'] as const).flatMap((window) => {
    const share = uptime[window];
    return share === null ? [] : [`${window} ${percentOf(share)}`];
  });
  return windows.length === 0 ? html`` : html`<p>Uptime of its nodes: ${windows.join(', ')}.</p>`;
}

function banner(fleet: FleetView, clusters: readonly ClusterView[], stale: boolean): Html {
  const { nodes, lastSweep } = fleet;
  if (lastSweep === null) return html`<p class="banner unknown">? No sweep has completed yet.</p>`;
  if (stale) return html`<p class="banner unknown">? Sweeps do not complete: what stands below is old.</p>`;
  const down = clusters.filter(({ clusterOutage }) => clusterOutage !== null);
  if (down.length > 0)
    return html`<p class="banner unreachable">✖ ${down.length === 1 ? html`The cluster ${down[0]!.name} is` : html`${down.length} clusters are`} cut off: ${nodes.unreachable} of ${nodes.known} nodes cannot reach their API server</p>`;
  if (nodes.unreachable > 0)
    return html`<p class="banner unreachable">✖ ${nodes.unreachable} of ${nodes.known} nodes cannot reach their API server</p>`;
  if (nodes.unknown > 0) return html`<p class="banner unknown">? ${nodes.unknown} of ${nodes.known} nodes could not be asked</p>`;
  if (fleet.openOutages > 0) return html`<p class="banner unreachable">✖ ${fleet.openOutages} open outages</p>`;
  const coverage = lastSweep.coverage ?? 0;
  if (nodes.reachable === 0 || coverage < GREEN_COVERAGE)
    return html`<p class="banner unknown">? ${nodes.reachable} nodes reach their API server; others were not asked (coverage ${percent(coverage)})</p>`;
  return html`<p class="banner reachable">● All ${nodes.reachable} probed nodes reach their API server${coverage < 1 ? html` <small>(coverage ${percent(coverage)})</small>` : ''}</p>`;
}

function outageRow(outage: OutageView): Html {
  const { subject, reason, start, message, flaps, counts, commonFactors } = outage;
  const { sentence, remedies } = reasons[reason];
  const hit = counts ? html`, ${counts.failing} of ${counts.conclusive} nodes` : '';
  const node = 'node' in subject ? subject.node : html`the whole cluster${hit}`;
  const shared = (commonFactors ?? []).map((factor) => html`<br><small>${factor.sentence}</small>`);
  const returns = flaps > 0 ? html`<br><small>flapping: came back ${flaps} time${flaps > 1 ? 's' : ''}</small>` : '';
  return html`<tr><td><code>${node}</code><br><small>${subject.cluster}</small></td>
<td><strong>${reason}</strong>: ${sentence}<br><small>${remedies[0]}</small>${shared}${returns}</td><td><time datetime="${start}">${start}</time><br><small>${message}</small></td></tr>`;
}

async function clusterBlock(services: Services, cluster: ClusterView, withNodes: boolean): Promise<Html> {
  const { name, region, nodes } = cluster;
  const trouble = nodes.unreachable > 0 || nodes.unknown > 0;
  const counts = html`${nodes.reachable} reachable, <span class="${nodes.unreachable > 0 ? 'unreachable' : ''}">${nodes.unreachable} unreachable</span>, ${nodes.unknown} unknown, ${nodes.notProbed} not probed`;
  const page = withNodes ? await viewNodePage(services, cluster.cluster, { limit: NODES_OF_A_CLUSTER }) : undefined;
  const rows = (page?.items ?? []).map(
    ({
      node,
      verdict,
      reason,
      status,
      spec,
    }) => html`<tr><td><code>${node}</code></td><td class="${verdict}">${SIGNS[verdict]}</td><td title="${reasons[reason].sentence}">${reason}</td>
<td>${spec.pool}${spec.zone ? html` <small>zone ${spec.zone}</small>` : ''}</td><td>${status.lastProbeTime ? html`<time datetime="${status.lastProbeTime}">${status.lastProbeTime}</time>` : ''}</td></tr>`,
  );
  const nodesPath = `/api/clusters/${encodeURIComponent(cluster.cluster)}/nodes`;
  const rest = nodes.known > rows.length ? html`<p><small>The others: <code>GET ${nodesPath}</code></small></p>` : '';
  const table = html`<div class="wrap"><table><tr><th>Node</th><th>Verdict</th><th>Reason</th><th>Pool</th><th>Last probe</th></tr>${rows}</table></div>${rest}`;
  return html`<details${trouble ? html` open` : ''}><summary><strong>${name}</strong> <small>${region}${cluster.upgrading ? ', being upgraded' : ''}${cluster.recordOnly ? html`, ${cluster.recordOnly}` : ''}</small>: ${counts}</summary>${table}</details>`;
}

/** Outages without those of nodes whose whole cluster is in one: that tells all of them. */
function withoutChildren(outages: readonly OutageView[]): OutageView[] {
  const down = new Set(outages.filter(({ subject }) => subject.kind === 'cluster').map(({ subject }) => subject.cluster));
  return outages.filter(({ subject }) => subject.kind === 'cluster' || !down.has(subject.cluster));
}

/** `GET /api/status`: the fleet for people, failures first; needs no JavaScript. */
export async function showStatusPage(services: Services): Promise<Reply> {
  const rows = await readClusters(services);
  const clusters = sortClusters(services, rows);
  const byId = new Map(rows.map((row) => [row.cluster, row]));
  const troubled = clusters.filter(({ openOutages }) => openOutages > 0).slice(0, OUTAGES_SHOWN);
  const [fleet, outages] = await Promise.all([
    viewFleet(services, rows),
    viewWorstOutages(
      services,
      troubled.map(({ cluster }) => byId.get(cluster)!),
      NODES_OF_A_CLUSTER,
    ),
  ]);
  const told = withoutChildren(outages).slice(0, OUTAGES_SHOWN);
  const interval = currentIntervalMs(services);
  const { lastSweep } = fleet;
  const stale = lastSweep?.completedAt ? services.now().getTime() - Date.parse(lastSweep.completedAt) > staleAfterMs(services) : true;
  const limit = pLimit(CONCURRENT_CLUSTERS);
  const shown = clusters.slice(0, CLUSTERS_SHOWN);
  const blocks = await Promise.all(shown.map((cluster, at) => limit(() => clusterBlock(services, cluster, at < CLUSTERS_WITH_NODES))));
  const more =
    clusters.length > shown.length ? html`<p>And ${clusters.length - shown.length} clusters more: <code>GET /api/clusters</code></p>` : '';
  const refresh = Math.max(5, Math.min(60, Math.round(interval / 5000)));
  const sweep =
    lastSweep &&
    html`<p>Last sweep <time datetime="${lastSweep.id}">${lastSweep.id}</time>, completed <time datetime="${lastSweep.completedAt}">${lastSweep.completedAt}</time>, coverage ${percent(lastSweep.coverage ?? 0)}.</p>`;
  const warnings = (lastSweep?.warnings ?? []).map((warning) => html`<p class="unknown">? ${warning}.</p>`);
  const open = html`<h2>Open outages</h2><div class="wrap"><table><tr><th>Node or cluster</th><th>Reason</th><th>Since</th></tr>${told.map(outageRow)}</table></div><p><small>All of them: <code>GET /api/outages?state=open</code></small></p>`;
  const page = html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refresh}"><title>AKS fleet: ${fleet.nodes.unreachable} unreachable</title><style>${STYLE}</style></head><body>
<h1>AKS fleet</h1>${banner(fleet, clusters, stale)}
<p>${fleet.subscriptions.known} subscriptions, ${fleet.clusters.known} clusters, ${fleet.nodes.known} nodes: ${fleet.nodes.reachable} reachable, ${fleet.nodes.unreachable} unreachable, ${fleet.nodes.unknown} unknown, ${fleet.nodes.notProbed} not probed.</p>
${uptimeLine(fleet)}${sweep}${warnings}${outages.length > 0 ? open : html`<p>No open outage.</p>`}<h2>Clusters</h2>${blocks}${more}</body></html>`;
  return { html: page.text };
}
