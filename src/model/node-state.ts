import * as z from '../zod.ts';
import { reasonCode } from './reasons.ts';
import type { Verdict } from './verdict.ts';
import type { Watch } from './watch.ts';

/** The result of one probe, as it is folded into a node's state. */
export interface ProbeResult extends Verdict {
  /** Identifies the probe, so that a second delivery of its result changes nothing. */
  nonce: string;
  /** The id of the slice's run that the probe was part of, see `runId`. */
  run: string;
  sweep: string;
  /** When the probe began, ISO 8601 UTC. */
  at: string;
}

/** One interval [from, end) of an outage. An outage that ends and returns within the flap window has several. */
export const episode = z.object({
  /** Start of the outage, which identifies it. */
  outage: z.string(),
  /** 1 for the first. */
  episode: z.number(),
  from: z.string(),
  end: z.optional(z.string()),
  /** Reason of the result that opened it. */
  reason: reasonCode,
});
export type Episode = z.output<typeof episode>;

const standing = { since: z.string(), times: z.number() };
/** Whether a node is served, since when it is so, and for how many results in a row. */
export const servedState = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), ...standing }),
  z.object({ ok: z.literal(false), reason: reasonCode, message: z.string(), ...standing }),
]);
export type ServedState = z.output<typeof servedState>;

/** The state of a node that follows from its results. */
export interface NodeState {
  latest?: ProbeResult;
  /** When `status` last changed. */
  since?: string;
  /** When the probe of the latest conclusive verdict began. */
  conclusiveAt?: string;
  /** What the latest conclusive verdict says of being served; absent where that is unreachable, or did not ask. */
  served?: ServedState;
  /** Results of one kind in a row; `firstFailure` and `firstSuccess` are the times at which such a run began. */
  failures: number;
  successes: number;
  unknowns: number;
  firstFailure?: string;
  firstSuccess?: string;
  /** The open outage, or the last one, which a new failure within the flap window reopens. */
  outage?: Episode;
  /** The watched time; absent before the first verdict. */
  watch?: Watch;
  /** What the newest sweeps came to, see `addToStrip`. */
  strip?: string;
}

export const emptyState: NodeState = { failures: 0, successes: 0, unknowns: 0 };

/** A node's results: the settled ones, folded into a state, and the recent ones, which may still arrive out of order. */
export interface NodeHistory {
  settled: NodeState;
  /** Oldest first. */
  recent: readonly ProbeResult[];
  /** Set if results are dated in the future: the next fold settles all of them as of this time. */
  backTo?: string;
}

export const emptyHistory: NodeHistory = { settled: emptyState, recent: [] };
