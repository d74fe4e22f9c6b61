/** A run that was started: its bucket of Compute's throttling, and its time in epoch milliseconds. */
export interface Start {
  bucket: string;
  at: number;
}

/** The most starts that any bucket had in any window of that length. Pure. */
export function mostStarts(starts: readonly Start[], windowMs: number): number {
  let most = 0;
  for (const group of Map.groupBy(starts, ({ bucket }) => bucket).values()) {
    const times = group.map(({ at }) => at).sort((a, b) => a - b);
    let first = 0;
    for (const [n, at] of times.entries()) {
      while (at - times[first]! >= windowMs) first += 1;
      most = Math.max(most, n - first + 1);
    }
  }
  return most;
}
