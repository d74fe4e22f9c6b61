/**
 * Seconds in consecutive buckets of one length, the first of which is so many of its length after the epoch; `down` is part of `watched`, `maintained` is
 * not: what would have been watched in a maintenance of the cluster.
 */
export interface Series {
  first: number;
  watched: readonly number[];
  down: readonly number[];
  maintained: readonly number[];
}

/** Watched time by UTC hour and day: the newest 25 and 31 of them. */
export interface Watched {
  hours: Series;
  days: Series;
}

/** From and to, in whole seconds since the epoch. */
export type Span = readonly [number, number];

/** For how long a node was watched, and what is needed to go on. */
export interface Watch extends Watched {
  /** Since when its latest verdict says how it is; absent while nobody knows. */
  since?: string;
  /** What was watched of a run of failures, or of recoveries, that is too short yet to open, or to close, an outage. */
  undecided: readonly Span[];
  /** When it was last taken out of those that are probed. */
  stoppedAt?: string;
}

export const emptySeries: Series = { first: 0, watched: [], down: [], maintained: [] };
export const emptyWatch: Watch = { hours: emptySeries, days: emptySeries, undecided: [] };
