/** Tells a region that Azure throttles from a single node that has had its own fill of requests, by how the starts of a slice are answered. */
export interface ThrottlingWatch {
  /** Notes a start that Azure throttled, and for how long. */
  throttled(node: string, seconds: number): void;
  /** Notes a start that was answered in any other way. */
  answered(): void;
  /** For how many seconds the region is throttled; undefined where it is not, as far as was seen. */
  regionSeconds(): number | undefined;
  /** Seconds by node, of those that are throttled by themselves. */
  ownSeconds(): ReadonlyMap<string, number>;
}

/** Begins to watch. Two nodes or more that are throttled, and more than were answered since, are the region. */
export function watchThrottling(): ThrottlingWatch {
  const seconds = new Map<string, number>();
  let answeredSince = 0;
  const isRegion = () => seconds.size >= 2 && seconds.size > answeredSince;
  return {
    throttled(node, wait) {
      seconds.set(node, wait);
    },
    answered() {
      if (seconds.size > 0) answeredSince += 1;
    },
    regionSeconds: () => (isRegion() ? Math.max(...seconds.values()) : undefined),
    ownSeconds: () => (isRegion() ? new Map() : seconds),
  };
}
