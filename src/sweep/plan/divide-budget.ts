/** A cluster of one region, as far as the budget goes. */
export interface Sharer {
  cluster: string;
  /** How many nodes it is likely to have; those of a new cluster are what its pools say. */
  nodes: number;
}

/**
 * Divides the starts that a region has left in a sweep among its clusters by node count, so that none starves: each gets one at least,
 * and where there are fewer starts than clusters, another part of them has its turn in each sweep. Pure.
 *
 * @param budget - starts that the pacer has until the next sweep.
 * @param turn - the number of the sweep, which moves on by one each time.
 * @returns the quotas by cluster, which add up to the budget at most; none at all where there is enough for everybody.
 */
export function divideBudget(sharers: readonly Sharer[], budget: number, turn: number): Map<string, number> {
  const total = sharers.reduce((sum, { nodes }) => sum + nodes, 0);
  if (total <= budget) return new Map();
  const inOrder = [...sharers].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  if (inOrder.length > budget) {
    const first = (turn * budget) % inOrder.length;
    const served = new Set(Array.from({ length: budget }, (_, n) => inOrder[(first + n) % inOrder.length]!.cluster));
    return new Map(inOrder.map(({ cluster }) => [cluster, served.has(cluster) ? 1 : 0]));
  }
  // One for each cluster, the rest by size, and what rounding leaves to the largest remainders.
  const rest = budget - inOrder.length;
  const shares = inOrder.map(({ cluster, nodes }) => ({ cluster, share: (rest * nodes) / total }));
  const quotas = new Map(shares.map(({ cluster, share }) => [cluster, 1 + Math.floor(share)]));
  const left = budget - [...quotas.values()].reduce((sum, quota) => sum + quota, 0);
  const byRemainder = [...shares].sort((a, b) => (b.share % 1) - (a.share % 1));
  for (const { cluster } of byRemainder.slice(0, left)) quotas.set(cluster, quotas.get(cluster)! + 1);
  return quotas;
}
