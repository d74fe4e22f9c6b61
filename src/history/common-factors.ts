import type { NodeFacts } from '../model/node.ts';
import * as z from '../zod.ts';

/** What the failing nodes of a cluster have in common and the healthy ones do not. */
export const commonFactor = z.object({
  factor: z.enum(['pool', 'zone', 'subnet', 'image', 'size', 'os', 'age']),
  value: z.string(),
  /** Number of nodes with the value: `failing` ones, and all (`inside`). */
  failing: z.number(),
  inside: z.number(),
  /** Number of nodes without the value: failing ones, and all (`elsewhere`). */
  elsewhereFailing: z.number(),
  elsewhere: z.number(),
  sentence: z.string(),
});
export type CommonFactor = z.output<typeof commonFactor>;
type Factor = CommonFactor['factor'];

/** The facts that failing nodes may have in common; `subnet` is an ARM id, `created` ISO 8601. */
export type FactorFacts = Pick<NodeFacts, 'pool' | 'os' | 'zone' | 'size' | 'image' | 'subnet' | 'created'>;

const KEPT = 3;
const CLOCK_SKEW_MS = 300_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// Each bin ends before its limit, at which the next one begins.
const ageBins = [
  { name: 'under 1 hour', limit: HOUR_MS },
  { name: '1 hour to 1 day', limit: DAY_MS },
  { name: '1 to 7 days', limit: 7 * DAY_MS },
  { name: '7 to 30 days', limit: 30 * DAY_MS },
  { name: 'over 30 days', limit: Number.POSITIVE_INFINITY },
];

const phrases: Record<Factor, (value: string) => string> = {
  pool: (value) => `are in pool ${value}`,
  zone: (value) => `are in zone ${value}`,
  subnet: (value) => `are in subnet ${value}`,
  image: (value) => `run node image ${value}`,
  size: (value) => `are of size ${value}`,
  os: (value) => `run ${value}`,
  age: (value) => `are ${value} old`,
};

function readValue(factor: Factor, facts: FactorFacts, now: Date): string | undefined {
  if (factor !== 'age') return facts[factor] || undefined;
  const age = now.getTime() - Date.parse(facts.created ?? '');
  return age < -CLOCK_SKEW_MS ? undefined : ageBins.find(({ limit }) => age < limit)?.name;
}

/** The logarithm of the probability that, of `drawn` nodes out of `all`, at least `hits` are among the `marked` ones: the hypergeometric tail. */
function logTail(logFactorial: readonly number[], all: number, marked: number, drawn: number, hits: number): number {
  const choose = (n: number, k: number) => logFactorial[n]! - logFactorial[k]! - logFactorial[n - k]!;
  const first = choose(marked, hits) + choose(all - marked, drawn - hits) - choose(all, drawn);
  // Relative to the first term, as the terms themselves are too small for a number in a large cluster.
  let sum = 0;
  let term = 1;
  for (let x = hits; x <= Math.min(marked, drawn); x++) {
    sum += term;
    term *= ((marked - x) * (drawn - x)) / ((x + 1) * (all - marked - drawn + x + 1));
  }
  return first + Math.log(sum);
}

/**
 * Finds what the failing nodes of one cluster have in common and the healthy ones do not: at most three factors, the least likely by chance first.
 *
 * A value counts if at least 2 failing nodes and 90 % of them have it; if there are nodes without it, and at most 10 % of those
 * fail; and if chance alone would give as many failing nodes with the value in at most 1 of 20 cases.
 * A node without a fact counts as elsewhere. Ties are in the order of the factors.
 *
 * @param failing the nodes whose latest conclusive verdict is a failure
 * @param healthy the nodes whose latest conclusive verdict is a success; nodes without a conclusive one are in neither
 * @param now the time from which ages count; a node created more than 5 minutes after it has no age
 */
export function commonFactors(failing: readonly FactorFacts[], healthy: readonly FactorFacts[], now: Date): CommonFactor[] {
  const all = failing.length + healthy.length;
  const logFactorial = [0];
  for (let n = 1; n <= all; n++) logFactorial.push(logFactorial[n - 1]! + Math.log(n));
  const found: { chance: number; common: CommonFactor }[] = [];
  for (const factor of commonFactor.shape.factor.options) {
    // Azure spells the same ARM id in different cases.
    const keyOf = (value?: string) => (factor === 'subnet' ? value?.toLowerCase() : value);
    const groups = Map.groupBy(
      failing.flatMap((facts) => readValue(factor, facts, now) ?? []),
      keyOf,
    );
    for (const [key, spellings] of groups) {
      if (spellings.length < 2 || spellings.length * 10 < failing.length * 9) continue;
      const inside = spellings.length + healthy.filter((facts) => keyOf(readValue(factor, facts, now)) === key).length;
      const elsewhere = all - inside;
      const elsewhereFailing = failing.length - spellings.length;
      // Without nodes elsewhere this is true, but the chance is 1.
      if (elsewhereFailing * 10 > elsewhere) continue;
      const chance = logTail(logFactorial, all, inside, failing.length, spellings.length);
      // Exactly 1 of 20 (3 of 6 nodes) must not be lost to rounding.
      if (chance > Math.log(1 / 20) + 1e-9) continue;
      const spelling = spellings.reduce((least, each) => (each < least ? each : least));
      const value = factor === 'subnet' ? spelling.split('/').at(-1)! : spelling;
      const who = elsewhereFailing === 0 ? `all ${failing.length}` : `${spellings.length} of ${failing.length}`;
      const others = `${elsewhereFailing} of ${elsewhere} elsewhere ${elsewhereFailing === 1 ? 'fails' : 'fail'}`;
      const sentence = `${who} failing nodes ${phrases[factor](value)}; ${others}`;
      found.push({ chance, common: { factor, value, failing: spellings.length, inside, elsewhereFailing, elsewhere, sentence } });
    }
  }
  return found
    .sort((a, b) => a.chance - b.chance)
    .slice(0, KEPT)
    .map(({ common }) => common);
}
