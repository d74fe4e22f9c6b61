/** Tells a region that Azure throttles from single nodes that have had their own fill of requests, by how starts there are answered. */
export interface ThrottlingWatch {
  /** Notes a start that Azure throttled, for how many seconds, and when. */
  throttled(node: string, seconds: number, at: Date): void;
  /** Notes a start that was answered in any other way. */
  answered(node: string): void;
  /** For how many more seconds the region is throttled; undefined where it is not, as far as was seen. */
  regionSeconds(at: Date): number | undefined;
}

interface Throttled {
  /** Its place in the order of answers, since it was throttled first. */
  turn: number;
  until: number;
}

/** For how long after its time a node is known as one that is throttled by itself: it is tried again later than that. */
const KNOWN_FOR_MS = 600_000;

/**
 * Begins to watch a subscription and region, over all slices there. Two nodes that are throttled with no other start answered since are the region.
 * A node that was throttled before another's start was answered is throttled by itself, however often it is tried again.
 */
export function watchThrottling(): ThrottlingWatch {
  const nodes = new Map<string, Throttled>();
  let turn = 0;
  let answeredTurn = 0;
  return {
    throttled(node, seconds, at) {
      for (const [name, { until }] of nodes) if (until + KNOWN_FOR_MS < at.getTime()) nodes.delete(name);
      nodes.set(node, { turn: nodes.get(node)?.turn ?? ++turn, until: at.getTime() + seconds * 1000 });
    },
    answered(node) {
      nodes.delete(node);
      answeredTurn = ++turn;
    },
    regionSeconds(at) {
      const open = [...nodes.values()].filter((each) => each.turn > answeredTurn && each.until > at.getTime());
      return open.length >= 2 ? Math.ceil((Math.max(...open.map(({ until }) => until)) - at.getTime()) / 1000) : undefined;
    },
  };
}
