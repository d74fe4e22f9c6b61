// Updates in one subscription and region, a budget shared with AKS: https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
const DOCUMENTED = { name: /^Update\w*SubscriptionMaximum$/i, size: 1500, perMinute: 500 };
const LOW_SHARE = 0.2;
const LONGEST_SECONDS = 60;

/** The highest number of remaining calls seen in each bucket of a subscription and region: the best known lower bound of its size. */
export type SeenSizes = Map<string, number>;

interface Size {
  size: number;
  perMinute: number;
}

/**
 * The size of a bucket and how fast it fills: the documented values, or for a bucket named after its minutes (`PutVM3Min`), the highest count seen.
 * Sizes differ between subscriptions (recorded: 240 and 750 for `PutVM3Min`). The highest count seen is never more than the size,
 * so a bucket that is low by this measure is really low.
 */
function sizeOf(name: string, seen: SeenSizes): Size | undefined {
  if (DOCUMENTED.name.test(name)) return DOCUMENTED;
  const minutes = Number(/(\d+)Min$/i.exec(name)?.[1]);
  const size = seen.get(name);
  return minutes > 0 && size !== undefined ? { size, perMinute: size / minutes } : undefined;
}

/**
 * How long to start no runs in a region, so that enough of Compute's budget is left for AKS's own autoscaler.
 *
 * Only buckets of the whole subscription count: those of one instance (`…Resource`) are always small, and the size of others is unknown.
 *
 * @param header - `x-ms-ratelimit-remaining-resource` of the response to a Run Command: `Microsoft.Compute/<policy>;<calls left>`, separated by commas.
 * @param seen - updated in place.
 * @returns seconds until the lowest bucket is a fifth full again, at most 60; 0 if enough is left or the header says nothing.
 */
export function secondsToSpare(header: string | undefined, seen: SeenSizes): number {
  const seconds = (header ?? '').split(',').map((part) => {
    const { name = '', count } = /^\s*Microsoft\.Compute\/(?<name>\w+);(?<count>\d+)\s*$/i.exec(part)?.groups ?? {};
    if (count === undefined) return 0;
    const left = Number(count);
    seen.set(name, Math.max(left, seen.get(name) ?? 0));
    const known = sizeOf(name, seen);
    if (known === undefined || left >= LOW_SHARE * known.size) return 0;
    return Math.ceil(((LOW_SHARE * known.size - left) / known.perMinute) * 60);
  });
  return Math.min(LONGEST_SECONDS, Math.max(...seconds));
}
