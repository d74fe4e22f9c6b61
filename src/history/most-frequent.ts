import type { ReasonCode } from '../probe/reasons.ts';

/** The reason that most have; the first by name among equals, so that it does not change without need. */
export function mostFrequent(reasons: Iterable<ReasonCode>): ReasonCode | undefined {
  const counts = new Map<ReasonCode, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0];
}
