import { msPerStart } from '../model/pace.ts';
import type { Settings } from '../settings.ts';
import { closeEverySeconds } from '../sweep/queue/request-close.ts';
import { CONCURRENT_POLLS } from '../sweep/run/inspect-slice.ts';
import { CONCURRENT_POSTS } from '../sweep/run/post-runs.ts';

/** The clusters of one subscription and region, which share a pace. */
export interface Group {
  /** Nodes of each cluster that one sweep probes, and the slices that they make. */
  clusters: readonly { nodes: number; slices: number }[];
}

/** How long Azure takes, in seconds: to accept a run, to answer a question, and from a run's start to its result. */
export interface Latency {
  post: number;
  get: number;
  run: number;
}

/** What the estimate assumes of Azure, rather high: `requests` in Application Insights shows what it is where you are. */
export const AZURE: Latency = { post: 0.5, get: 0.2, run: 25 };

/** Executions of one kind in a sweep, and how many seconds of them are billed. */
export interface Executions {
  kind: string;
  count: number;
  seconds: number;
}

/** Azure bills an execution as a second at least. */
const LEAST_SECONDS = 1;
/** What a stage takes of its own, where Azure answers at once: measured by `npm run bench`. */
const OWN = { start: 1.2, collect: 1.2, expand: 0.5, perListedNode: 0.0005, perAssessedNode: 0.001 } as const;
/** About as many machines with their views as Azure puts on a page, and the lists of a cluster beside these. */
const MACHINES_PER_PAGE = 120;
const LISTS_PER_CLUSTER = 4;
/** Seconds from the start of a sweep to its first slot. */
const EXPANDED_AFTER = 3;
/** The timer; its message; the one that stands in for it; and behind either a look at whether the sweep has begun. */
const STARTS_A_SWEEP = { timers: 1, messages: 2, looks: 2 } as const;

const sum = <T>(list: readonly T[], of: (item: T) => number) => list.reduce((total, item) => total + of(item), 0);

/**
 * Estimates the executions of one sweep over a fleet whose nodes are reachable, from the constants of the sweep itself. Pure.
 *
 * @param starts - what starts a sweep; the bench, which has no timer, gives its own.
 */
export function estimateSweep(
  groups: readonly Group[],
  subscriptions: number,
  settings: Settings,
  latency: Latency = AZURE,
  starts: { timers: number; messages: number; looks: number } = STARTS_A_SWEEP,
): Executions[] {
  const clusters = groups.flatMap((group) => group.clusters);
  const slices = sum(clusters, (cluster) => cluster.slices);
  const nodesPerSlice = slices === 0 ? 0 : sum(clusters, ({ nodes }) => nodes) / slices;
  const postSeconds = Math.ceil(nodesPerSlice / CONCURRENT_POSTS) * latency.post;
  const startSeconds = OWN.start + postSeconds;
  const again = Math.ceil(Math.max(0, postSeconds + latency.run - settings.FIRST_COLLECT_SECONDS) / settings.COLLECT_AGAIN_SECONDS);
  const collections = slices * (1 + again);
  // The status of a run and then its result; in further collections, the status of those that are left, about half.
  const polls = Math.ceil(nodesPerSlice / CONCURRENT_POLLS) * (2 + again / 2);
  const longest = Math.max(0, ...groups.map((group) => sum(group.clusters, ({ nodes }) => nodes)));
  const lasts =
    EXPANDED_AFTER +
    (Math.max(0, longest - nodesPerSlice) * msPerStart(settings, false)) / 1000 +
    settings.FIRST_COLLECT_SECONDS +
    again * settings.COLLECT_AGAIN_SECONDS;
  // They come less often the longer the sweep takes: as often on average as at half of it.
  const closeEvery = closeEverySeconds(settings, new Date(0).toISOString(), new Date(lasts * 500));
  // One more finds the clusters assessed that the one before had finalized, and another is on its way by then.
  const closes = Math.ceil(lasts / closeEvery) + 2 + starts.looks;
  const pages = ({ nodes }: { nodes: number }) => LISTS_PER_CLUSTER + Math.ceil(nodes / MACHINES_PER_PAGE);
  const expand = (cluster: { nodes: number }) => OWN.expand + cluster.nodes * OWN.perListedNode + pages(cluster) * latency.get;
  const atLeast = (seconds: number) => Math.max(LEAST_SECONDS, seconds);
  return [
    { kind: 'start-sweep', count: starts.timers + starts.messages, seconds: starts.timers + starts.messages },
    { kind: 'list-clusters', count: subscriptions, seconds: subscriptions },
    { kind: 'expand-cluster', count: clusters.length, seconds: sum(clusters, (cluster) => atLeast(expand(cluster))) },
    // Each holds its start slot from the plan of its cluster on, and comes once.
    { kind: 'start-slice', count: slices, seconds: slices * atLeast(startSeconds) },
    {
      kind: 'collect-slice',
      count: collections,
      seconds: slices * Math.max((1 + again) * LEAST_SECONDS, (1 + again) * OWN.collect + polls * latency.get),
    },
    { kind: 'assess-cluster', count: clusters.length, seconds: sum(clusters, ({ nodes }) => atLeast(nodes * OWN.perAssessedNode)) },
    { kind: 'close-sweep', count: closes, seconds: closes },
  ];
}

/** Adds up the executions of all kinds. Pure. */
export function addUpExecutions(executions: readonly Executions[]): { count: number; seconds: number } {
  return { count: sum(executions, ({ count }) => count), seconds: sum(executions, ({ seconds }) => seconds) };
}
