/** Tells a throttled region apart from single nodes that have used up their own limit, by the responses to starts. */
export interface ThrottlingWatch {
  /** Notes that Azure throttled a start, at a time, for so many seconds. */
  throttled(node: string, seconds: number, at: Date): void;
  /** Notes a start with any other response. */
  answered(node: string): void;
  /** For how many more seconds the region is throttled; undefined if it does not seem to be. */
  regionSeconds(at: Date): number | undefined;
}

interface Throttled {
  /** The position of its first throttled response in the order of all responses. */
  position: number;
  until: number;
}

/** How long after its `until` a throttled node is remembered. It is tried again within that time. */
const KNOWN_FOR_MS = 600_000;

/**
 * Watches throttling in a subscription and region, over all slices there. If two nodes are throttled and no start succeeded since, the region is.
 * If the start of another node was answered since, only the node is throttled, however often it is tried again.
 */
export function watchThrottling(): ThrottlingWatch {
  const nodes = new Map<string, Throttled>();
  let position = 0;
  let lastAnswered = 0;
  return {
    throttled(node, seconds, at) {
      for (const [name, { until }] of nodes) if (until + KNOWN_FOR_MS < at.getTime()) nodes.delete(name);
      nodes.set(node, { position: nodes.get(node)?.position ?? ++position, until: at.getTime() + seconds * 1000 });
    },
    answered(node) {
      nodes.delete(node);
      lastAnswered = ++position;
    },
    regionSeconds(at) {
      const open = [...nodes.values()].filter((each) => each.position > lastAnswered && each.until > at.getTime());
      return open.length >= 2 ? Math.ceil((Math.max(...open.map(({ until }) => until)) - at.getTime()) / 1000) : undefined;
    },
  };
}
