import type { ReasonCode } from '../model/reasons.ts';

/** What clusters in trouble may share, the most exact first. */
export const sharedFactors = ['finding', 'nextHop', 'dnsServers', 'network', 'region', 'subscription', 'reason', 'fleet'] as const;
export type SharedFactor = (typeof sharedFactors)[number];

/** A cluster as incidents see it. */
export interface ClusterCondition {
  cluster: string;
  /** Since when it has an outage or is blind, ISO 8601 UTC; undefined while it has neither. */
  since?: string;
  blind: boolean;
  reason?: ReasonCode;
  /** Nodes that fail or give no verdict, of those that are to be probed. */
  nodes: number;
  planned: number;
  /**
   * What it has in common with others: resource ids, addresses or names, in lower case, by factor. Of a cluster that is well, only what is known without
   * a search: its networks, region and subscription.
   */
  shares: Readonly<Partial<Record<SharedFactor, readonly string[]>>>;
}

/** Clusters in trouble that share something which healthy clusters do not. */
export interface SharedTrouble {
  factor: SharedFactor;
  value: string;
  /** Clusters in trouble that share it, in the order of their ids. */
  members: readonly ClusterCondition[];
}

/** How many of the clusters that share something are in trouble, and how many elsewhere. */
export interface SharedCounts {
  affected: number;
  inside: number;
  elsewhereAffected: number;
  elsewhere: number;
}

/** The value that every cluster has of the factor `fleet`. */
export const WHOLE_FLEET = '*';
/** A more exact factor wins if it explains at least so much of what the widest one does. */
export const EXPLAINS = 0.8;
/** Of the clusters that share something, so many must be in trouble: else it is not what they have in common. */
const LEAST_SHARE = 0.5;

const isAffected = ({ since }: ClusterCondition) => since !== undefined;

/** The values that a cluster has of a factor. */
export function valuesOf({ shares }: Pick<ClusterCondition, 'shares'>, factor: SharedFactor): readonly string[] {
  return factor === 'fleet' ? [WHOLE_FLEET] : (shares[factor] ?? []);
}

/** Counts who shares a value and who is in trouble. Pure. */
export function countShared(clusters: readonly ClusterCondition[], factor: SharedFactor, value: string): SharedCounts {
  const inside = clusters.filter((each) => valuesOf(each, factor).includes(value));
  const affected = inside.filter(isAffected).length;
  const all = clusters.filter(isAffected).length;
  return { affected, inside: inside.length, elsewhereAffected: all - affected, elsewhere: clusters.length - inside.length };
}

/** Whether trouble goes with a value: most clusters that have it are in trouble, and of the others at most half as large a share. */
function isDistinctive({ affected, inside, elsewhereAffected, elsewhere }: SharedCounts): boolean {
  return affected >= inside * LEAST_SHARE && 2 * elsewhereAffected * inside <= affected * elsewhere;
}

/** Splits clusters in trouble where the next one began more than so many milliseconds after the one before. */
function groupByStart(affected: readonly ClusterCondition[], togetherMs: number): ClusterCondition[][] {
  const groups: ClusterCondition[][] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const each of [...affected].sort((a, b) => (a.since! < b.since! ? -1 : a.since! > b.since! ? 1 : a.cluster < b.cluster ? -1 : 1))) {
    const at = Date.parse(each.since!);
    if (groups.length === 0 || at - latest > togetherMs) groups.push([]);
    groups.at(-1)!.push(each);
    latest = at;
  }
  return groups;
}

const byCluster = (a: ClusterCondition, b: ClusterCondition) => (a.cluster < b.cluster ? -1 : 1);

/** What so many of some clusters share, each with the clusters that do. */
function* sharedBy(free: readonly ClusterCondition[], factors: readonly SharedFactor[], least: number): Generator<SharedTrouble> {
  for (const factor of factors) {
    const values = new Map<string, ClusterCondition[]>();
    for (const each of free) for (const value of valuesOf(each, factor)) values.set(value, [...(values.get(value) ?? []), each]);
    for (const [value, members] of values) if (members.length >= least) yield { factor, value, members: members.sort(byCluster) };
  }
}

/**
 * Finds what explains most of some clusters in trouble: of the factors that go with it the one that most of them share, or a more exact one that explains
 * four fifths of that. Pure; the order of the clusters does not matter.
 *
 * @param free - clusters in trouble that no incident has.
 * @param all - every cluster that is watched.
 * @param least - how many clusters make an incident.
 * @param togetherMs - clusters that began within so many milliseconds of one another began together. What is found to be the cause of several needs not.
 */
export function findShared(
  free: readonly ClusterCondition[],
  all: readonly ClusterCondition[],
  least: number,
  togetherMs: number,
): SharedTrouble | undefined {
  const candidates = [
    ...sharedBy(free, ['finding'], least),
    ...groupByStart(free, togetherMs).flatMap((group) => [...sharedBy(group, sharedFactors, least)]),
  ].filter(({ factor, value }) => isDistinctive(countShared(all, factor, value)));
  const widest = Math.max(0, ...candidates.map(({ members }) => members.length));
  const rank = ({ factor }: SharedTrouble) => sharedFactors.indexOf(factor);
  const [best] = candidates
    .filter(({ members }) => members.length >= widest * EXPLAINS)
    .sort((a, b) => rank(a) - rank(b) || b.members.length - a.members.length || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return best;
}
