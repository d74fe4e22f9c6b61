import { emptyCounts } from '../../src/model/ledger.ts';
import { parseClusterId } from '../../src/model/resource-id.ts';
import type { Frame } from '../../src/page/frame.ts';
import { linksAt } from '../../src/page/links.ts';
import { readSettings } from '../../src/settings.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import type { IncidentView } from '../../src/views/incidents.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { OutageView } from '../../src/views/outages.ts';
import type { UptimeView } from '../../src/views/uptime.ts';

export const NOW = new Date('2026-11-21T12:00:00.000Z');
export const SINCE = '2026-11-21T11:50:00.000Z';
export const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000001';
export const idOf = (name: string) => `${SUBSCRIPTION}.rg.${name}`;
export const HOSTILE = '<script>alert("x")</script>';

const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
export const links = linksAt(settings, '/api/pages');

/** The words of some HTML, as a reader sees them: without signs, which say nothing. */
export const wordsOf = (text: string): string =>
  text
    .replaceAll(/<(style|script|svg)\b[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!)
    .replaceAll(/\s+/g, ' ')
    .trim();

export const frame: Frame = {
  links,
  now: NOW,
  sweep: { id: '2026-11-21T11:55:00Z', startedAt: '2026-11-21T11:55:02.000Z', completedAt: '2026-11-21T11:56:32.000Z' },
  next: new Date('2026-11-21T12:00:00.000Z'),
  stale: false,
  refreshSeconds: 60,
  self: (query) => `/api/pages?${new URLSearchParams(query)}`,
  paused: false,
  wall: false,
};

const none = { '24h': 0, '7d': 0, '30d': 0 };
export const noUptime: UptimeView = { '24h': null, '7d': null, '30d': null, watchedSeconds: none, maintenanceSeconds: none, byReason: [] };

/** Counts of nodes, whose number is their sum. */
export const countsOf = (counts: Partial<ClusterView['nodes']>): ClusterView['nodes'] => {
  const { reachable = 0, unreachable = 0, unknown = 0, notProbed = 0 } = counts;
  return { ...emptyCounts, ...counts, known: reachable + unreachable + unknown + notProbed };
};

/** A cluster whose nodes are so, and which is well otherwise. */
export function clusterOf(
  name: string,
  nodes: Partial<ClusterView['nodes']> = { reachable: 3 },
  more: Partial<ClusterView> = {},
): ClusterView {
  const { subscriptionId, resourceGroup, name: own } = parseClusterId(idOf(name))!;
  return {
    cluster: idOf(name),
    subscriptionId,
    subscriptionName: null,
    resourceGroup,
    name: own,
    region: 'westeurope',
    version: '1.33.5',
    nodes: countsOf(nodes),
    openOutages: 0,
    clusterOutage: null,
    degraded: null,
    notServed: [],
    blind: null,
    maintenance: null,
    unseen: [],
    missingMachines: [],
    commonFactors: [],
    recentSweeps: [],
    latency: null,
    uptime: noUptime,
    upgrading: false,
    recordOnly: null,
    assessedAt: NOW.toISOString(),
    ...more,
  };
}

/** A fleet of clusters whose last sweep came to what their nodes are. */
export function fleetOf(clusters: readonly ClusterView[], more: Partial<FleetView> = {}): FleetView {
  const sum = (key: keyof ClusterView['nodes']) => clusters.reduce((total, { nodes }) => total + nodes[key], 0);
  const counted = { reachable: sum('reachable'), unreachable: sum('unreachable'), unknown: sum('unknown'), notProbed: sum('notProbed') };
  const nodes = { ...countsOf(counted), notServed: sum('notServed') };
  const byReason = { Reachable: nodes.reachable, DnsTimeout: nodes.unreachable, NoProof: nodes.unknown, OverBudget: nodes.notProbed };
  const unknownByReason = { NoProof: nodes.unknown };
  return {
    subscriptions: countsOf({ reachable: 1 }),
    clusters: countsOf({ reachable: clusters.length }),
    nodes,
    openOutages: clusters.reduce((total, { openOutages }) => total + openOutages, 0),
    cutOff: null,
    uptime: noUptime,
    blind: null,
    incidents: [],
    gaps: [],
    lastSweep: {
      id: '2026-11-21T11:55:00Z',
      startedAt: '2026-11-21T11:55:02.000Z',
      completedAt: '2026-11-21T11:56:32.000Z',
      starter: 'timer',
      warnings: [],
      ledger: { ...nodes, byReason, unknownByReason, armRequests: 9 },
    } as unknown as FleetView['lastSweep'],
    ...more,
  };
}

/** An open outage of a cluster, or of one of its nodes. */
export function outageOf(name: string, node?: string, more: Partial<OutageView> = {}): OutageView {
  const cluster = idOf(name);
  return {
    id: `${cluster}|${node ?? '*'}|${SINCE}`,
    subject: node === undefined ? { kind: 'cluster', cluster } : { kind: 'node', cluster, node },
    reason: 'DnsTimeout',
    stage: 'dns',
    start: SINCE,
    end: null,
    message: 'it fails',
    flaps: 0,
    maintenance: false,
    episodes: [{ start: SINCE, end: null }],
    remedies: [],
    findings: [],
    changes: [],
    searchedAt: null,
    notified: {},
    startLogs: [],
    endLogs: [],
    ...more,
  };
}

/** An open incident of some clusters. */
export function incidentOf(names: readonly string[], more: Partial<IncidentView> = {}): IncidentView {
  return {
    id: '20261121T115000Z-0a1b2c3d',
    kind: 'outage',
    severity: 1,
    start: SINCE,
    end: null,
    factor: 'region',
    factorValue: 'westeurope',
    reason: 'DnsTimeout',
    message: `${names.length} clusters in westeurope cannot reach their API servers`,
    why: 'Their names do not resolve.',
    remedies: [],
    changed: null,
    counts: { affected: names.length, inside: names.length, elsewhereAffected: 0, elsewhere: 0, most: names.length },
    nodes: { affected: 3 * names.length, planned: 3 * names.length },
    clusters: names.map(idOf),
    openClusters: names.map(idOf),
    finding: null,
    notified: {},
    ...more,
  };
}

/** A node of a cluster. */
export function nodeOf(
  name: string,
  node: string,
  verdict: NodeView['verdict'] = 'reachable',
  more: Partial<NodeView> & { zone?: string | null; pool?: string } = {},
): NodeView {
  const { zone = '1', pool = 'web', ...rest } = more;
  const reason = ({ reachable: 'Reachable', unreachable: 'DnsTimeout', unknown: 'NoProof', notProbed: 'Deallocated' } as const)[verdict];
  const resourceId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/v/virtualMachines/0`;
  return {
    cluster: idOf(name),
    node,
    verdict,
    reason,
    served: null,
    spec: { resourceId, targetEndpoint: null, pool, os: 'Linux', zone },
    status: {
      conditions: [],
      lastProbeTime: NOW.toISOString(),
      openOutageSince: null,
      flapping: false,
      blind: false,
      consecutiveFailures: 0,
      consecutiveSuccesses: 1,
      recentSweeps: [{ result: verdict, sweeps: 50 }],
    },
    ...rest,
  };
}
