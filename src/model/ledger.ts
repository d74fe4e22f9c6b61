import * as z from '../zod.ts';
import { clusterMaintenance } from './cluster-maintenance.ts';
import { rankReasons } from './rank-reasons.ts';
import type { Policy } from './reasons/reason.ts';
import { isReasonCode, policyOf, type ReasonCode, reasonCode } from './reasons.ts';
import type { Outcome } from './verdict.ts';

/** What a sweep intends for a cluster. Every known node is either in exactly one slice or in `notProbed`. */
export const plan = z.object({
  region: z.string(),
  /** The node resource group, in which all its nodes must be; absent if unknown. */
  nodeResourceGroup: z.optional(z.string()),
  /** The names that Azure has for the API server. */
  serverNames: z.optional(z.array(z.string())),
  /** What says when the cluster is in maintenance, as of the plan; absent where Azure did not list the cluster. */
  maintenance: z.optional(clusterMaintenance),
  /** Names of the nodes by slice; a slice is named by its position. */
  slices: z.array(z.array(z.string())),
  due: z.string(),
  /** Seconds from the start of a slice until its results are first asked for. */
  collectAfter: z.optional(z.number()),
  /** When each slice may start, as far as the pace allows it in time; those behind have to ask for a slot of their own. */
  slots: z.optional(z.array(z.string())),
  notProbed: z.record(z.string(), z.array(z.string())),
  /** Whether Azure was upgrading or changing the cluster or one of its pools: some of its nodes are then probed more often. */
  changing: z.optional(z.boolean()),
  /** How many nodes of a pool no machine was found for, in this sweep and in the one before. They have no names. */
  gaps: z._default(z.record(z.string(), z.number()), {}),
});
export type Plan = z.output<typeof plan>;

/** The results of a slice: node names by `verdict/reason`, of nodes that are not served by `reachable/Reachable/reason`. */
export const tally = z.record(z.string(), z.array(z.string()));
export type Tally = z.output<typeof tally>;

/** Counts that add up: known = reachable + unreachable + unknown + notProbed. Those that are not served are among the reachable ones. */
export const counts = z.object({
  known: z.number(),
  reachable: z.number(),
  notServed: z.described(z._default(z.number(), 0), 'Those of the reachable ones that their API server does not serve.'),
  unreachable: z.number(),
  unknown: z.number(),
  notProbed: z.number(),
});

export type Counts = z.output<typeof counts>;

/** One sweep's outcome for a cluster or the fleet, by reason code too. */
export const ledger = z.extend(counts, {
  byReason: z.record(z.string(), z.number()),
  /** The same for nodes with the verdict `unknown` only. */
  unknownByReason: z.record(z.string(), z.number()),
  armRequests: z.described(
    z.number(),
    'Requests to Azure Resource Manager that the instances reported in the meantime. Checks that begin over HTTP are not included.',
  ),
});
export type Ledger = z.output<typeof ledger>;

export const emptyCounts: Counts = { known: 0, reachable: 0, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 };
export const emptyLedger: Ledger = { ...emptyCounts, byReason: {}, unknownByReason: {}, armRequests: 0 };
/** Groups the outcomes of nodes into a tally. */
export function toTally(outcomes: ReadonlyMap<string, Outcome>): Tally {
  const groups: Tally = {};
  for (const [node, { verdict, reason, notServed }] of outcomes) {
    const key = [verdict, reason, ...(notServed === undefined ? [] : [notServed])].join('/');
    groups[key] = [...(groups[key] ?? []), node];
  }
  return groups;
}

function readOutcome(key: string): Outcome {
  const [verdict, reason, notServed] = key.split('/');
  const known = verdict === 'reachable' || verdict === 'unreachable' || verdict === 'unknown' || verdict === 'notProbed';
  if (!known || !isReasonCode(reason)) return { verdict: 'unknown', reason: reasonCode.parse(undefined) };
  return verdict === 'reachable' && notServed !== undefined
    ? { verdict, reason, notServed: reasonCode.parse(notServed) }
    : { verdict, reason };
}

/** The planned nodes that no tally has an outcome for yet. */
export function outstanding(planned: Plan, tallies: readonly Tally[]): string[] {
  const tallied = new Set(tallies.flatMap((each) => Object.values(each).flat()));
  return planned.slices.flat().filter((node) => !tallied.has(node));
}

