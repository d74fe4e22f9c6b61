/** A policy of the compute provider: how many calls its bucket holds, and how many are added each minute. */
type Policy = { name: string; perResource?: { most: number; perMinute: number }; perSubscription: { most: number; perMinute: number } };

// https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
const policies = {
  update: { name: 'UpdateVM', perResource: { most: 12, perMinute: 4 }, perSubscription: { most: 1500, perMinute: 500 } },
  get: { name: 'GetVM', perResource: { most: 36, perMinute: 12 }, perSubscription: { most: 6000, perMinute: 2000 } },
  list: { name: 'HighCostGet', perSubscription: { most: 1080, perMinute: 360 } },
  operation: { name: 'GetOperation', perResource: { most: 45, perMinute: 15 }, perSubscription: { most: 15000, perMinute: 5000 } },
} as const satisfies Record<string, Policy>;

/** The kind of a call to the compute provider. */
export type QuotaKind = keyof typeof policies;

// Operations are short-lived, and each has a bucket of its own.
const mostBuckets = 20_000;

type Bucket = { left: number; at: number };

/** Counts calls as Azure's token buckets do. */
export type QuotaCounter = {
  /**
   * Takes one call.
   *
   * @param scope - subscription and region, which share a bucket.
   * @param resource - the instance or operation asked about.
   * @returns the header that says what is left, and the policy that is used up, if one is.
   */
  take(kind: QuotaKind, scope: string, resource: string): { header: string; exhausted?: string };
};

/**
 * Makes a counter with full buckets.
 *
 * @param now - the time in milliseconds.
 * @param updatesTaken - how much others have taken from the bucket of updates, by the region at the end of its scope.
 */
export function countQuota(now: () => number = Date.now, updatesTaken: Readonly<Record<string, number>> = {}): QuotaCounter {
  const buckets = new Map<string, Bucket>();
  const taken = (key: string) => (key.startsWith('update ') ? (updatesTaken[key.split(' ').at(-1)!] ?? 0) : 0);

  const takeFrom = (key: string, { most, perMinute }: { most: number; perMinute: number }): number => {
    const time = now();
    const bucket = buckets.get(key) ?? { left: most - taken(key), at: time };
    const left = Math.min(most, bucket.left + ((time - bucket.at) / 60_000) * perMinute) - 1;
    buckets.set(key, { left: Math.max(0, left), at: time });
    if (buckets.size > mostBuckets) forgetOldest(buckets);
    return left;
  };

  return {
    take(kind, scope, resource) {
      const policy: Policy = policies[kind];
      const ofSubscription = takeFrom(`${kind} ${scope}`, policy.perSubscription);
      const parts = [{ name: `${policy.name}SubscriptionMaximum`, left: ofSubscription }];
      if (policy.perResource !== undefined)
        parts.unshift({ name: `${policy.name}Resource`, left: takeFrom(`${kind} ${scope} ${resource}`, policy.perResource) });
      return {
        header: parts.map(({ name, left }) => `Microsoft.Compute/${name};${Math.max(0, Math.floor(left))}`).join(','),
        exhausted: parts.find(({ left }) => left < 0)?.name,
      };
    },
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const oldestFirst = [...buckets.entries()].sort(([, one], [, other]) => one.at - other.at);
  for (const [key] of oldestFirst.slice(0, mostBuckets / 2)) buckets.delete(key);
}
