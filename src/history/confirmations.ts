/** A node that failed for the first time, with the nonce of that failure. */
export interface FirstFailure {
  node: string;
  pool: string;
  zone?: string;
  nonce: string;
}

/** Failures of a cluster and sweep that are probed again at once, by node: the nonce of the failure and the slice it is of. */
export type Grants = Readonly<Record<string, { nonce: string; slice: string }>>;

const MOST_IN_A_SLICE = 10;
const MOST_IN_A_SWEEP = 50;

/** Orders nodes so that the first few are spread over pools and zones. Pure. */
export function spread(failed: readonly FirstFailure[]): FirstFailure[] {
  const groups = [...Map.groupBy(failed, ({ pool, zone }) => `${pool}|${zone ?? ''}`).values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  return Array.from({ length: longest }, (_, round) => groups.flatMap((group) => group[round] ?? [])).flat();
}

/**
 * Decides which first failures are probed again at once: at most 10 of a slice and 50 of a cluster and sweep, over pools and zones. Pure.
 *
 * @returns what is granted by now: the same object where nothing is added.
 */
export function grant(granted: Grants, slice: string, failed: readonly FirstFailure[]): Grants {
  const all = Object.values(granted);
  const left = Math.min(MOST_IN_A_SWEEP - all.length, MOST_IN_A_SLICE - all.filter((each) => each.slice === slice).length);
  const fresh = spread(failed.filter(({ node }) => granted[node] === undefined)).slice(0, Math.max(0, left));
  if (fresh.length === 0) return granted;
  return { ...granted, ...Object.fromEntries(fresh.map(({ node, nonce }) => [node, { nonce, slice }])) };
}

/** The nonces of those failures that are granted, by node. */
export function grantedOf(granted: Grants, failed: readonly FirstFailure[]): Record<string, string> {
  const own = failed.filter(({ node, nonce }) => granted[node]?.nonce === nonce);
  return Object.fromEntries(own.map(({ node, nonce }) => [node, nonce]));
}

/** The nodes whose failure is still to be confirmed: their latest verdict is that failure. Pure. */
export function unconfirmed(granted: Grants, latestOf: (node: string) => string | undefined): string[] {
  return Object.entries(granted).flatMap(([node, { nonce }]) => (latestOf(node) === nonce ? [node] : []));
}