/** The reason of nodes that no machine was found for. */
export const GAP = 'MachinesMissing' satisfies ReasonCode;

/** How many nodes of a cluster no machine was found for. */
export function gapsIn({ gaps }: Pick<Plan, 'gaps'>): number {
  return Object.values(gaps).reduce((total, missing) => total + missing, 0);
}

/**
 * Adds up a cluster's plan and tallies. Nodes that no machine was found for are known and not probed. Each planned node counts once, with its first outcome;
 * a node without any counts as `unknown/Lost`.
 *
 * @param armRequests - the requests to Azure Resource Manager that were reported with the tallies.
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
  const unseen = gapsIn(planned);
  const total: Ledger = {
    ...emptyCounts,
    known: unseen,
    notProbed: unseen,
    byReason: unseen > 0 ? { [GAP]: unseen } : {},
    unknownByReason: {},
    armRequests,
  };
  const count = (counted: Record<string, number>, reason: ReasonCode) => {
    counted[reason] = (counted[reason] ?? 0) + 1;
  };
  for (const { verdict, reason, notServed } of outcomes.values()) {
    total.known += 1;
    total[verdict] += 1;
    if (notServed !== undefined) total.notServed += 1;
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

/** How many nodes have a reason whose policy meets a condition. A code that the catalogue does not have counts as its fallback. */
const countWhere = (counted: Record<string, number>, holds: (policy: Policy) => boolean) =>
  Object.entries(counted).reduce((total, [code, nodes]) => total + (holds(policyOf(reasonCode.parse(code))) ? nodes : 0), 0);

/** Number of nodes that are expected to give a verdict. */
export function expectedOf({ known, byReason }: Ledger): number {
  return known - countWhere(byReason, ({ expected }) => !expected);
}

/** The most frequent reason among the nodes that are expected to give a verdict. */
export function mainReason({ byReason }: Ledger): ReasonCode | undefined {
  const all = Object.entries(byReason).flatMap(([reason, nodes]) => (isReasonCode(reason) ? [{ reason, nodes }] : []));
  return rankReasons(all.filter(({ reason }) => policyOf(reason).expected))[0]?.reason;
}

/** How many nodes should have given a verdict and gave none, by reason. */
export function withoutVerdict({ byReason, unknownByReason }: Ledger): { reason: ReasonCode; nodes: number }[] {
  const without = Object.entries(byReason).flatMap(([reason, nodes]) => {
    if (!isReasonCode(reason) || !policyOf(reason).expected) return [];
    // A reason with which nodes were asked is one of a verdict, but for those that stayed unknown.
    return [{ reason, nodes: policyOf(reason).asked ? (unknownByReason[reason] ?? 0) : nodes }];
  });
  return without.filter(({ nodes }) => nodes > 0);
}

/** The most frequent reason among the nodes that should have given a verdict and gave none. */
export function reasonWithout(ledger: Ledger): ReasonCode | undefined {
  return rankReasons(withoutVerdict(ledger))[0]?.reason;
}

/** Number of nodes that gave the verdict `reachable` or `unreachable`. */
export function conclusiveOf({ reachable, unreachable }: Counts): number {
  return reachable + unreachable;
}

const shareOf = (part: number, expected: number) => (expected <= 0 ? null : Math.min(1, part / expected));

/**
 * The share of nodes that gave a verdict, among those that are expected to. Whatever kept a node from giving one lowers it: access, pace,
 * Azure, its agent or the prober.
 *
 * @returns 0 to 1; null if no verdict is expected, which does not mean that all is well.
 */
export function coverageOf(ledger: Ledger): number | null {
  return shareOf(conclusiveOf(ledger), expectedOf(ledger));
}

/**
 * The share of nodes that were asked, whatever they answered, among those that are expected to give a verdict. Nodes that are over budget, not
 * accessible or locked, or whose agent does not report, lower it: both those left out of the plan for it and those that failed for it at the start.
 *
 * @returns 0 to 1; null if no verdict is expected.
 */
export function askedOf(ledger: Ledger): number | null {
  const { reachable, unreachable, unknown, unknownByReason } = ledger;
  return shareOf(
    reachable + unreachable + unknown - countWhere(unknownByReason, ({ expected, asked }) => !expected || !asked),
    expectedOf(ledger),
  );
}
