import type { Blindness } from '../../history/blindness.ts';
import type { ClusterOutageState } from '../../history/cluster-outage.ts';
import type { Degradation, DegradationState } from '../../history/degradation.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { UnseenGroup } from '../../history/unseen.ts';
import { type Counts, conclusiveOf, coverageOf, expectedOf, type Ledger, mainReason } from '../../model/ledger.ts';
import type { Episode } from '../../model/node-state.ts';
import { policyOf, type ReasonCode } from '../../model/reasons.ts';
import type { Availability } from '../../notify/envelopes.ts';
import { findingFields } from '../../notify/finding-fields.ts';
import { clusterPageUrl } from '../../notify/page-url.ts';

/** What the latest assessment of a cluster came to. */
interface AssessedCluster {
  cluster: string;
  nodes: Pick<Counts, 'known' | 'reachable' | 'notServed'>;
  openOutages: number;
  outageReason?: ReasonCode;
  unseen: readonly Pick<UnseenGroup, 'reason' | 'nodes'>[];
  outage: ClusterOutageState;
  degradation: DegradationState;
  /** Why it is only recorded. */
  recordOnly?: ReasonCode;
  upgrading: boolean;
}

/** A share as text, rounded down: what is not whole must not look so. */
const shareText = (share: number | null) => (share === null ? '' : (Math.floor(share * 10_000 + 1e-6) / 10_000).toFixed(4));

/** What was known of a cluster before it was not seen any more. */
function lastKnown(down: Episode | undefined, degraded: Degradation | undefined): string {
  if (down !== undefined) return `, and the outage since ${down.outage} is not known to be over`;
  return degraded === undefined ? '' : `, and it was degraded since ${degraded.since}`;
}

/**
 * The state of a cluster after a sweep, on which alerts rest. Only a cluster in which a node gave a verdict may be a success. One that is
 * blind, or in which none gave a verdict this time, has a failure under another name: its own availability is not known. An outage that
 * is open stands all the same. While it is in maintenance its results have a name of their own too: they are not part of its availability. Pure.
 *
 * @param diagnosis - of its outage, of most of its nodes' outages, or of its blindness.
 * @param maintenance - whether it is in maintenance at the end of the sweep.
 * @returns undefined for a cluster that is not watched, and for one of which no verdict is expected and that has nothing open.
 */
export function availabilityOf(
  cluster: AssessedCluster,
  sweep: string,
  ledger: Ledger,
  blind: Blindness | undefined,
  diagnosis: Pick<Diagnosis, 'findings' | 'headline'> | undefined,
  span: { startedAt: string; completedAt: string },
  maintenance: boolean,
  pageUrl: string | undefined,
): Availability | undefined {
  const { openOutages, outageReason, nodes, outage, recordOnly } = cluster;
  const { degraded } = cluster.degradation;
  const down = openEpisode(outage.outage);
  const seen = conclusiveOf(ledger) > 0;
  const hasOpen = down !== undefined || blind !== undefined || openOutages > 0 || degraded !== undefined;
  if ((recordOnly !== undefined && !policyOf(recordOnly).expected) || (!seen && expectedOf(ledger) <= 0 && !hasOpen)) return undefined;
  const kind = maintenance ? '/maintenance' : blind !== undefined ? '/blind' : seen || down !== undefined ? '' : '/unseen';
  const name = `${cluster.cluster}${kind}`;
  const counted = seen
    ? `${nodes.reachable} of ${nodes.known} nodes reach their API server${nodes.notServed > 0 ? `, which does not serve ${nodes.notServed} of them` : ''}`
    : `not seen: none of ${ledger.known} nodes gave a verdict${lastKnown(down, degraded)}`;
  return {
    id: `${sweep}|${name}`,
    name,
    time: span.completedAt,
    success: seen && down === undefined && blind === undefined,
    durationMs: Date.parse(span.completedAt) - Date.parse(span.startedAt),
    message: blind === undefined ? counted : `not seen since ${blind.since}: ${blind.unknown} of ${blind.planned} nodes gave no verdict`,
    properties: {
      cluster: cluster.cluster,
      clusterOutage: String(down !== undefined),
      openNodeOutages: String(openOutages),
      blind: String(blind !== undefined),
      seen: String(seen),
      // Where the subscription could not be listed, its gap in the heartbeat says so once, and not each cluster.
      coverage: recordOnly !== undefined && policyOf(recordOnly).hides === 'subscription' ? '' : shareText(coverageOf(ledger)),
      reason: down?.reason ?? blind?.reason ?? outageReason ?? (seen ? '' : (mainReason(ledger) ?? '')),
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
      page: clusterPageUrl(pageUrl, cluster.cluster),
    },
  };
}
