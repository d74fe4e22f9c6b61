import type { KnownNode } from '../model/node.ts';
import { type Episode, emptyHistory, emptyState } from '../model/node-state.ts';
import { assessmentMark } from './assessment-mark.ts';
import { type ClusterOutageState, foldQuorum, judgeQuorum, type QuorumSettings } from './cluster-outage.ts';
import { emptyLog } from './log.ts';
import { latenessMs, markCovered, markDelivered, marksOf, nextNotification, type What } from './next-notification.ts';
import { foldResult } from './node-history.ts';
import { limitsOf, STALE_AFTER_INTERVALS } from './node-state.ts';
import { type Outage, outageId, writeEpisode } from './outage.ts';
import type { Recorded } from './recorded-results.ts';

export interface Thresholds {
  failures: number;
  recoveries: number;
}

export interface ReplaySettings {
  flapWindowMs: number;
  /** Milliseconds between two sweeps. */
  intervalMs: number;
  quorum: QuorumSettings;
  /** Milliseconds that a probe may take. */
  probeDeadlineMs: number;
}

/** What would have been sent with some thresholds. */
export interface Replayed extends Thresholds {
  /** Starts and ends, of nodes and of clusters. */
  notifications: number;
  nodes: Record<What, number>;
  clusters: Record<What, number>;
  nodeOutages: number;
  clusterOutages: number;
  /** How often a node's outage came back within the flap window. */
  flaps: number;
  /** From a node's first failure to the result that opened its outage, over all episodes; null where none opened. */
  meanDetectMs: number | null;
}

/** The one sink of a replay, which accepts everything. */
const SINK = 'replay';

/** A node and the time in which it counts as planned: from an interval before its first result until the last one is stale. */
interface ReplayedNode {
  node: Pick<KnownNode, 'facts' | 'state' | 'history'>;
  from: number;
  until: number;
}

/** A cluster as the replay goes on. */
interface ReplayedCluster {
  id: string;
  nodes: Map<string, ReplayedNode>;
  state: ClusterOutageState;
  /** Outages by id, and ids of those of which something may still be sent. */
  outages: Map<string, Outage>;
  active: Set<string>;
  /** The newest sweep with a result, and the newest whose nodes all have one. */
  sweep: string;
  finalized: string;
  /** Nodes whose result is still to come, by sweep, until it is finalized. */
  outstanding: Map<string, Set<string>>;
  /** The mark at which it is to be assessed. */
  due: number;
}

function toClusters(results: readonly Recorded[], intervalMs: number): Map<string, ReplayedCluster> {
  const clusters = new Map<string, ReplayedCluster>();
  for (const { cluster: id, node, result } of results) {
    let cluster = clusters.get(id);
    if (cluster === undefined) {
      const nothing = { nodes: new Map(), state: {}, outages: new Map(), active: new Set<string>(), outstanding: new Map() };
      cluster = { id, ...nothing, sweep: '', finalized: '', due: Infinity };
      clusters.set(id, cluster);
    }
    const at = Date.parse(result.at);
    const facts = { node, resourceId: '', vmId: '', pool: '', os: 'Linux' } as const;
    const fresh = { facts, state: emptyState, history: emptyHistory };
    const known = cluster.nodes.get(node) ?? { node: fresh, from: at - intervalMs, until: at };
    known.until = at + STALE_AFTER_INTERVALS * intervalMs;
    cluster.nodes.set(node, known);
    if (result.sweep === '') continue;
    const outstanding = cluster.outstanding.get(result.sweep) ?? new Set();
    cluster.outstanding.set(result.sweep, outstanding.add(node));
  }
  return clusters;
}

/** The sweep of results that name none: the occurrence of the interval at or before each. */
function withSweeps(results: readonly Recorded[], intervalMs: number): readonly Recorded[] {
  if (results.some(({ result }) => result.sweep !== '')) return results;
  const sweepAt = (at: string) => new Date(Math.floor(Date.parse(at) / intervalMs) * intervalMs).toISOString();
  return results.map((each) => ({ ...each, result: { ...each.result, sweep: sweepAt(each.result.at) } }));
}

/**
 * Takes recorded results through the folds of the service with other thresholds, and counts what would have been sent. Pure.
 *
 * A result counts as known when its probe began; a cluster is assessed at the marks of the service, a sweep finalized with its last result.
 */
