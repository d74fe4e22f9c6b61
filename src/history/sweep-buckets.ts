import type { Counts } from '../model/ledger.ts';
import * as z from '../zod.ts';
import type { Latency } from './latency.ts';

const HOUR_MS = 3_600_000;

/** The lengths of the buckets, and how many are kept: half hours for two days, quarters of a day for 31 days. */
const SIZES = { fine: { ms: HOUR_MS / 2, kept: 96 }, coarse: { ms: 6 * HOUR_MS, kept: 124 } } as const;

/**
 * What the sweeps of a stretch of time came to for a cluster, as a tuple so that a row can hold many: its number since the epoch, its sweeps, the most nodes that
 * were unreachable, unknown and not probed in one of them, whether it was being upgraded, and the slowest sweep's median, 95th and 99th percentile in milliseconds
 * (-1 where none reached the API server).
 */
const bucket = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]);
type Bucket = z.output<typeof bucket>;

/** What the sweeps of the last 31 days came to for a cluster, by stretches of time, oldest first. */
export const sweepBuckets = z.object({ fine: z.array(bucket), coarse: z.array(bucket) });
export type SweepBuckets = z.output<typeof sweepBuckets>;
export const noBuckets: SweepBuckets = { fine: [], coarse: [] };

function join(a: Bucket, b: Bucket): Bucket {
  const most = (at: 2 | 3 | 4 | 5 | 6 | 7 | 8) => Math.max(a[at], b[at]);
  return [a[0], a[1] + b[1], most(2), most(3), most(4), most(5), most(6), most(7), most(8)];
}

function addTo(buckets: readonly Bucket[], { ms, kept }: { ms: number; kept: number }, time: number, added: Bucket): Bucket[] {
  const slot = Math.floor(time / ms);
  const [, ...rest] = added;
  const own: Bucket = [slot, ...rest];
  const same = buckets.findIndex((each) => each[0] === slot);
  const all = same < 0 ? [...buckets, own].sort((a, b) => a[0] - b[0]) : buckets.map((each, at) => (at === same ? join(each, own) : each));
  const newest = all.at(-1)?.[0] ?? slot;
  return all.filter((each) => each[0] > newest - kept);
}

/**
 * Adds a sweep. It cannot detect that the sweep was added before. Pure.
 *
 * @param sweep - its id, an ISO time; one that is none changes nothing.
 */
export function addToBuckets(
  { fine, coarse }: SweepBuckets,
  sweep: string,
  { unreachable, unknown, notProbed }: Counts,
  upgrading: boolean,
  latency: Latency | undefined,
): SweepBuckets {
  const time = Date.parse(sweep);
  if (Number.isNaN(time)) return { fine, coarse };
  const { medianMs = -1, p95Ms = -1, p99Ms = -1 } = latency ?? {};
  const own: Bucket = [0, 1, unreachable, unknown, notProbed, upgrading ? 1 : 0, medianMs, p95Ms, p99Ms];
  return { fine: addTo(fine, SIZES.fine, time, own), coarse: addTo(coarse, SIZES.coarse, time, own) };
}

/** A stretch of time with what its sweeps came to. */
export interface Stretch {
  from: number;
  until: number;
  sweeps: number;
  unreachable: number;
  unknown: number;
  notProbed: number;
  upgrading: boolean;
  latency?: { medianMs: number; p95Ms: number; p99Ms: number };
}

/** The stretches of the last day, in half hours, or of more days, in quarters of a day, oldest first; times in epoch milliseconds. */
export function stretchesOf(buckets: SweepBuckets, days: 1 | 7 | 30, now: Date): Stretch[] {
  const size = days === 1 ? 'fine' : 'coarse';
  const { ms } = SIZES[size];
  const since = now.getTime() - days * 24 * HOUR_MS;
  return buckets[size].flatMap(([slot, sweeps, unreachable, unknown, notProbed, upgrading, medianMs, p95Ms, p99Ms]) => {
    const [from, until] = [slot * ms, (slot + 1) * ms];
    if (until <= since || from > now.getTime()) return [];
    const latency = medianMs < 0 ? {} : { latency: { medianMs, p95Ms, p99Ms } };
    return [{ from, until, sweeps, unreachable, unknown, notProbed, upgrading: upgrading === 1, ...latency }];
  });
}
