import type { JudgedNode } from '../model/node.ts';
import { SLOW_MS } from '../model/verdict.ts';
import * as z from '../zod.ts';

/** How long `kubectl version` takes on the nodes of a cluster that reach their API server, in milliseconds. */
export const latency = z.object({
  medianMs: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  worstMs: z.number(),
  slowNodes: z.number(),
});
export type Latency = z.output<typeof latency>;

/** The value that so many percent are at most as large as (nearest rank); undefined if there are none. */
export const percentileOf = (sorted: readonly number[], percent: number): number | undefined =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];

/**
 * Sums up latencies. Pure.
 *
 * @param ms - of the latest successes, in milliseconds.
 * @returns undefined if there are none.
 */
export function latencyOf(ms: readonly number[]): Latency | undefined {
  const sorted = [...ms].sort((a, b) => a - b);
  const worstMs = sorted.at(-1);
  if (worstMs === undefined) return undefined;
  const at = (percent: number) => percentileOf(sorted, percent)!;
  const slowNodes = sorted.filter((each) => each >= SLOW_MS).length;
  return { medianMs: at(50), p95Ms: at(95), p99Ms: at(99), worstMs, slowNodes };
}

/** Upper bounds of the buckets in which latencies are counted; more than the last one is slower than anybody waits for. */
export const LATENCY_BOUNDS_MS = [250, 500, 1000, 2000, 3000, 5000, 10_000] as const;

/** Latencies of all sweeps, counted by bucket and added up. */
export const latencyCounts = z.object({ counts: z.array(z.number()).check(z.length(LATENCY_BOUNDS_MS.length + 1)), sumMs: z.number() });
export type LatencyCounts = z.output<typeof latencyCounts>;

const noLatencies: LatencyCounts = { counts: Array(LATENCY_BOUNDS_MS.length + 1).fill(0), sumMs: 0 };

/**
 * Adds the latencies of the nodes that were found reachable since a sweep began. It cannot detect that the sweep was added before. Pure.
 *
 * @returns undefined as long as no sweep had any.
 */
export function countLatencies(before: LatencyCounts | undefined, nodes: Iterable<JudgedNode>, sweep: string): LatencyCounts | undefined {
  const found = [...nodes].flatMap(({ retiredAt, state: { latest } }) => {
    if (retiredAt !== undefined || latest?.verdict !== 'reachable' || !(Date.parse(latest.at) >= Date.parse(sweep))) return [];
    return latest.latencyMs ?? [];
  });
  if (found.length === 0) return before;
  const sum = structuredClone(before ?? noLatencies);
  for (const ms of found) {
    const bucket = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
    sum.counts[bucket < 0 ? LATENCY_BOUNDS_MS.length : bucket]! += 1;
    sum.sumMs += ms;
  }
  return sum;
}