export function replay(results: readonly Recorded[], thresholds: Thresholds, settings: ReplaySettings): Replayed {
  const { intervalMs, flapWindowMs, quorum: quorumSettings, probeDeadlineMs } = settings;
  const limits = limitsOf({ ...thresholds, flapWindowMs }, intervalMs);
  const markAfter = (earliest: number) => assessmentMark(earliest, intervalMs);
  const byTime = (a: Recorded, b: Recorded) => compare(a.result.at, b.result.at) || compare(a.result.nonce, b.result.nonce);
  const ordered = withSweeps([...results].sort(byTime), intervalMs);
  const clusters = toClusters(ordered, intervalMs);
  const counts = { nodes: { started: 0, ended: 0 }, clusters: { started: 0, ended: 0 }, nodeOutages: 0, clusterOutages: 0, flaps: 0 };
  const detect = { ms: 0, episodes: 0 };

  function write(cluster: ReplayedCluster, node: string | undefined, episode: Episode, now: string): void {
    const subject = { cluster: cluster.id, node };
    const id = outageId({ ...subject, start: episode.outage });
    cluster.outages.set(id, writeEpisode(cluster.outages.get(id), subject, episode, emptyLog, now));
    cluster.active.add(id);
    if (episode.end !== undefined) return;
    if (node === undefined) counts.clusterOutages += episode.episode === 1 ? 1 : 0;
    else {
      if (episode.episode === 1) counts.nodeOutages += 1;
      else counts.flaps += 1;
      detect.ms += Date.parse(now) - Date.parse(episode.from);
      detect.episodes += 1;
    }
  }

  // In the order of their times no result comes late, so that nothing is ever withdrawn.
  function take(cluster: ReplayedCluster, { node, result }: Recorded): void {
    const known = cluster.nodes.get(node)!.node;
    const fold = foldResult(known.history, result, limits, intervalMs);
    known.history = fold.history;
    known.state = fold.state;
    for (const episode of fold.changed) write(cluster, node, episode, result.at);
    const { sweep } = result;
    const outstanding = cluster.outstanding.get(sweep);
    const finalizes = outstanding?.delete(node) === true && outstanding.size === 0;
    if (sweep > cluster.sweep) cluster.sweep = sweep;
    if (finalizes && sweep > cluster.finalized) cluster.finalized = sweep;
    if (fold.worthAssessing || finalizes) cluster.due = Math.min(cluster.due, markAfter(Date.parse(result.at) + 1));
  }

  function judge(cluster: ReplayedCluster, now: Date): void {
    const time = now.getTime();
    const planned = [...cluster.nodes.values()].filter(({ from, until }) => from <= time && time <= until).map(({ node }) => node);
    const finalized = cluster.finalized === cluster.sweep;
    const quorum = judgeQuorum(planned, now, intervalMs, finalized, quorumSettings);
    const before = cluster.state.outage;
    cluster.state = foldQuorum(cluster.state, quorum, { sweep: cluster.sweep, now, flapWindowMs, intervalMs });
    const { outage } = cluster.state;
    if (outage !== undefined && (outage.episode !== before?.episode || outage.outage !== before.outage || outage.end !== before.end))
      write(cluster, undefined, outage, now.toISOString());
  }

  function assess(cluster: ReplayedCluster): void {
    const now = new Date(cluster.due);
    cluster.due = Infinity;
    judge(cluster, now);
    const own = cluster.state.outage;
    const clusterOutage = own && { start: own.from, end: own.end };
    const context = {
      finalizedSweep: cluster.finalized,
      clusterOutage,
      flapWindowMs,
      lateMs: latenessMs(intervalMs, probeDeadlineMs),
      now,
    };
    for (const id of cluster.active) {
      const outage = cluster.outages.get(id)!;
      const { what, heldUntil, covers, finished } = nextNotification(outage, marksOf(outage, SINK), context);
      for (const kind of what) counts[outage.node === undefined ? 'clusters' : 'nodes'][kind] += 1;
      const delivered = what.reduce((marked, kind) => markDelivered(marked, SINK, kind, outage.episode), outage);
      cluster.outages.set(id, covers ? markCovered(delivered) : delivered);
      if (finished) cluster.active.delete(id);
      if (heldUntil !== undefined) cluster.due = Math.min(cluster.due, markAfter(Math.max(now.getTime() + 1, heldUntil.getTime())));
    }
  }

  for (const each of ordered) {
    const cluster = clusters.get(each.cluster)!;
    const at = Date.parse(each.result.at);
    while (cluster.due <= at) assess(cluster);
    take(cluster, each);
  }
  for (const cluster of clusters.values()) while (cluster.due < Infinity) assess(cluster);

  const { nodes, clusters: own } = counts;
  const notifications = nodes.started + nodes.ended + own.started + own.ended;
  return { ...thresholds, notifications, ...counts, meanDetectMs: detect.episodes === 0 ? null : detect.ms / detect.episodes };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
