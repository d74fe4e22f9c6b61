/**
 * List prices in US dollars of a region such as East US, pay as you go, and what Flex Consumption bills; looked up on 2026-11-30. Free grants are left out: they
 * belong to a subscription, which may have other apps.
 *
 * @see https://azure.microsoft.com/pricing/details/functions/
 * @see https://azure.microsoft.com/pricing/details/storage/queues/
 * @see https://azure.microsoft.com/pricing/details/storage/tables/
 * @see https://azure.microsoft.com/pricing/details/monitor/
 */
export const prices = {
  /** Memory of an instance times the time in which it executes anything. */
  gbSecond: 0.000026,
  execution: 0.4 / 1e6,
  queueOperation: 0.004 / 10_000,
  tableTransaction: 0.00036 / 10_000,
  ingestedGb: 2.3,
} as const;

/** What Flex Consumption bills of an execution at least, and in which steps, in milliseconds. */
export const billing = { leastMs: 1000, stepMs: 100 } as const;

/** Memory of an instance: the smallest size, which is what the templates deploy. */
export const INSTANCE_GB = 0.5;

export const SECONDS_A_MONTH = 30 * 86_400;
