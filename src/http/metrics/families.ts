/** What a figure is: a value now, a count that only grows, a distribution that only grows, or facts as labels. */
type Kind = 'gauge' | 'counter' | 'histogram' | 'info';

/** A family of figures: all samples with one name. */
interface Family<L extends string = string> {
  kind: Kind;
  /** One sentence or two, for people. */
  help: string;
  labels: readonly L[];
}

const family =
  (kind: Kind) =>
  <const L extends string = never>(help: string, ...labels: L[]): Family<L> => ({ kind, help, labels });
const gauge = family('gauge');
const counter = family('counter');
const histogram = family('histogram');
const info = family('info');

/** What the names of all figures begin with. */
export const PREFIX = 'aks_fleet_prober_';

/**
 * Every figure of `GET /api/metrics`, by name without the prefix: the only declaration of names, kinds and labels. The reference in docs is made of it.
 * Labels go down to clusters and buckets, never to nodes. The id of a cluster is `cluster_id`, since `cluster` often names the one that is scraped.
 */
export const families = {
  cluster_info: info(
    'The facts of a cluster, to be joined on cluster_id; its value is 1.',
    ...(['cluster_id', 'subscription_id', 'resource_group', 'name', 'region', 'version'] as const),
  ),
  nodes: gauge('Nodes by their latest verdict; one older than three intervals counts as unknown.', 'cluster_id', 'verdict'),
  nodes_not_served: gauge('Nodes that reach their API server and are not served by it: a part of the reachable ones.', 'cluster_id'),
  unseen_nodes: gauge(
    'Nodes that should have a verdict and had none for UNSEEN_AFTER_MINUTES, by reason; absent where there are none.',
    'cluster_id',
    'reason',
  ),
  open_outages: gauge('Open outages of nodes, and of the cluster itself (0 or 1).', 'cluster_id', 'subject'),
  outages_total: counter('Outages that began since the cluster is known, of nodes and of the cluster itself.', 'cluster_id', 'subject'),
  cluster_condition_start_timestamp_seconds: gauge(
    'Since when something is wrong with a cluster, by the name of the alert that says so; absent for others. Of the outages of its nodes, the first that is open.',
    'cluster_id',
    'condition',
    'reason',
  ),
  cluster_blind: gauge('1 if a cluster is blind: too few of its nodes give a verdict; absent for other clusters.', 'cluster_id'),
  cluster_degraded: gauge(
    '1 if the API server of a cluster does not serve a quorum of the nodes that reach it; absent for other clusters.',
    'cluster_id',
  ),
  cluster_maintenance: gauge('1 while a cluster is in maintenance: nobody is notified of it; absent for other clusters.', 'cluster_id'),
  cluster_incident: gauge(
    '1 while an open incident covers a cluster: people are notified of the incident only; absent for other clusters.',
    'cluster_id',
    'incident',
  ),
  latency_seconds: histogram(
    'How long kubectl version takes on the nodes of a cluster that reach their API server: each completed sweep adds one observation a node.',
    'cluster_id',
  ),
  latency_median_seconds: gauge('How long it takes now on the middle one of these nodes.', 'cluster_id'),
  latency_worst_seconds: gauge('How long it takes now on the slowest of these nodes.', 'cluster_id'),
  nodes_slow: gauge('Nodes on which it takes three seconds or more now: a part of the reachable ones.', 'cluster_id'),
  uptime_ratio: gauge(
    'The share of watched time in which no outage of a node was open; absent if nothing was watched.',
    'cluster_id',
    'window',
  ),
  watched_seconds: gauge('Seconds for which the nodes of a cluster were watched, added up.', 'cluster_id', 'window'),
  maintenance_seconds: gauge(
    'Seconds for which they would have been watched in maintenance, added up; absent if there was none.',
    'cluster_id',
    'window',
  ),

  coverage_ratio: gauge(
    'The share of the nodes of a cluster that gave a verdict in the last completed sweep, among those that are expected to; absent if none is.',
    'cluster_id',
  ),
  nodes_without_verdict: gauge(
    'Why coverage is not whole: nodes that were expected to give a verdict in the last completed sweep and gave none, by reason.',
    'cluster_id',
    'reason',
  ),
  last_sweep_nodes: gauge('Nodes by the reason of their outcome in the last completed sweep.', 'cluster_id', 'reason'),
  last_sweep_coverage_ratio: gauge(
    'The share of all nodes that gave a verdict in the last completed sweep, among those that are expected to; absent if none is.',
  ),
  last_sweep_asked_ratio: gauge(
    'The share of all nodes that were asked in the last completed sweep, whatever they answered, among the same; absent if none is.',
  ),
  last_sweep_start_timestamp_seconds: gauge('When the last completed sweep started.'),
  last_sweep_completion_timestamp_seconds: gauge('When it was completed.'),
  last_sweep_duration_seconds: gauge('How long it took.'),
  sweep_interval_seconds: gauge('How long it is from one sweep to the next by the schedule, now.'),
  subscription_gap: gauge('1 for a subscription that the last completed sweep could not read; absent for others.', 'subscription_id'),
  sweeps_total: counter('Sweeps that were completed, by what started them.', 'starter'),
  sweep_outcomes_total: counter('Outcomes of nodes in completed sweeps, by reason.', 'reason'),
  probes_total: counter('Probes of completed sweeps, by verdict.', 'verdict'),
  arm_requests_total: counter('Requests to Azure Resource Manager that completed sweeps report.'),

  blind: gauge('Whether nobody sees the fleet (0 or 1).'),
  open_incidents: gauge('Incidents that are open: clusters that failed together, or a fleet that nobody sees.', 'kind', 'severity'),
  incident_start_timestamp_seconds: gauge(
    'When an incident that is open began, with what its clusters share; absent when it is over.',
    ...(['incident', 'kind', 'factor', 'factor_value', 'severity', 'reason'] as const),
  ),
  incident_clusters: gauge('Clusters of an open incident that are in trouble now.', 'incident'),
  incident_nodes: gauge('Nodes of these that fail or give no verdict now.', 'incident'),

  arm_starts_left: gauge('Runs that a sweep may still start before the next occurrence of the schedule.', 'subscription_id', 'region'),
  arm_planned_seconds: gauge('How many seconds ahead starts are planned.', 'subscription_id', 'region', 'lane'),
  arm_paused_seconds: gauge('For how many more seconds throttling by Azure pauses starts.', 'subscription_id', 'region'),

  build_info: info(
    'The version of the prober that answers, and the hash of the scripts that it runs on nodes; its value is 1.',
    'version',
    'script',
  ),
  poison_messages_total: counter('Work that failed each time it was tried and was given up; its nodes are unknown.'),
  prober_errors_total: counter('Other errors of the prober that it reported, by kind; one that lasts is reported again.', 'kind'),
  notifications_pending: gauge(
    'Notifications that are due and that a sink, or the receiver behind it, has not accepted yet; those that maintenance or an incident holds back are not due.',
    'sink',
  ),
  causes_total: counter(
    'Causes that searches in Azure found, of outages that have ended: confirmed, or revoked because the setting was still the same; absent where there were none.',
    'code',
    'outcome',
  ),
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
/** The names of all labels of a family. */
export type LabelOf<N extends FamilyName> = (typeof families)[N]['labels'][number];

/** What each label says. */
export const labelMeanings: Record<LabelOf<FamilyName>, string> = {
  cluster_id: '`<subscription id>.<resource group>.<cluster name>` in lower case',
  subscription_id: 'ID of the subscription',
  resource_group: 'resource group of the cluster',
  name: 'name of the cluster',
  region: 'Azure region',
  version: 'Kubernetes version of the cluster; of `build_info`, version of the prober',
  verdict: '`reachable`, `unreachable`, `unknown`, `notProbed`',
  reason: 'code of the [reason](reasons.md)',
  subject: '`node` or `cluster`',
  condition: 'name of the alert: `cluster-outage`, `node-outages`, `cluster-blind`, `cluster-degraded`, `nodes-unseen`',
  incident: 'ID of the incident; its page is `/api/status/incidents/{incident}`',
  kind: 'of an incident `outage` (clusters that failed together) or `unseen` (nobody sees the fleet); of an error, what it was',
  factor:
    'what the clusters of an incident share: `finding`, `nextHop`, `dnsServers`, `network`, `region`, `subscription`, `reason`, `fleet`',
  factor_value: 'the resource ID, address, region, subscription or reason that they share; `*` for the fleet',
  severity: '`0` where most of the fleet is down, else `1`',
  window: '`24h`, `7d`, `30d`',
  starter: '`timer`, `close-sweep`, `request`, `person`',
  lane: '`sweep` for first probes, `extra` for confirmations and checks',
  script: 'SHA-256 of the scripts that run on nodes',
  sink: '`ApplicationInsights`, `webhook-<name>`, or `log` where there is neither',
  code: 'code of the [finding](findings.md)',
  outcome: '`confirmed` or `revoked`',
};
