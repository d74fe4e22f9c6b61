import { endsBecause, foldQuorum, judgeQuorum, type Quorum, type QuorumSettings } from '../../history/cluster-outage.ts';
import { commonFactors } from '../../history/common-factors.ts';
import { type DegradationState, foldDegradation } from '../../history/degradation.ts';
import { countLatencies } from '../../history/latency.ts';
import { openEpisode } from '../../history/node-state.ts';
import { groupNotServed } from '../../history/not-served.ts';
import { placesOf } from '../../history/places.ts';
import { addSweep } from '../../history/recent-sweeps.ts';
import { outcomeOf, rollUp } from '../../history/roll-up.ts';
import { addToBuckets, noBuckets } from '../../history/sweep-buckets.ts';
import { groupUnseen } from '../../history/unseen.ts';
import { sumWatched, windowsOf } from '../../history/watched.ts';
import type { ClusterFacts, Shortfalls } from '../../model/cluster-facts.ts';
import { conclusiveOf, expectedOf, type Ledger, reasonWithout } from '../../model/ledger.ts';
import type { JudgedNode } from '../../model/node.ts';
import { occurrenceOf } from '../../model/occurrences.ts';
import { comesOrGoes, policyOf, type ReasonCode } from '../../model/reasons.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { intervalAt, SKEW_MS } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import type { ClusterRow, OwnClusterRow } from '../../tables/cluster-rows.ts';
import type { OutageRow } from '../../tables/outage-rows.ts';
import type { MessageOf } from '../queue/messages.ts';

/** A cluster has one, or one for each of its pools. */
const MOST_NETWORKS = 20;

const later = (a: string, b: string) => (a > b ? a : b);

/** What an assessment has read. */
export interface Seen {
  before?: { row: OwnClusterRow; etag: string };
  nodes: Map<string, JudgedNode>;
  /** Outages that are open, not delivered, or not yet counted. */
  active: OutageRow[];
  /** What Azure said of the cluster in this sweep; absent too where a newer one was judged. */
  facts?: ClusterFacts;
  /** Nodes that no machine was found for, by pool. */
  shortfalls: Shortfalls;
  /** What the sweep came to for the cluster, once it is finalized. */
  finalized?: { ledger?: Ledger };
  now: Date;
}

/** Whether no newer sweep was judged: an older one never takes the place of a newer one; its rows are judged as they stand all the same. */
export function isNewest(sweep: string, before: Seen['before']): boolean {
  return before === undefined || sweep >= before.row.sweep;
}

/**
 * The occurrence in which a cluster's outage is judged; undefined where one of a later occurrence was. A sweep that a person starts soon after another
 * is no second sweep in a row.
 */
function judgedIn(settings: Settings, sweep: string, before: Seen['before']): string | undefined {
  const occurrence = occurrenceOf(settings, sweep);
  const newest = before?.row.sweep || sweep;
  return occurrence >= occurrenceOf(settings, newest) ? occurrence : undefined;
}

const quorumOf = ({ CLUSTER_QUORUM_PERCENT: percent, CLUSTER_QUORUM_NODES: nodes }: Settings): QuorumSettings => ({ percent, nodes });

/**
 * Judges whether the cluster is degraded. That does not begin while it has an outage of its own, which says more, or is being stopped or deleted; it may
 * still end then. It is over where nobody would see its end.
 *
 * @param occurrence - in which it is judged; undefined where it is not.
 */
function judgeDegradation(
  settings: Settings,
  { before, nodes, now }: Seen,
  { outage, recordOnly }: Pick<OwnClusterRow, 'outage' | 'recordOnly'>,
  occurrence: string | undefined,
): DegradationState {
  const stored = before?.row.degradation ?? {};
  if (settings.PROBE_SERVED === 'off' || endsBecause(nodes.values(), recordOnly) !== undefined) return {};
  const isPlanned = recordOnly !== undefined && comesOrGoes(recordOnly);
  const isHeld = (isPlanned || openEpisode(outage.outage) !== undefined) && stored.degraded === undefined;
  if (occurrence === undefined || isHeld) return stored;
  const rules = { intervalMs: intervalAt(settings.SWEEP_SCHEDULE, now), quorum: quorumOf(settings), blindAfter: settings.BLIND_AFTER };
  return foldDegradation(stored, nodes.values(), { sweep: occurrence, now, ...rules });
}

/** Which nodes should have had a verdict in a sweep and had none; what was known before, where the sweep is not finalized. */
function uncoveredIn(
  sweep: string,
  ledger: Ledger | undefined,
  recordOnly: ReasonCode | undefined,
  before: ClusterRow['uncovered'],
): ClusterRow['uncovered'] {
  if (ledger === undefined) return before;
  // Of a subscription that could not be listed, its gap in the heartbeat says so once for all clusters.
  const isHidden = recordOnly !== undefined && policyOf(recordOnly).hides === 'subscription';
  const expected = isHidden ? 0 : expectedOf(ledger);
  const nodes = expected - conclusiveOf(ledger);
  return nodes > 0 ? { nodes, expected, reason: reasonWithout(ledger) ?? 'Undiagnosed', since: before?.since ?? sweep } : undefined;
}

/** The virtual networks of nodes, which other clusters may share. */
function networksOf(nodes: Iterable<JudgedNode>): string[] {
  const subnets = [...nodes].flatMap(({ facts, retiredAt }) => (retiredAt === undefined && facts.subnet ? [facts.subnet] : []));
  return [...new Set(subnets.map((id) => id.toLowerCase().replace(/\/subnets\/[^/]*$/, '')))].sort().slice(0, MOST_NETWORKS);
}

