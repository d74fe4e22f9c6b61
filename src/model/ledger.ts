import { z } from 'zod';
import { rankReasons } from './rank-reasons.ts';
import type { Policy } from './reasons/reason.ts';
import { isReasonCode, policyOf, type ReasonCode, reasonCode } from './reasons.ts';
import type { Outcome } from './verdict.ts';

/** What a sweep intends for a cluster. Every known node is in a slice or among the not probed, once. */
export const plan = z.object({
  region: z.string(),
  /** Where its nodes must lie; absent where nobody knows. */
  nodeResourceGroup: z.string().optional(),
  /** Names of the nodes by slice; a slice is named by its position. */
  slices: z.array(z.array(z.string())),
  due: z.string(),
  notProbed: z.record(z.string(), z.array(z.string())),
});
export type Plan = z.output<typeof plan>;

/** What a slice came to: node names by `verdict/reason`. */
export const tally = z.record(z.string(), z.array(z.string()));
export type Tally = z.output<typeof tally>;

/** Counts that add up: known = reachable + unreachable + unknown + notProbed. */
export const counts = z.object({
  known: z.number(),
  reachable: z.number(),
  unreachable: z.number(),
  unknown: z.number(),
  notProbed: z.number(),
});

export type Counts = z.output<typeof counts>;

/** One sweep's outcome for a cluster or the fleet, by reason code too. */
export const ledger = counts.extend({
  byReason: z.record(z.string(), z.number()),
  /** Of the unknown ones alone. */
  unknownByReason: z.record(z.string(), z.number()),
  armRequests: z
    .number()
    .describe('Requests to Azure Resource Manager that the instances told of meanwhile, at least: checks that HTTP begins are missing.'),
});
export type Ledger = z.output<typeof ledger>;

export const emptyCounts: Counts = { known: 0, reachable: 0, unreachable: 0, unknown: 0, notProbed: 0 };
export const emptyLedger: Ledger = { ...emptyCounts, byReason: {}, unknownByReason: {}, armRequests: 0 };
/** Writes outcomes as a tally. */
export function toTally(outcomes: ReadonlyMap<string, Outcome>): Tally {
  const groups: Tally = {};
  for (const [node, { verdict, reason }] of outcomes) {
    const key = `${verdict}/${reason}`;
    groups[key] = [...(groups[key] ?? []), node];
  }
  return groups;
}

function readOutcome(key: string): Outcome {
  const [verdict, reason] = key.split('/');
  const known = verdict === 'reachable' || verdict === 'unreachable' || verdict === 'unknown' || verdict === 'notProbed';
  return known && isReasonCode(reason) ? { verdict, reason } : { verdict: 'unknown', reason: reasonCode.parse(undefined) };
}

/** Names of a plan that no tally has yet. */
export function outstanding(planned: Plan, tallies: readonly Tally[]): string[] {
  const told = new Set(tallies.flatMap((each) => Object.values(each).flat()));
  return planned.slices.flat().filter((node) => !told.has(node));
}

/**
 * Adds up a cluster's plan and tallies. Each planned node counts once, with the first outcome that was told of it;
 * one without any counts as `unknown/Lost`.
 *
 * @param armRequests - that were told of with the tallies.
 */
export function addUp(planned: Plan, tallies: readonly Tally[], armRequests = 0): Ledger {
  const outcomes = new Map<string, Outcome>();
  for (const [code, nodes] of Object.entries(planned.notProbed)) {
    const reason = reasonCode.parse(code);
    for (const node of nodes) outcomes.set(node, { verdict: 'notProbed', reason });
  }
  const names = new Set(planned.slices.flat());
  for (const each of tallies)
    for (const [key, nodes] of Object.entries(each))
      for (const node of nodes) if (names.has(node) && !outcomes.has(node)) outcomes.set(node, readOutcome(key));
  for (const node of names) if (!outcomes.has(node)) outcomes.set(node, { verdict: 'unknown', reason: 'Lost' });
  const total: Ledger = { ...emptyCounts, byReason: {}, unknownByReason: {}, armRequests };
  const count = (counted: Record<string, number>, reason: ReasonCode) => {
    counted[reason] = (counted[reason] ?? 0) + 1;
  };
  for (const { verdict, reason } of outcomes.values()) {
    total.known += 1;
    total[verdict] += 1;
    count(total.byReason, reason);
    if (verdict === 'unknown') count(total.unknownByReason, reason);
  }
  return total;
}

/** Adds ledgers of clusters to that of the fleet. */
export function sum(ledgers: readonly Ledger[]): Ledger {
  const total: Ledger = { ...emptyCounts, byReason: {}, unknownByReason: {}, armRequests: 0 };
  for (const each of ledgers) {
    for (const key of Object.keys(emptyCounts) as (keyof Counts)[]) total[key] += each[key];
    total.armRequests += each.armRequests;
    for (const name of ['byReason', 'unknownByReason'] as const)
      for (const [reason, count] of Object.entries(each[name])) total[name][reason] = (total[name][reason] ?? 0) + count;
  }
  return total;
}

/** How many nodes have a reason of which something holds; a code that the catalogue does not know counts by its fallback. */
const countWhere = (counted: Record<string, number>, holds: (policy: Policy) => boolean) =>
  Object.entries(counted).reduce((total, [code, nodes]) => total + (holds(policyOf(reasonCode.parse(code))) ? nodes : 0), 0);

/** Nodes of which a verdict is expected. */
export function expectedOf({ known, byReason }: Ledger): number {
  return known - countWhere(byReason, ({ expected }) => !expected);
}

/** The reason of most nodes of which a verdict is expected. */
export function mainReason({ byReason }: Ledger): ReasonCode | undefined {
  const all = Object.entries(byReason).flatMap(([reason, nodes]) => (isReasonCode(reason) ? [{ reason, nodes }] : []));
  return rankReasons(all.filter(({ reason }) => policyOf(reason).expected))[0]?.reason;
}

/** Nodes that gave a verdict. */
export function conclusiveOf({ reachable, unreachable }: Counts): number {
  return reachable + unreachable;
}

const shareOf = (part: number, expected: number) => (expected <= 0 ? null : Math.min(1, part / expected));

/**
 * Nodes that gave a verdict over those of which one is expected: whatever kept a node from giving one counts against it, be it access, pace,
 * Azure, its agent or ourselves.
 *
 * @returns 0 to 1; null where no verdict is expected, which is not the same as all being well.
 */
export function coverageOf(ledger: Ledger): number | null {
  return shareOf(conclusiveOf(ledger), expectedOf(ledger));
}

/**
 * Nodes that were asked over those of which a verdict is expected, whatever they answered: over budget, no access, locked and agents that never answer
 * count against it, whether a node was left out for it or met it when its turn came.
 *
 * @returns 0 to 1; null where no verdict is expected.
 */
export function askedOf(ledger: Ledger): number | null {
  const { reachable, unreachable, unknown, unknownByReason } = ledger;
  return shareOf(
    reachable + unreachable + unknown - countWhere(unknownByReason, ({ expected, asked }) => !expected || !asked),
    expectedOf(ledger),
  );
}
