import { z } from 'zod';
import { SLOW_MS } from '../model/verdict.ts';

/** How long `kubectl version` takes on the nodes of a cluster that reach their API server, in milliseconds. */
export const latency = z.object({ medianMs: z.number(), worstMs: z.number(), slowNodes: z.number() });
export type Latency = z.output<typeof latency>;

/**
 * Sums up latencies. Pure.
 *
 * @param ms - of the latest successes, in milliseconds.
 * @returns undefined if there are none.
 */
export function latencyOf(ms: readonly number[]): Latency | undefined {
  const sorted = [...ms].sort((a, b) => a - b);
  const medianMs = sorted[Math.floor((sorted.length - 1) / 2)];
  if (medianMs === undefined) return undefined;
  return { medianMs, worstMs: sorted.at(-1)!, slowNodes: sorted.filter((each) => each >= SLOW_MS).length };
}
