import type { Ledger } from '../model/ledger.ts';
import type { Starter } from '../model/starter.ts';
import * as z from '../zod.ts';

const counts = z.record(z.string(), z.number());

/** What all completed sweeps add up to. */
export const sweepTotals = z.object({
  /** Completed sweeps by what started them. */
  sweeps: counts,
  /** Nodes that were asked, by verdict. */
  probes: counts,
  /** Outcomes of nodes, by reason. */
  outcomes: counts,
  armRequests: z.number(),
  /** The newest sweeps that are in it, oldest first. */
  counted: z.array(z.string()),
});
export type SweepTotals = z.output<typeof sweepTotals>;

export const noSweeps: SweepTotals = { sweeps: {}, probes: {}, outcomes: {}, armRequests: 0, counted: [] };

/** A sweep is completed again only if its process died just then: more than these are never open at once. */
const MOST_COUNTED = 50;

function plus(sum: Readonly<Record<string, number>>, more: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...sum };
  for (const [key, count] of Object.entries(more)) if (count > 0) total[key] = (total[key] ?? 0) + count;
  return total;
}

/** Adds a sweep to the totals, unless it is in them: then these. Sweeps may be completed in any order. Pure. */
export function addSweep(
  totals: SweepTotals,
  { sweep, starter, ledger }: { sweep: string; starter: Starter; ledger: Ledger },
): SweepTotals {
  const { counted } = totals;
  const isForgotten = counted.length >= MOST_COUNTED && sweep < counted[0]!;
  if (counted.includes(sweep) || isForgotten) return totals;
  const { reachable, unreachable, unknown, byReason, armRequests } = ledger;
  return {
    sweeps: plus(totals.sweeps, { [starter]: 1 }),
    probes: plus(totals.probes, { reachable, unreachable, unknown }),
    outcomes: plus(totals.outcomes, byReason),
    armRequests: totals.armRequests + armRequests,
    counted: [...counted, sweep].sort().slice(-MOST_COUNTED),
  };
}
