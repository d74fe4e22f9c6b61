import { z } from 'zod';
import { reasonCode } from './reasons.ts';
import type { Verdict } from './verdict.ts';
import type { Watch } from './watch.ts';

/** One probe's result as the folds take it. */
export interface ProbeResult extends Verdict {
  /** New for each probe: a result is known by it, so that a second delivery changes nothing. */
  nonce: string;
  /** The name of the slice's run that it was part of. */
  run: string;
  sweep: string;
  /** When the probe began, ISO 8601 UTC. */
  at: string;
}

/** One interval [from, end) of an outage; an outage that heals and returns within the flap window has several. */
export const episode = z.object({
  /** Start of the outage, by which it is known. */
  outage: z.string(),
  /** 1 for the first. */
  episode: z.number(),
  from: z.string(),
  end: z.string().optional(),
  /** Of the result that opened it. */
  reason: reasonCode,
});
export type Episode = z.output<typeof episode>;

/** What a node's results come to. */
export interface NodeState {
  latest?: ProbeResult;
  /** When `status` last changed. */
  since?: string;
  /** Conclusive results in a row, and when the present run began. */
  failures: number;
  successes: number;
  unknowns: number;
  firstFailure?: string;
  firstSuccess?: string;
  /** The outage that is open, or the last one, which a failure soon after may open again. */
  outage?: Episode;
  /** For how long it was watched; absent before its first verdict. */
  watch?: Watch;
}

export const emptyState: NodeState = { failures: 0, successes: 0, unknowns: 0 };

/** A node's results: those that are settled, as a state, and the recent ones, which may still come in any order. */
export interface NodeHistory {
  settled: NodeState;
  /** Oldest first. */
  recent: readonly ProbeResult[];
  /** Set where results lie ahead of the clock: the next fold settles them all, as of this time. */
  backTo?: string;
}

export const emptyHistory: NodeHistory = { settled: emptyState, recent: [] };
