// https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits: updates of one subscription and region, shared with AKS itself.
const UPDATES = { most: 1500, perMinute: 500 };
const LOW = 0.2 * UPDATES.most;
const LONGEST_SECONDS = 60;

/**
 * How long to leave a region alone, so that what Compute grants stays with AKS's own autoscaler.
 *
 * Only the buckets of the whole subscription count: names that end in `SubscriptionMaximum`, or in `3Min` and the like as older ones do.
 * Those of one instance (`…Resource`) are small by nature.
 *
 * @param header - `x-ms-ratelimit-remaining-resource` of the answer to a Run Command: `Microsoft.Compute/<policy>;<calls left>`, comma-joined.
 * @returns seconds until the lowest bucket is a fifth full again, at most 60; 0 where enough is left or nothing is said.
 */
export function secondsToSpare(header: string | undefined): number {
  const left = (header ?? '').split(',').flatMap((part) => {
    const policy = /^\s*Microsoft\.Compute\/(?<name>\w+);(?<count>\d+)\s*$/i.exec(part)?.groups;
    return policy && /(SubscriptionMaximum|\dMin)$/i.test(policy.name!) ? [Number(policy.count)] : [];
  });
  const missing = LOW - Math.min(LOW, ...left);
  return Math.min(LONGEST_SECONDS, Math.ceil((missing / UPDATES.perMinute) * 60));
}