/** What is recorded of the sweeps of a cluster. */
type Recorded = Pick<OwnClusterRow, 'recent' | 'buckets'>;
const recordedSweeps = (before: Seen['before']): Recorded => ({
  recent: before?.row.recent ?? [],
  buckets: before?.row.buckets ?? noBuckets,
});

/** Adds a sweep that is final for the cluster to those that are recorded. */
function addedSweep(
  { before, finalized }: Seen,
  sweep: string,
  upgrading: boolean,
  { nodes, latency }: Pick<ClusterRow, 'nodes' | 'latency'>,
  intervalMs: number,
): Recorded {
  const { recent, buckets } = recordedSweeps(before);
  const counts = finalized?.ledger ?? nodes;
  const place = { sweep, previous: before?.row.finalizedSweep ?? '', intervalMs };
  return { recent: addSweep(recent, counts, upgrading, place), buckets: addToBuckets(buckets, sweep, counts, upgrading, latency) };
}

/** Rolls the cluster up, judges its quorum and adds up for how long its nodes were watched: the row it comes to. Pure. */
export function judgeCluster(
  settings: Settings,
  { sweep, cluster, assessAt }: MessageOf<'assess-cluster'>,
  seen: Seen,
): [OwnClusterRow, Quorum] {
  const { before, nodes, facts, shortfalls, finalized, now } = seen;
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now);
  const named = parseClusterId(cluster)!;
  const known = facts ?? before?.row;
  const { byReason: _, ...judged } = rollUp(nodes.values(), now, interval, settings.BLIND_AFTER, before?.row.outageReason, shortfalls);
  const unseenBefore = new Date(now.getTime() - settings.UNSEEN_AFTER_MINUTES * 60_000).toISOString();
  const reasonOf = (node: JudgedNode) => outcomeOf(node, now, interval).reason;
  const quorum = judgeQuorum(nodes.values(), now, interval, finalized !== undefined, quorumOf(settings));
  const flapWindowMs = settings.FLAP_WINDOW_MINUTES * 60_000;
  const stored = before?.row.outage ?? {};
  const occurrence = judgedIn(settings, sweep, before);
  const recordOnly = known?.recordOnly;
  const isPlanned = recordOnly !== undefined && comesOrGoes(recordOnly);
  // A cluster that is being stopped or deleted opens no outage; one that is open may still close.
  const isHeld = isPlanned && openEpisode(stored.outage) === undefined;
  const outage =
    occurrence === undefined || isHeld
      ? stored
      : foldQuorum(stored, quorum, { sweep: occurrence, now, flapWindowMs, intervalMs: interval });
  const factsOf = (rows: readonly JudgedNode[]) => rows.map((row) => row.facts);
  const forgotten = before?.row.forgotten ?? sumWatched([]);
  // Those that are gone were watched too.
  const watched = [...nodes.values()].flatMap(({ state: { watch } }) => watch ?? []);
  const isFinal = finalized && sweep > (before?.row.finalizedSweep ?? '');
  const row: OwnClusterRow = {
    cluster,
    subscriptionId: named.subscriptionId,
    resourceGroup: known?.resourceGroup ?? named.resourceGroup,
    name: known?.name ?? named.name,
    region: known?.region ?? '',
    version: known?.version ?? '',
    endpoint: known?.endpoint ?? before?.row.endpoint,
    upgrading: known?.upgrading ?? false,
    // One that could not be listed has the tag that it had.
    maintenanceTag: facts?.listed ? facts.maintenanceTag : before?.row.maintenanceTag,
    recordOnly,
    plannedSince: isPlanned ? (before?.row.plannedSince ?? now.toISOString()) : undefined,
    ...judged,
    // Once for each sweep: when it is final for the cluster.
    latencyCounts: isFinal ? countLatencies(before?.row.latencyCounts, nodes.values(), sweep) : before?.row.latencyCounts,
    ...(isFinal ? addedSweep(seen, sweep, known?.upgrading ?? false, judged, interval) : recordedSweeps(before)),
    places: placesOf(nodes.values(), now, interval),
    pending: before?.row.pending,
    // Counted anew with the outages that are archived.
    outageCounts: before?.row.outageCounts,
    shortfalls,
    unseen: groupUnseen(nodes.values(), reasonOf, shortfalls, unseenBefore),
    notServed: groupNotServed(nodes.values(), now, interval),
    networks: networksOf(nodes.values()),
    // Said anew after the judgement.
    alerts: before?.row.alerts ?? {},
    uncovered: uncoveredIn(sweep, finalized?.ledger, known?.recordOnly, before?.row.uncovered),
    blindSince: before?.row.blindSince,
    sentState: before?.row.sentState,
    outage,
    degradation: judgeDegradation(settings, seen, { outage, recordOnly }, occurrence),
    commonFactors: commonFactors(factsOf(quorum.failing), factsOf(quorum.healthy), now),
    outageDays: before?.row.outageDays ?? {},
    forgotten,
    uptime: { ...windowsOf(sumWatched([forgotten, ...watched]), now), byReason: before?.row.uptime.byReason ?? {} },
    assessedAt: now.toISOString(),
    sweep: later(sweep, before?.row.sweep ?? ''),
    finalizedSweep: finalized !== undefined ? later(sweep, before?.row.finalizedSweep ?? '') : (before?.row.finalizedSweep ?? ''),
    // An assessAt of a stranger or of a skewed clock must not silence the cluster.
    assessAt: assessAt <= new Date(now.getTime() + SKEW_MS).toISOString() ? assessAt : now.toISOString(),
  };
  return [row, quorum];
}
