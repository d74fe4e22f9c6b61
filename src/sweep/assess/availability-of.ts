import type { Blindness } from '../../history/blindness.ts';
import type { ClusterOutageState } from '../../history/cluster-outage.ts';
import type { Degradation, DegradationState } from '../../history/degradation.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import type { FrozenWords } from '../../history/frozen-words.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { UnseenGroup } from '../../history/unseen.ts';
import { type Counts, conclusiveOf, coverageOf, expectedOf, type Ledger, mainReason, reasonWithout } from '../../model/ledger.ts';
import type { Episode } from '../../model/node-state.ts';
import { policyOf, type ReasonCode } from '../../model/reasons.ts';
import { formatManagedClusterId } from '../../model/resource-id.ts';
import type { Availability } from '../../notify/envelopes.ts';
import { findingFields } from '../../notify/finding-fields.ts';
import { clusterPageUrl } from '../../notify/page-url.ts';

/** What the latest assessment of a cluster came to. */
interface AssessedCluster {
  cluster: string;
  nodes: Counts;
  openOutages: number;
  outageReason?: ReasonCode;
  unseen: readonly Pick<UnseenGroup, 'reason' | 'nodes'>[];
  outage: ClusterOutageState;
  degradation: DegradationState;
  /** Why it is only recorded. */
  recordOnly?: ReasonCode;
  upgrading: boolean;
  name: string;
  subscriptionId: string;
  resourceGroup: string;
  /** What alerts say of it, by rule. */
  alerts: Readonly<Record<string, FrozenWords>>;
}

/** A share as text, rounded down: what is not whole must not look so. */
const shareText = (share: number | null) => (share === null ? '' : (Math.floor(share * 10_000 + 1e-6) / 10_000).toFixed(4));

/** What was known of a cluster before it was not seen any more. */
function lastKnown(down: Episode | undefined, degraded: Degradation | undefined): string {
  if (down !== undefined) return `, and the outage since ${down.outage} is not known to be over`;
  return degraded === undefined ? '' : `, and it was degraded since ${degraded.since}`;
}

/** What the state of a cluster is made of. */
export interface ClusterState {
  cluster: AssessedCluster;
  sweep: string;
  /** What the sweep came to for it; absent before the sweep is complete, when the latest verdicts of its nodes count. */
  ledger?: Ledger;
  blind: Blindness | undefined;
  /** Of its outage, of most of its nodes' outages, or of its blindness. */
  diagnosis: Pick<Diagnosis, 'findings' | 'headline'> | undefined;
  /** The id of the open incident that covers it. */
  incident: string | undefined;
  /** When the sweep began, and when this is so. */
  span: { startedAt: string; completedAt: string };
  /** Whether it is in maintenance then. */
  maintenance: boolean;
  pageUrl: string | undefined;
}

/** What is known of the cluster's nodes: by the ledger of a sweep, else by their latest verdicts. */
function countedIn({ cluster: { nodes }, ledger }: ClusterState) {
  const known = ledger ?? nodes;
  return { known: known.known, seen: conclusiveOf(known) > 0, isExpected: ledger === undefined || expectedOf(ledger) > 0 };
}

/** The coverage of a sweep, and why it is not whole. Where the subscription could not be listed, its gap in the heartbeat says so once. */
function coverageIn({ cluster: { recordOnly }, ledger }: ClusterState): { coverage: string; coverageReason: string } {
  const isHidden = recordOnly !== undefined && policyOf(recordOnly).hides === 'subscription';
  if (ledger === undefined || isHidden) return { coverage: '', coverageReason: '' };
  return { coverage: shareText(coverageOf(ledger)), coverageReason: reasonWithout(ledger) ?? '' };
}

/**
 * The state of a cluster, on which alerts rest. Only a cluster in which a node gave a verdict may be a success. One that is
 * blind, or in which none gave a verdict this time, has a failure under another name: its own availability is not known. An outage that
 * is open stands all the same. While it is in maintenance its results have a name of their own too: they are not part of its availability. Pure.
 *
 * @returns undefined for a cluster that is not watched, and for one of which no verdict is expected and that has nothing open.
 */
export function availabilityOf(state: ClusterState): Availability | undefined {
  const { cluster, sweep, ledger, blind, diagnosis, incident, span, maintenance, pageUrl } = state;
  const { openOutages, outageReason, nodes, outage, recordOnly } = cluster;
  const { degraded } = cluster.degradation;
  const down = openEpisode(outage.outage);
  const { known, seen, isExpected } = countedIn(state);
  const hasOpen = down !== undefined || blind !== undefined || openOutages > 0 || degraded !== undefined;
  if ((recordOnly !== undefined && !policyOf(recordOnly).expected) || (!seen && !isExpected && !hasOpen)) return undefined;
  const kind = maintenance ? '/maintenance' : blind !== undefined ? '/blind' : seen || down !== undefined ? '' : '/unseen';
  const name = `${cluster.cluster}${kind}`;
  const counted = seen
    ? `${nodes.reachable} of ${nodes.known} nodes reach their API server${nodes.notServed > 0 ? `, which does not serve ${nodes.notServed} of them` : ''}`
    : `not seen: none of ${known} nodes gave a verdict${lastKnown(down, degraded)}`;
  return {
    id: ledger === undefined ? `${sweep}|${name}|${span.completedAt}` : `${sweep}|${name}`,
    name,
    time: span.completedAt,
    success: seen && down === undefined && blind === undefined,
    durationMs: Math.max(0, Date.parse(span.completedAt) - Date.parse(span.startedAt)),
    message: blind === undefined ? counted : `not seen since ${blind.since}: ${blind.unknown} of ${blind.planned} nodes gave no verdict`,
    properties: {
      cluster: cluster.cluster,
      clusterName: cluster.name,
      subscriptionId: cluster.subscriptionId,
      target: formatManagedClusterId(cluster),
      incident: incident ?? '',
      clusterOutage: String(down !== undefined),
      openNodeOutages: String(openOutages),
      blind: String(blind !== undefined),
      seen: String(seen),
      ...coverageIn(state),
      reason: down?.reason ?? blind?.reason ?? outageReason ?? (seen || ledger === undefined ? '' : (mainReason(ledger) ?? '')),
      outageReason: outageReason ?? '',
      ...findingFields(diagnosis?.findings),
      // An alert that is open is not replaced by another when a finding gets surer.
      finding: diagnosis?.headline ?? '',
      unseenNodes: String(cluster.unseen.reduce((total, { nodes: count }) => total + count, 0)),
      unseenReason: [...cluster.unseen].sort((a, b) => b.nodes - a.nodes)[0]?.reason ?? '',
      degraded: String(degraded !== undefined),
      degradedReason: degraded?.reason ?? '',
      maintenance: String(maintenance),
      upgrading: String(cluster.upgrading),
      alerts: alertsText(cluster.alerts),
      page: clusterPageUrl(pageUrl, cluster.cluster),
    },
  };
}

/** The words of alerts, as queries read them. */
function alertsText(alerts: Readonly<Record<string, FrozenWords>>): string {
  const said = Object.entries(alerts).map(([rule, { of: _, first: __, ...words }]) => [rule, words]);
  return JSON.stringify(Object.fromEntries(said));
}
