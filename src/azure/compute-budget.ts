// https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits: updates of one subscription and region, shared with AKS itself.
const DOCUMENTED = { name: /^Update\w*SubscriptionMaximum$/i, size: 1500, perMinute: 500 };
const LOW_SHARE = 0.2;
const LONGEST_SECONDS = 60;

/** The most calls that were ever seen left in each bucket of a subscription and region: its size, as far as that is known. */
export type SeenSizes = Map<string, number>;

interface Size {
  size: number;
  perMinute: number;
}

/**
 * The size of a bucket and how fast it fills: as documented, else, of those that older names count over some minutes (`PutVM3Min`), the most that
 * was ever seen left in it. Sizes differ from one subscription to the next (recorded: 240 and 750 for `PutVM3Min`), and the most that was seen is
 * never more than the size, so that what is low by it is low.
 */
function sizeOf(name: string, seen: SeenSizes): Size | undefined {
  if (DOCUMENTED.name.test(name)) return DOCUMENTED;
  const minutes = Number(/(\d+)Min$/i.exec(name)?.[1]);
  const size = seen.get(name);
  return minutes > 0 && size !== undefined ? { size, perMinute: size / minutes } : undefined;
}

/**
 * How long to leave a region alone, so that what Compute grants stays with AKS's own autoscaler.
 *
 * Only buckets of the whole subscription count; those of one instance (`…Resource`) are small by nature, and of others nobody knows the size.
 *
 * @param header - `x-ms-ratelimit-remaining-resource` of the answer to a Run Command: `Microsoft.Compute/<policy>;<calls left>`, comma-joined.
 * @param seen - is brought up to date.
 * @returns seconds until the lowest bucket is a fifth full again, at most 60; 0 where enough is left or nothing is said.
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
