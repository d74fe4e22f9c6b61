/** A cluster that shares the budget of its region. */
export interface Sharer {
  cluster: string;
  /** How many nodes it probably has; for a new cluster, the number that its pools have. */
  nodes: number;
}

/**
 * Divides the starts that a region has left in a sweep among its clusters by node count, so that none starves. Each gets at least one;
 * if there are fewer starts than clusters, each sweep serves the next part of them. Pure.
 *
 * @param budget - the starts that the pace allows until the next sweep.
 * @param sweepNumber - the number of the sweep, which increases by one each time.
 * @returns the quotas by cluster, which add up to at most the budget; empty if the budget is enough for all nodes.
 */
export function divideBudget(sharers: readonly Sharer[], budget: number, sweepNumber: number): Map<string, number> {
  const total = sharers.reduce((sum, { nodes }) => sum + nodes, 0);
  if (total <= budget) return new Map();
  const inOrder = [...sharers].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  if (inOrder.length > budget) {
    const first = (sweepNumber * budget) % inOrder.length;
    const served = new Set(Array.from({ length: budget }, (_, n) => inOrder[(first + n) % inOrder.length]!.cluster));
    return new Map(inOrder.map(({ cluster }) => [cluster, served.has(cluster) ? 1 : 0]));
  }
  // One for each cluster, the rest by size. What rounding leaves goes to the largest remainders.
  const rest = budget - inOrder.length;
  const shares = inOrder.map(({ cluster, nodes }) => ({ cluster, share: (rest * nodes) / total }));
  const quotas = new Map(shares.map(({ cluster, share }) => [cluster, 1 + Math.floor(share)]));
  const left = budget - [...quotas.values()].reduce((sum, quota) => sum + quota, 0);
  const byRemainder = [...shares].sort((a, b) => (b.share % 1) - (a.share % 1));
  for (const { cluster } of byRemainder.slice(0, left)) quotas.set(cluster, quotas.get(cluster)! + 1);
  return quotas;
}
