import type { Counts } from '../model/ledger.ts';
import * as z from '../zod.ts';
import { newestRuns, STRIP_SWEEPS } from './strip.ts';

/** So many sweeps in a row that came to the same for a cluster; nodes by verdict, and whether it was being upgraded. */
export const sweepRun = z.object({
  sweeps: z.number(),
  reachable: z.number(),
  notServed: z.number(),
  unreachable: z.number(),
  unknown: z.number(),
  notProbed: z.number(),
  upgrading: z.boolean(),
});
export type SweepRun = z.output<typeof sweepRun>;

/** As a row holds them: tuples, oldest first, so that a healthy cluster takes some bytes only. */
export const storedRuns = z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]));

/** Converts runs to what a row holds. */
export const toStoredRuns = (runs: readonly SweepRun[]): z.output<typeof storedRuns> =>
  runs.map((run) => [run.sweeps, run.reachable, run.notServed, run.unreachable, run.unknown, run.notProbed, run.upgrading ? 1 : 0]);

/** Converts what a row holds to runs. */
export const fromStoredRuns = (stored: z.output<typeof storedRuns>): SweepRun[] =>
  stored.map(([sweeps, reachable, notServed, unreachable, unknown, notProbed, upgrading]) => {
    return { sweeps, reachable, notServed, unreachable, unknown, notProbed, upgrading: upgrading === 1 };
  });

const isSame = (a: SweepRun, b: SweepRun) =>
  (['reachable', 'notServed', 'unreachable', 'unknown', 'notProbed', 'upgrading'] as const).every((key) => a[key] === b[key]);

const nothing = { reachable: 0, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0, upgrading: false };

/** How many sweeps of the schedule went by between two sweeps without either. */
function missedBetween(previous: string, sweep: string, intervalMs: number): number {
  const intervals = (Date.parse(sweep) - Date.parse(previous)) / intervalMs;
  return intervals >= 1 ? Math.min(STRIP_SWEEPS, Math.round(intervals) - 1) : 0;
}

/**
 * Adds a sweep to the recent ones of a cluster. Sweeps that did not take place count as ones in which nothing was probed. It cannot detect that the
 * sweep was added before. Pure.
 *
 * @param counts - what the sweep came to for the cluster.
 * @param previous - the id of the sweep that was added before; '' for none.
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function addSweep(
  runs: readonly SweepRun[],
  { reachable, notServed, unreachable, unknown, notProbed }: Counts,
  upgrading: boolean,
  { sweep, previous, intervalMs }: { sweep: string; previous: string; intervalMs: number },
): SweepRun[] {
  const missed = previous === '' ? 0 : missedBetween(previous, sweep, intervalMs);
  const own = { sweeps: 1, reachable, notServed, unreachable, unknown, notProbed, upgrading };
  return newestRuns([...runs, { ...nothing, sweeps: missed }, own], isSame);
}

/** Whether trouble has just begun, spreads, stays or heals. */
export interface Trend {
  way: 'begun' | 'spreading' | 'steady' | 'healing' | 'unseen';
  /** For how many sweeps it has been so. */
  sweeps: number;
  /** Failing nodes in the newest sweeps, oldest first. */
  failing: number[];
}

const SHOWN = 8;

// A sweep that did not take place, or in which more nodes gave no verdict than did, says nothing.
const isRecorded = ({ reachable, unreachable, unknown }: SweepRun) => reachable + unreachable > unknown;

/** The number of failing nodes in each recent sweep, oldest first. Sweeps that say nothing are left out. */
export const failingIn = (runs: readonly SweepRun[]): number[] =>
  runs.filter(isRecorded).flatMap((run) => Array<number>(run.sweeps).fill(run.unreachable));

/** Adds up the failing nodes of several clusters, sweep by sweep from the newest back. */
export function addFailing(all: readonly (readonly number[])[]): number[] {
  const most = Math.max(0, ...all.map(({ length }) => length));
  return Array.from({ length: most }, (_, at) => all.reduce((sum, each) => sum + (each[each.length - most + at] ?? 0), 0));
}

/**
 * Whether the number of failing nodes rises, falls or stays: by its last change within the newest three sweeps. Pure.
 *
 * @param failing - the number in each sweep, oldest first.
 * @param now - the number by the latest verdicts, which may be ahead of the last sweep.
 * @param unknown - the number of nodes that give no verdict now: as many fewer that fail are no fewer.
 */
export function trendOf(failing: readonly number[], now: number, unknown = 0): Trend {
  const all = [...failing, ...(failing.at(-1) === now ? [] : [now])].slice(-SHOWN);
  const last = all.at(-1) ?? 0;
  let equal = 0;
  while (equal < all.length && all[all.length - 1 - equal] === last) equal += 1;
  const before = all[all.length - 1 - equal];
  const isNew = before === 0 && last > 0;
  if (before !== undefined && before > last && unknown >= before - last) return { way: 'unseen', sweeps: equal, failing: all };
  const way = before === undefined || equal >= 3 ? 'steady' : isNew ? 'begun' : before < last ? 'spreading' : 'healing';
  return { way, sweeps: equal, failing: all };
}
